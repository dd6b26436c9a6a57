import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemPackages } from '../../dist/systemPackages.js';
import { root } from './codeBlocks';

const systems = Object.values(systemPackages);

describe('the packages of each system, as the errors name them, are those of', () => {
  test('README.md', () => {
    expect(rowsOf('README.md')).toEqual(
      systems.map(
        ({ system, install, run, build }) =>
          `| ${system} | \`${install} ${run}\` | \`${install} ${build}\` |`,
      ),
    );
  });

  test('docs/cli.md', () => {
    expect(rowsOf('docs/cli.md')).toEqual(
      systems.map(({ system, install, build }) => `| ${system} | \`${install} ${build}\` |`),
    );
  });
});

/** The rows of a page's tables that begin with the name of a system. */
function rowsOf(page: string): string[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  return lines.filter((line) => systems.some(({ system }) => line.startsWith(`| ${system} |`)));
}
