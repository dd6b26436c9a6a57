import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { prebuild } from '../../dist/prebuild.js';
import { installationLines } from '../../dist/systemPackages.js';
import {
  expectToWork,
  failureToLoad,
  install,
  installed,
  packAll,
  pathWithoutCompiler,
  patience,
  repack,
  scratchDirectory,
  type Tarballs,
} from './installation';

let tarballs: Tarballs;

beforeAll(async () => {
  tarballs = await packAll(scratchDirectory());
}, patience.timeout);

describe('without a prebuilt addon for this system', () => {
  let unbuilt: Tarballs;

  beforeAll(async () => {
    unbuilt = await changed((content) => {
      rmSync(join(content, 'prebuilds'), { recursive: true });
    });
  }, patience.timeout);

  test('the installation compiles one', patience, async () => {
    const variables = { CXXFLAGS: '-O0' }; // it need not be fast
    await expectToWork(await installed(unbuilt, { variables }));
  });

  test(
    'and without a compiler the installation fails, says what to do, and leaves nothing',
    patience,
    async () => {
      const { project, status, errors } = await install(unbuilt, { path: pathWithoutCompiler() });
      expect(status).not.toBe(0);
      expectInstructions(errors, 'build');
      expect(errors).toMatch(/It was tried now, and failed: .*: not found/);
      expect(errors.match(/libmemcached has no addon for/g)).toHaveLength(1);
      expect(existsSync(join(project, 'node_modules', 'libmemcached'))).toBe(false);
    },
  );

  test(
    'and without scripts the package says how to compile one when it is loaded',
    patience,
    async () => {
      const errors = await failureToLoad(await installed(unbuilt, { scripts: false }));
      expect(errors).toContain('Error: libmemcached has no addon for');
      expectInstructions(errors, 'build');
    },
  );
});

describe('without libmemcached', () => {
  let homeless: Tarballs;

  // To the system's loader a library that was never there and one that is gone are the same. Its name
  // is changed in the addon, since no test may take libmemcached away from all others.
  beforeAll(async () => {
    homeless = await changed((content) => {
      const addon = readFileSync(join(content, prebuild), 'latin1');
      const other = addon.replaceAll('libmemcached.so.11', 'libmemcached.so.99');
      writeFileSync(join(content, prebuild), other, 'latin1');
    });
  }, patience.timeout);

  test('the package names the library and its package in every system', patience, async () => {
    const errors = await failureToLoad(await installed(homeless, { scripts: false }));
    expect(errors).toContain(
      "Error: libmemcached's addon needs libmemcached.so.99, which is not installed.",
    );
    expectInstructions(errors, 'run');
  });

  test('and without a compiler the installation fails and says the same', patience, async () => {
    const { project, status, errors } = await install(homeless, { path: pathWithoutCompiler() });
    expect(status).not.toBe(0);
    expect(errors).toContain("libmemcached's addon needs libmemcached.so.99");
    expectInstructions(errors, 'run');
    expect(existsSync(join(project, 'node_modules', 'libmemcached'))).toBe(false);
  });
});

test(
  'an addon that cannot be loaded for another reason is named with that reason',
  patience,
  async () => {
    const broken = await changed((content) => writeFileSync(join(content, prebuild), 'no addon'));
    const errors = await failureToLoad(await installed(broken, { scripts: false }));
    expect(errors).toMatch(/libmemcached's addon does not load on this system: .*file too short/);
    expectInstructions(errors, 'build');
  },
);

async function changed(change: (content: string) => void): Promise<Tarballs> {
  return { ...tarballs, libmemcached: await repack(tarballs.libmemcached, change) };
}

function expectInstructions(errors: string, purpose: 'run' | 'build'): void {
  for (const line of installationLines(purpose)) expect(errors).toContain(line);
  expect(errors).toContain('npx libmemcached build');
}
