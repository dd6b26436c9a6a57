// What ends a command from outside: Ctrl-C, a signal, output that nobody reads or that cannot be written.
import { exitCodes } from './exitCodes';

/** As shells have it: 128 and the number of the signal. */
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A reader that has seen enough, such as head, is no failure. */
const readerGone = exitCodes.ok;

/**
 * Ends the process at once, with the exit code of the reason, unless the command has taken over; then it aborts a
 * signal once, and a second Ctrl-C ends the process.
 */
export class Interruption {
  readonly #controller = new AbortController();
  #takenOver = false;
  /** The exit code of the reason, once there is one. */
  exitCode: number | undefined;

  constructor() {
    for (const [signal, code] of Object.entries(signalCodes)) {
      process.on(signal, () => {
        if (this.exitCode !== undefined) process.exit(code);
        this.#end(code);
      });
    }
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (this.exitCode !== undefined) return;
      if (error.code === 'EPIPE') return this.#end(readerGone);
      process.stderr.write(`libmemcached: cannot write: ${error.code ?? error.message}\n`);
      this.#end(exitCodes.failure);
    });
    // Where remarks cannot be written, the exit code alone tells.
    process.stderr.on('error', () => {});
  }

  /** For a command that has something to put right before it ends. */
  takeOver(): AbortSignal {
    this.#takenOver = true;
    return this.#controller.signal;
  }

  #end(code: number): void {
    this.exitCode = code;
    process.exitCode = code; // the command may have ended already
    if (!this.#takenOver) process.exit(code);
    this.#controller.abort();
  }
}
