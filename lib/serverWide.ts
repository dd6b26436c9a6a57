// Operations on servers: one answer a server, in one Map.
import type { Answer } from './answer';
import type { Dispatcher } from './dispatcher';
import type { MemcachedError } from './errors';
import { blame } from './failures';
import { Pending } from './pending';
import type { Command } from './protocol';

export interface ServerWideOperation<Result> {
  readonly name: string;
  readonly command: Command;
  readonly argument?: string;
  readonly number?: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly complete: (answer: Answer) => Result;
}

/** What each server answered, by its name; an error for one that did not. */
export type PerServer<Result> = Map<string, Result | MemcachedError>;

/** Asks every server. Never rejects for a server that failed. */
export function askAllServers<Result>(
  dispatcher: Dispatcher,
  operation: ServerWideOperation<Result>,
): Promise<PerServer<Result>> {
  const asked = dispatcher.serverNames.map(
    (name, server) =>
      new Promise<[string, Result | MemcachedError]>((resolve) => {
        const pending = new ServerPending(operation, (result) => resolve([name, result]));
        try {
          dispatcher.submitToServer(pending, operation.command, server, operation);
        } catch (error) {
          resolve([name, blame(error as MemcachedError, operation.name)]);
        }
      }),
  );
  return Promise.all(asked).then((answers) => new Map(answers));
}

class ServerPending<Result> extends Pending {
  readonly #complete: (answer: Answer) => Result;
  readonly #resolve: (result: Result | MemcachedError) => void;

  constructor(
    operation: ServerWideOperation<Result>,
    resolve: (result: Result | MemcachedError) => void,
  ) {
    super(operation.name, undefined);
    this.#complete = operation.complete;
    this.#resolve = resolve;
  }

  answer(answer: Answer): void {
    this.#resolve(this.#complete(answer));
  }

  fail(error: MemcachedError): void {
    this.#resolve(error);
  }
}

/** `name value` lines; whole numbers that are exact become numbers. */
export function parseStats(text: string): Record<string, string | number> {
  const stats: Record<string, string | number> = Object.create(null);
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ');
    if (blank > 0) stats[line.slice(0, blank)] = statValue(line.slice(blank + 1));
  }
  return stats;
}

function statValue(text: string): string | number {
  const number = Number(text);
  return /^-?\d+(\.\d+)?$/.test(text) && Math.abs(number) <= Number.MAX_SAFE_INTEGER
    ? number
    : text;
}
