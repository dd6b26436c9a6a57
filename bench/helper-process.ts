// A process of the bench's own, which answers one message at a time and ends with the bench.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export class HelperProcess<Request extends object, Reply> {
  readonly #child: ChildProcess;

  /** @param script name of a compiled file beside this one */
  constructor(script: string, parameters: string[] = [], nodeOptions: string[] = []) {
    this.#child = fork(join(__dirname, script), parameters, {
      execArgv: [...process.execArgv, ...nodeOptions],
      // Some peers log to stdout, which belongs to the table.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  async ask(request: Request, timeout: number): Promise<Reply> {
    const reply = this.receive(timeout);
    this.#child.send(request);
    return reply;
  }

  /** The next message. Rejects when the process ends or stays silent for `timeout` milliseconds. */
  async receive(timeout: number): Promise<Reply> {
    const settled = new AbortController();
    const { signal } = settled;
    const silent = AbortSignal.timeout(timeout);
    try {
      const [reply] = await Promise.race([
        once(this.#child, 'message', { signal: AbortSignal.any([signal, silent]) }),
        once(this.#child, 'exit', { signal }).then(([code, killedBy]) => {
          throw new Error(`the process ended with ${killedBy ?? `code ${code}`}`);
        }),
      ]);
      return reply as Reply;
    } catch (error) {
      if (silent.aborted) throw new Error(`no answer for ${timeout} ms`);
      throw error;
    } finally {
      settled.abort();
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
