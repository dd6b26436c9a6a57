// What ends a command from outside: Ctrl-C, a signal, a reader of its output that has gone.

/** As shells have it: 128 and the number of the signal. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A reader that has seen enough, such as head, is no failure. */
const readerGone = 0;

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
    for (const [signal, code] of Object.entries(exitCodes)) {
      process.on(signal, () => {
        if (this.exitCode !== undefined) process.exit(code);
        this.#end(code);
      });
    }
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (this.exitCode === undefined) this.#end(readerGone);
    });
  }

  /** For a command that has something to put right before it ends. */
  takeOver(): AbortSignal {
    this.#takenOver = true;
    return this.#controller.signal;
  }

  #end(code: number): void {
    this.exitCode = code;
    if (!this.#takenOver) process.exit(code);
    this.#controller.abort();
  }
}
