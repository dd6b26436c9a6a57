// Operations under way: who waits for an answer, and how it gets it.
import type { Answer } from './answer';
import { MemcachedError } from './errors';
import { blame, isForgiven } from './failures';
import { type Key, ownKey } from './keys';
import type { Operation } from './operations';

/** What happens to failures, and to whom they are reported. */
export interface FailurePolicy {
  readonly asMisses: boolean;
  report(error: MemcachedError): void;
}

/** One operation under way. Settled once; the dispatcher sees to that. */
export abstract class Pending {
  readonly name: string;
  readonly key: Key | undefined;
  /** Bytes it counts for in `maxPendingBytes`. */
  bytes = 0;
  /** Where it stands in the batches handed to the engine. */
  batch = 0;
  index = 0;
  /** It may change something on the server. */
  isChange = false;
  /** The names of the servers, as they were when it was sent. */
  servers: readonly string[] = [];
  /** Set while an AbortSignal may end it. */
  stopListening: (() => void) | undefined;
  /** Its caller was told without the engine's answer, which is still to come. */
  abandoned = false;

  constructor(name: string, key: Key | undefined) {
    this.name = name;
    // For its error, as it was: the caller may change its Buffer meanwhile.
    this.key = key === undefined ? undefined : ownKey(key);
  }

  /** Of an answer that is no failure. */
  abstract answer(answer: Answer): void;
  abstract fail(error: MemcachedError): void;
}

/** An operation with a promise of its own. */
export class PromisePending<Result> extends Pending {
  readonly #operation: Operation<Result>;
  readonly #policy: FailurePolicy;
  readonly #resolve: (value: Result | Promise<never>) => void;

  constructor(
    operation: Operation<Result>,
    key: Key | undefined,
    policy: FailurePolicy,
    resolve: (value: Result | Promise<never>) => void,
  ) {
    super(operation.name, key);
    this.#operation = operation;
    this.#policy = policy;
    this.#resolve = resolve;
  }

  answer(answer: Answer): void {
    let result: Result;
    try {
      result = this.#operation.complete(answer);
    } catch (error) {
      this.fail(decodingError(error, this));
      return;
    }
    this.#resolve(result);
  }

  fail(error: MemcachedError): void {
    if (this.#policy.asMisses && isForgiven(error)) {
      this.#policy.report(error);
      this.#resolve(this.#operation.missed);
    } else {
      this.#resolve(withCallersStack(error));
    }
  }
}

/** An error of decoding, with whose item it was. */
export function decodingError(error: unknown, pending: Pending): MemcachedError {
  const known =
    error instanceof MemcachedError
      ? error
      : new MemcachedError('DECODE', 'stored value could not be decoded', { cause: error });
  return blame(known, pending.name, pending.key);
}

/**
 * A promise that rejects with `error`, its stack being that of the callers who wait. Capturing a stack with
 * every call would cost more than the call; V8 knows who awaits a promise, and tells when an error
 * is made in a microtask that the promise depends on. Two turns pass before that is so.
 */
async function withCallersStack(error: MemcachedError): Promise<never> {
  await undefined;
  await undefined;
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, withCallersStack);
  const callers = here.stack?.slice(here.stack.indexOf('\n')) ?? '';
  if (callers.includes('\n    at ')) error.stack = `${error.name}: ${error.message}${callers}`;
  throw error;
}
