// Programs of their own: what must not crash is run where a crash can be seen.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `sanitized.mjs` sets it: programs then load the addon that it has built with AddressSanitizer. */
export const sanitized = process.env.LIBMEMCACHED_SANITIZED !== undefined;

/** Where the package finds itself by its name. */
const packageRoot = sanitized ? `${root}/build/address` : root;

/** No status that a program of ours ends with. */
const sanitizerStatus = 99;

/** Of every program, before its own lines. Threads and descriptors are those of the program. */
const prelude = `
const { readdirSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const held = () => ({
  threads: readdirSync('/proc/self/task').length,
  descriptors: readdirSync('/proc/self/fd').length,
});
void process.stdout; // holds a descriptor from its first use on
const heldAtStart = held();

// Threads end and sockets close a moment after nobody needs them any more.
async function untilGivenBack() {
  const givenBack = () =>
    Object.entries(held()).every(([what, count]) => count <= heldAtStart[what]);
  for (let look = 0; !givenBack(); look++) {
    if (look === 1000) throw new Error(JSON.stringify({ heldAtStart, now: held() }));
    globalThis.gc?.();
    await sleep(10);
  }
}
`;

const loading = `const { Client, MemcachedError } = require('libmemcached');\n`;

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  /** Of Node. Default: none. */
  flags?: readonly string[];
  /** Shared objects to load before all others. Default: none. */
  preload?: readonly string[];
  /** Whether the package is loaded before the program's own lines. Default: true. */
  loaded?: boolean;
  /** Milliseconds, after which the program is killed, which `signal` then shows. Default: 20,000; sanitized 60,000. */
  patience?: number;
}

/** Runs the lines in a Node process, after those of the prelude, and tells how it ended. */
export function runProgram(lines: string, options: ProgramOptions = {}): Promise<Ending> {
  const {
    flags = [],
    preload = [],
    loaded = true,
    patience = sanitized ? 60_000 : 20_000,
  } = options;
  const source = `${loaded ? loading : ''}${prelude}${lines}`;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, '-e', source],
      {
        cwd: packageRoot,
        env: { ...process.env, ...preloading(preload) },
        timeout: patience,
        killSignal: 'SIGKILL',
      },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}

/** The same, `main` being the body of an async function. */
export function runMain(main: string, options?: ProgramOptions): Promise<Ending> {
  return runProgram(`(async () => {\n${main}\n})();`, options);
}

function preloading(libraries: readonly string[]): NodeJS.ProcessEnv {
  const all = sanitized ? [sanitizerLibrary(), ...libraries] : libraries;
  if (all.length === 0) return {};
  // Node itself gives nothing back at its end, so leaks cannot be told from that.
  const ASAN_OPTIONS = `detect_leaks=0:exitcode=${sanitizerStatus}`;
  return { LD_PRELOAD: all.join(':'), ASAN_OPTIONS };
}

function sanitizerLibrary(): string {
  return execFileSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
}

/** The text of a program that makes a client. */
export function newClient(server: { server: string }, options: object): string {
  return `new Client(${JSON.stringify(server.server)}, ${JSON.stringify(options)})`;
}

/** How a program ends that has nothing to complain of. */
export function quietEnd(stdout = ''): Ending {
  return { code: 0, signal: null, stdout, stderr: '' };
}
