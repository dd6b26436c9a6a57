// Many operations as one: a window of them under way, one promise for all.
import { types } from 'node:util';
import type { Answer } from './answer';
import type { Payload, Scope } from './batch';
import type { Dispatcher } from './dispatcher';
import { describe, invalid, type MemcachedError } from './errors';
import { blame, isForgiven } from './failures';
import { bytesName, type Key, keyIdentity, ownKey } from './keys';
import { isBuiltIn } from './objects';
import type { Operation } from './operations';
import { guarded } from './ownOptions';
import { decodingError, type FailurePolicy, Pending } from './pending';

/**
 * The hits under the caller's own keys, in their order; what was not there, and what failed. A Buffer is named by its
 * text, or where it is no UTF-8 by its bytes in hexadecimal: `'0xff41'`.
 */
export class MultiResult<T = unknown> extends Map<string, T> {
  /** Keys that are not there. */
  readonly missing: string[] = [];
  /** Keys of which nothing is known, with the reason. */
  readonly errors = new Map<string, MemcachedError>();
}

/** What became of each key of a multi-write, under the caller's own keys. Buffers are named as in `MultiResult`. */
export interface WriteResult {
  /** Whether all were applied. */
  readonly ok: boolean;
  /** In the order given. */
  readonly applied: string[];
  /**
   * Keys whose condition did not hold: add of what is there, replace, touch or delete of what is not. With
   * `failures: 'miss'` also those whose server failed.
   */
  readonly refused: string[];
  /** Keys that failed, with the reason, whose `maybeApplied` says whether the write may have happened. */
  readonly errors: Map<string, MemcachedError>;
}

/** One of many: its key as the caller will see it, and how to send it. Either may be in the way of an error. */
export interface Entry {
  readonly name: string;
  readonly key: Key;
  /** Undefined for a read. May throw. */
  readonly payload: (() => Payload) | undefined;
}

export type Settled<Result> = { value: Result } | { error: MemcachedError };

/**
 * So many are under way at once: enough to keep every server busy, and few enough that each is answered long
 * before its deadline, and that a million keys do not take `maxPending` from everybody else.
 */
const windowSize = 2000;

/** Sends `entries` and gives what became of each, in their order. Never rejects. */
export function runAll<Result>(
  dispatcher: Dispatcher,
  operation: Operation<Result>,
  scope: Scope,
  entries: readonly Entry[],
  policy: FailurePolicy,
): Promise<Settled<Result>[]> {
  return new Promise((resolve) => {
    const run = new MultiRun(dispatcher, operation, scope, entries, policy, resolve);
    run.advance();
    run.keepRest();
  });
}

class MultiRun<Result> {
  readonly #dispatcher: Dispatcher;
  readonly #scope: Scope;
  #entries: readonly Entry[];
  readonly #policy: FailurePolicy;
  readonly #resolve: (settled: Settled<Result>[]) => void;
  readonly #settled: Settled<Result>[];
  #next = 0;
  #underWay = 0;
  readonly operation: Operation<Result>;

  constructor(
    dispatcher: Dispatcher,
    operation: Operation<Result>,
    scope: Scope,
    entries: readonly Entry[],
    policy: FailurePolicy,
    resolve: (settled: Settled<Result>[]) => void,
  ) {
    this.#dispatcher = dispatcher;
    this.operation = operation;
    this.#scope = scope;
    this.#entries = entries;
    this.#policy = policy;
    this.#resolve = resolve;
    this.#settled = new Array(entries.length);
  }

  /** Sends as many as the window has room for. */
  advance(): void {
    while (this.#underWay < windowSize && this.#next < this.#entries.length) {
      this.#send(this.#next++);
    }
    if (this.#underWay === 0) this.#resolve(this.#settled);
  }

  /** What the window has no room for yet: its caller may change it as soon as the call has returned (B17). */
  keepRest(): void {
    if (this.#next === this.#entries.length) return;
    this.#entries = this.#entries.map((entry, position) =>
      position < this.#next ? entry : kept(entry),
    );
  }

  settle(position: number, settled: Settled<Result>): void {
    this.#settled[position] = this.#forgive(settled);
    this.#underWay--;
    // Refilled by halves, so that what is sent together travels together.
    if (this.#underWay === 0 || this.#underWay === windowSize / 2) this.advance();
  }

  #send(position: number): void {
    const { key, payload } = this.#entries[position] as Entry;
    const pending = new MultiPending(this, position, key);
    this.#underWay++;
    try {
      this.#dispatcher.submit(pending, this.operation.command, key, this.#scope, payload?.());
    } catch (error) {
      this.#underWay--;
      this.#settled[position] = this.#forgive({
        error: blame(error as MemcachedError, this.operation.name, key),
      });
    }
  }

  #forgive(settled: Settled<Result>): Settled<Result> {
    if (!('error' in settled) || !this.#policy.asMisses || !isForgiven(settled.error)) {
      return settled;
    }
    this.#policy.report(settled.error);
    return { value: this.operation.missed };
  }
}

