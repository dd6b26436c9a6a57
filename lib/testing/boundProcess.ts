import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

// A parent that is killed can tell nobody, but the kernel closes its pipes. The guard reads fd 3, whose
// other end this process alone holds: a line on it says that the program has ended, so that the guard
// never kills a process id given to somebody else since; the end of file says that this process is gone.
// The shell then becomes the program, which makes `$$` the program's id.
// (prctl's parent-death signal would be Linux only and follow the thread that forked, which may be a
// worker that ends long before the process.)
const guarded = `
  directory=$1 file=$2; shift 2
  { read -r ended <&3 || { kill -KILL $$; rm -rf "$directory" "$file"; }; } >/dev/null 2>&1 &
  exec "$@" 3<&-`;

export interface BoundProcessOptions {
  /** The program and its arguments. */
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** File descriptor that takes the program's error output. */
  errorOutput: number;
  /** Removed if this process dies before the program. */
  directory: string;
  /** Removed if this process dies before the program. */
  file: string;
}

/**
 * A program that is killed when this process ends in any way, SIGKILL included. It does not keep the
 * event loop running.
 */
export class BoundProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({ command, env, errorOutput, directory, file }: BoundProcessOptions) {
    this.#child = spawn('/bin/sh', ['-c', guarded, 'sh', directory, file, ...command], {
      env,
      // Its own session: Ctrl-C at the terminal is for this process, which may need the program to finish.
      detached: true,
      stdio: ['ignore', 'ignore', errorOutput, 'pipe'],
    });
    this.#child.unref();

    const guard = this.#child.stdio[3] as Writable & { unref(): void };
    guard.unref();
    guard.on('error', () => {}); // a guard that is gone need not be told
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', () => {
        guard.end('ended\n');
        resolve();
      });
    });
    this.#ended.catch(() => {}); // reported by kill()
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The status the program ended with by itself, else `null`. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Sends a signal to the program. Throws when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#child.kill(signal)) throw new Error(`the process has ended: no ${signal} was sent`);
  }

  /** Ends the program, even one that is stopped (SIGSTOP), and waits until it is gone. */
  kill(): Promise<void> {
    this.#child.ref();
    this.#child.kill('SIGKILL');
    return this.#ended;
  }
}
