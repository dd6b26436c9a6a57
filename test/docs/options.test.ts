import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from './codeBlocks';

describe('docs/options.md', () => {
  const text = readFileSync(join(root, 'docs', 'options.md'), 'utf8');
  const [ofClient = '', ofCall = ''] = text.split('## Of a single call');

  test('has each option of a client once, and no other', { timeout: 30_000 }, () => {
    const named = namesIn(ofClient);
    const own = named.filter((name) => !name.includes('.'));
    const nested = named.filter((name) => name.startsWith('compression.'));
    expect(own.toSorted()).toEqual(propertiesOf('options', 'ClientOptions'));
    expect(nested.map((name) => name.slice('compression.'.length)).toSorted()).toEqual(
      propertiesOf('compression', 'CompressionOptions'),
    );
  });

  test('has each option of a call once, and no other', { timeout: 30_000 }, () => {
    const ofTypes = ['OperationOptions', 'WriteOptions', 'CounterOptions', 'FlushOptions'].flatMap(
      (type) => propertiesOf('operationOptions', type),
    );
    expect(namesIn(ofCall).toSorted()).toEqual([...new Set(ofTypes)].toSorted());
  });
});

/** The names in the first column of the tables. */
function namesIn(page: string): string[] {
  return [...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name as string);
}

/** The names of an interface's properties, inherited ones among them, in order. */
function propertiesOf(file: string, name: string): string[] {
  const path = join(root, 'lib', `${file}.ts`);
  const program = ts.createProgram([path], { types: [] });
  const checker = program.getTypeChecker();
  const declaration = program
    .getSourceFile(path)
    ?.statements.find(
      (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
    );
  if (declaration === undefined) throw new Error(`${file}.ts has no interface ${name}`);
  return checker
    .getTypeAtLocation(declaration)
    .getProperties()
    .map(({ name }) => name)
    .sort();
}
