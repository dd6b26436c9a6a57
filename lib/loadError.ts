// What to tell whoever loads the package on a system where its addon does not load.
import { system } from './prebuild';
import { installationLines } from './systemPackages';

/** The words of glibc, musl and macOS for a library that is not there. */
const missingLibrary =
  /^(\S+): cannot open shared object file|Error loading shared library ([^\s:]+):|Library not loaded: (\S+)/m;

/** `cause` is what the attempt to load the addon threw. */
export function loadError(cause: unknown): Error {
  return new Error(remedy(cause), { cause });
}

function remedy(cause: unknown): string {
  const { message, tries } = cause as Error & { tries?: string[] };
  if (tries) return build(`libmemcached has no addon for ${system}.`);
  const library = missingLibrary
    .exec(message)
    ?.slice(1)
    .find((name) => name !== undefined);
  if (library) return install(library);
  return build(`libmemcached's addon does not load on this system: ${message}.`);
}

function install(library: string): string {
  return [
    `libmemcached's addon needs ${library}, which is not installed. Install its package:`,
    ...indented('run'),
    'Where that library has another name, compile the addon instead: npx libmemcached build',
  ].join('\n');
}

function build(problem: string): string {
  return [
    `${problem} Compile it. Install what that takes:`,
    ...indented('build'),
    'and then run: npx libmemcached build',
  ].join('\n');
}

function indented(purpose: 'run' | 'build'): string[] {
  return installationLines(purpose).map((line) => `  ${line}`);
}
