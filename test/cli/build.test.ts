import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { systemPackages } from '../../dist/systemPackages.js';
import { cli, cliJson, scratchDirectory } from './support';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** An environment whose npm tells what it was asked, and exits so: to compile takes minutes. */
function withNpm(exitCode: number): NodeJS.ProcessEnv {
  const directory = scratchDirectory();
  const npm = join(directory, 'npm');
  writeFileSync(npm, `#!/bin/sh\necho "$PWD: npm $*"\nexit ${exitCode}\n`);
  chmodSync(npm, 0o755);
  return { PATH: `${directory}${delimiter}${process.env.PATH}` };
}

describe('build', () => {
  test("has npm run node-gyp in the package's directory", async () => {
    const run = await cli(['build'], { env: withNpm(0) });
    expect(run.code).toBe(0);
    expect(run.stdout).toBe(`${packageRoot}: npm run rebuild:native\nThe addon is built.\n`);
  });

  test('keeps stdout for the document with --json', async () => {
    const { code, document, stderr } = await cliJson(['build'], { env: withNpm(0) });
    expect({ code, document }).toEqual({ code: 0, document: { built: true } });
    expect(stderr).toContain('npm run rebuild:native');
  });

  test('names the packages of each system where it fails', async () => {
    const run = await cli(['build'], { env: withNpm(7) });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('status 7');
    for (const { system, install, build } of Object.values(systemPackages)) {
      expect(run.stderr).toContain(`${system}:`);
      expect(run.stderr).toContain(`${install} ${build}\n`);
    }
  });

  test('says so where there is no npm', async () => {
    const run = await cli(['build'], { env: { PATH: scratchDirectory() } });
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toContain('npm does not run');
  });
});
