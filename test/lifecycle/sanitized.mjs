// Tests of this directory on an addon that watches its memory (AddressSanitizer), which is built as a
// package of its own in build/address: node test/lifecycle/sanitized.mjs
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeGyp } from '../../scripts/node-gyp.mjs';
import { asProgram, mustRun, root } from '../../scripts/run.mjs';

const directory = join(root, 'build', 'address');

/** What a package is built and loaded from. */
const contents = ['package.json', 'binding.gyp', 'src', 'native', 'dist'];

/** Has program.ts run its programs in that package. */
export const sanitizedEnvironment = { LIBMEMCACHED_SANITIZED: '1' };

/**
 * For vitest: each test that runs programs, but not with the binary protocol: the text protocol has run its engine, and
 * the library that speaks it is the system's, which nobody watches. Programs take several times as long.
 */
export const sanitizedTests = [
  'test/lifecycle',
  'test/fault/terminated-workers.test.ts',
  '--testNamePattern=^(?!.*binary)',
  '--testTimeout=60000',
];

/** Takes dist/ as it is: the ordinary build comes before. */
export async function buildSanitized() {
  mkdirSync(directory, { recursive: true });
  for (const name of contents) {
    const copy = join(directory, name);
    rmSync(copy, { recursive: true, force: true });
    // With their times, so that only what has changed is compiled again.
    cpSync(join(root, name), copy, { recursive: true, preserveTimestamps: true });
  }
  const flags = '-fsanitize=address -fno-omit-frame-pointer';
  await nodeGyp('build:native', {
    args: [`--directory=${directory}`],
    env: { CXXFLAGS: `${flags} -O0`, LDFLAGS: flags },
  });
}

await asProgram(import.meta.url, async () => {
  await buildSanitized();
  await mustRun(['vitest', 'run', ...sanitizedTests], { env: sanitizedEnvironment, show: true });
});
