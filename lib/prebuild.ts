// Where prebuildify puts the addon that it builds for a system like this one.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Such as `linux-x64 (glibc)`. */
export const system = `${process.platform}-${process.arch}${isLinux() ? ` (${libc()})` : ''}`;

/** From the root of the package. */
export const prebuild = join(
  'prebuilds',
  `${process.platform}-${process.arch}`,
  isLinux() ? `libmemcached.${libc()}.node` : 'libmemcached.node',
);

function isLinux(): boolean {
  return process.platform === 'linux';
}

/** The executable names its loader near its beginning, which is that of its C library. */
function libc(): 'glibc' | 'musl' {
  const beginning = Buffer.alloc(4096);
  const executable = openSync(process.execPath, 'r');
  readSync(executable, beginning);
  closeSync(executable);
  return beginning.includes('/ld-musl-') ? 'musl' : 'glibc';
}
