import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './codeBlocks';

describe.each(['docs/reliability.md', 'docs/security.md'])('the tests that %s names', (page) => {
  const rows = rowsOf(page, '| guarantee | test file | test |');

  test.each(rows)('%s', (_guarantee, file, titles) => {
    expect(missingIn(nameIn(file), beginningsOf(titles))).toEqual([]);
  });
});

describe('the fault matrix', () => {
  const head = '| row | fault | file | what is asserted besides | not on all |';
  const rows = rowsOf('docs/reliability.md', head);

  test('has each row once', () => {
    expect(rows.map(([number]) => number)).toEqual(numbers('F', 1, rows.length));
  });

  // The last row is no test, but hours of load.
  test.each(rows.slice(0, -1))('names a test of %s, %s', (number, _fault, files) => {
    for (const file of nameIn(files).split(', ')) {
      expect(missingIn(`test/fault/${file}.test.ts`, [titled(number)])).toEqual([]);
    }
  });
});

type Row = [string, string, string];

/** The cells of the table under `head`. */
function rowsOf(page: string, head: string): Row[] {
  const text = readFileSync(join(root, page), 'utf8');
  const [, table = ''] = text.split(`${head}\n`);
  const lines = table.split('\n\n')[0]?.split('\n').slice(1) ?? [];
  return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| /, '')) as Row);
}

function nameIn(cell: string): string {
  return cell.replaceAll('`', '');
}

/** How the titles begin that a cell names: one, several by their numbers, or any. */
function beginningsOf(cell: string): RegExp[] {
  const titles = cell.replace(/ \|$/, '');
  if (titles === 'all of it') return [/\btest(\.\w+)*\(/];
  if (/^`npm run fuzz -- \w+`$/.test(titles)) return [/\bLLVMFuzzerTestOneInput\(/];
  if (!/^[A-Z]\d\d\b/.test(titles)) return [titled(titles)];
  return titles.split(', ').flatMap((part) => {
    const [first = '', last = first] = part.split(' to ');
    return numbers(first.charAt(0), Number(first.slice(1)), Number(last.slice(1))).map(titled);
  });
}

/** `F08`, `F09`, ... */
function numbers(letter: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    return `${letter}${String(first + index).padStart(2, '0')}`;
  });
}

/** A text in quotes that begins so. */
function titled(beginning: string): RegExp {
  return new RegExp(`['"\`]${beginning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\b`);
}

function missingIn(file: string, beginnings: readonly RegExp[]): RegExp[] {
  const text = textOf(file);
  return beginnings.filter((beginning) => !beginning.test(text));
}

/** A file of tests with those of its own directory; long texts of C++ are put together again. */
function textOf(file: string): string {
  const directory = join(root, file.replace(/\.[^/]*$/, ''));
  const parts = existsSync(directory)
    ? readdirSync(directory).map((part) => join(directory, part))
    : [];
  const texts = [join(root, file), ...parts].map((part) => readFileSync(part, 'utf8'));
  return texts.join('\n').replace(/"\s+"/g, '');
}
