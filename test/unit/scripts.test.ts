import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = join(__dirname, '..', '..');

/** The scripts and what they load, as in a fresh clone: without node_modules. */
async function freshClone(): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), 'libmemcached-clone-'));
  onTestFinished(() => rm(clone, { recursive: true }));
  for (const directory of ['scripts', 'test']) {
    await cp(join(root, directory), join(clone, directory), { recursive: true });
  }
  return clone;
}

describe('on a machine where nothing is installed', () => {
  test.each(['start', 'setup', 'test'])('scripts/%s.mjs loads, to install it', async (script) => {
    const clone = await freshClone();
    // Loads the script as a module, which does not run its steps.
    const program = join(clone, 'load.mjs');
    await writeFile(program, `await import('./scripts/${script}.mjs'); console.log('loaded');`);
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe('loaded\n');
  });
});
