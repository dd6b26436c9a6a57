// `npm run build:prebuilds`: the addon that the package brings for a system like this one, from what the
// package brings to compile it. One that is newer than all of that is kept.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeGyp } from './node-gyp.mjs';
import { asProgram, doing, done, mustRun, root, StepError } from './run.mjs';

const require = createRequire(import.meta.url);
const sources = ['binding.gyp', 'src', 'native'];
/** Apart from build/, which prebuildify empties. */
const copy = join(root, 'build', 'prebuild');

export async function prebuild() {
  const locator = join(root, 'dist', 'prebuild.js'); // what the package itself finds it by
  if (!existsSync(locator)) throw new StepError('npm run build comes first');
  const { prebuild: path } = require(locator);
  const file = join(root, path);
  if (modified(file) < Math.max(...sources.map((source) => newest(join(root, source))))) {
    doing('prebuilding the addon');
    await build();
  }
  const report = 'console.log(require(process.argv[1]).libraryVersion)';
  const version = await mustRun([process.execPath, '-e', report, file]);
  done(`${path}, loaded with libmemcached ${version.trim()}`);
}

async function build() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const source of sources) {
    cpSync(join(root, source), join(copy, source), { recursive: true });
  }
  await nodeGyp('prebuildify', {
    args: [
      '--name=libmemcached',
      `--cwd=${copy}`,
      `--out=${root}`,
      `--target=${process.versions.node}`,
      ...(process.platform === 'linux' ? ['--tag-libc'] : []),
    ],
    env: { JOBS: 'max' },
  });
  rmSync(copy, { recursive: true });
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

await asProgram(import.meta.url, prebuild);
