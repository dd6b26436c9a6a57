import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/cli-docs.mjs', import.meta.url));

test('the examples of docs/cli.md print what stands there', { timeout: 60_000 }, async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
  expect(stdout + stderr).toBe('');
});