/** With a key and a payload that are nobody else's. */
function kept({ name, key, payload }: Entry): Entry {
  return { name, key: ownKey(key), payload: payload && keptPayload(payload) };
}

function keptPayload(payload: () => Payload): () => Payload {
  try {
    const encoded = payload();
    const { data } = encoded;
    const own = typeof data === 'string' ? encoded : { ...encoded, data: Buffer.from(data) };
    return () => own;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

class MultiPending<Result> extends Pending {
  readonly #run: MultiRun<Result>;
  readonly #position: number;

  constructor(run: MultiRun<Result>, position: number, key: Key) {
    super(run.operation.name, key);
    this.#run = run;
    this.#position = position;
  }

  answer(answer: Answer): void {
    let settled: Settled<Result>;
    try {
      settled = { value: this.#run.operation.complete(answer) };
    } catch (error) {
      settled = { error: decodingError(error, this) };
    }
    this.#run.settle(this.#position, settled);
  }

  fail(error: MemcachedError): void {
    this.#run.settle(this.#position, { error });
  }
}

/** What a multi-read gives. A key that was asked for twice counts once. */
export function toMultiResult<T>(
  entries: readonly Entry[],
  settled: readonly Settled<T | undefined>[],
): MultiResult<T> {
  const result = new MultiResult<T>();
  settled.forEach((one, position) => {
    const { name } = entries[position] as Entry;
    if ('error' in one) result.errors.set(name, one.error);
    else if (one.value === undefined) result.missing.push(name);
    else result.set(name, one.value);
  });
  return result;
}

export function toWriteResult(
  entries: readonly Entry[],
  settled: readonly Settled<boolean>[],
): WriteResult {
  const applied: string[] = [];
  const refused: string[] = [];
  const errors = new Map<string, MemcachedError>();
  settled.forEach((one, position) => {
    const { name } = entries[position] as Entry;
    if ('error' in one) errors.set(name, one.error);
    else (one.value ? applied : refused).push(name);
  });
  return { ok: applied.length === settled.length, applied, refused, errors };
}

/** A snapshot of the caller's keys, each once. */
export function keyEntries(keys: unknown, payload?: () => Payload): Entry[] {
  const entries = new Map<unknown, Entry>();
  for (const key of snapshot(keys, 'keys', 'be an array or another iterable of keys')) {
    entries.set(keyIdentity(key), { name: entryName(key), key: key as Key, payload });
  }
  return [...entries.values()];
}

/** A snapshot of the caller's pairs: an object, a Map, or an iterable of `[key, value, ttl?]`. */
export function pairEntries(
  pairs: unknown,
  payload: (value: unknown, ttl: unknown) => Payload,
): Entry[] {
  const rule = 'be an object, a Map or an iterable of [key, value, ttl?]';
  return guarded('entries', () => {
    const list = isEntriesObject(pairs) ? Object.entries(pairs) : snapshot(pairs, 'entries', rule);
    return list.map((pair) => {
      if (!Array.isArray(pair) || pair.length < 2 || pair.length > 3) {
        throw invalid('entries', 'hold [key, value] or [key, value, ttl]', pair);
      }
      const [key, value, ttl] = pair;
      return { name: entryName(key), key, payload: () => payload(value, ttl) };
    });
  });
}

function snapshot(iterable: unknown, what: string, rule: string): unknown[] {
  return guarded(what, () => {
    if (typeof iterable !== 'object' || iterable === null || !(Symbol.iterator in iterable)) {
      throw invalid(what, rule, iterable);
    }
    return Array.from(iterable as Iterable<unknown>);
  });
}

/** Not a promise that was to be awaited, or a Date: they would pass for no entries at all. */
function isEntriesObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isBuiltIn(value)) return false;
  return !(Symbol.iterator in value || Symbol.asyncIterator in value);
}

function entryName(key: unknown): string {
  if (typeof key === 'string') return key;
  return types.isUint8Array(key) ? bytesName(key) : describe(key);
}
