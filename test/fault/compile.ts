import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** Compiles a C file of this directory for the tests of one file, and gives the path of the result. */
export function compile(name: string, flags: readonly string[] = []): string {
  const directory = mkdtempSync(join(tmpdir(), 'compiled-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const result = join(directory, name);
  execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-O1', ...flags, '-o', result, source]);
  return result;
}
