// Everything a client does with keys, under one prefix.
import { noPayload } from './batch';
import { binding } from './binding';
import { asMemcachedErrors } from './dispatcher';
import { invalid, MemcachedError } from './errors';
import { blame } from './failures';
import { KeyOperations } from './keyOperations';
import type { Key } from './keys';
import {
  type Entry,
  keyEntries,
  type MultiResult,
  pairEntries,
  runAll,
  type Settled,
  toMultiResult,
  toWriteResult,
  type WriteResult,
} from './multi';
import { counter } from './numbers';
import {
  type ExtraOption,
  type GivenOptions,
  itemOptions,
  type OperationOptions,
  readOperationOptions,
  type WriteOptions,
} from './operationOptions';
import type { Item, Operation } from './operations';
import * as operations from './operations';
import * as patterns from './patterns';
import { serverName } from './servers';
import { isTraced, traceCommand } from './tracing';
import { ttlOption, type View } from './view';

/** `[key, value]`, or `[key, value, ttl]` with a TTL of its own. */
export type Entries = Iterable<readonly [key: Key, value: unknown, ttl?: number | Date]>;
/** Values by their keys. */
export type EntriesObject = Readonly<Record<string, unknown>>;

/** Where a key lives. */
export interface Location {
  /** `'host:port'`, or the path of a unix socket. */
  server: string;
  /** Undefined for a unix socket, as is `port`. */
  host: string | undefined;
  /** 1 to 65535. */
  port: number | undefined;
  /** Undefined for TCP. */
  path: string | undefined;
  /** Of the server on the ring: its place in the list, unless `sortHosts` is set. */
  index: number;
  /** From 1; 1 unless one was given. */
  weight: number;
}

/** Keys asked for at a time by `getMultiStream`. */
const streamChunk = 2000;

/**
 * The operations on keys that begin with a prefix: what `withPrefix` returns, and what a `Client` is.
 *
 * The methods for many keys take effect for each key by itself. They never reject for a server that failed:
 * what became of each key is in the result.
 */
export class Cache extends KeyOperations {
  /** The hash of the ring, by its option name, where that is known. */
  readonly #hashName: string | undefined;

  /** @internal */
  constructor(view: View, hashName: string | undefined) {
    super(view);
    this.#hashName = hashName;
  }

  /**
   * A view on the same client whose keys all begin with `prefix`, after this one's own. Throws
   * `INVALID_ARGUMENT`: namespace and prefixes have at most 249 bytes.
   */
  withPrefix(prefix: string): Cache {
    return new Cache(this.view.under(prefix), this.#hashName);
  }

  /**
   * The values of many keys, fetched from all servers at once; a key asked for twice counts once.
   * (`memcached_mget`)
   */
  getMulti<T = unknown>(keys: Iterable<Key>, options?: OperationOptions): Promise<MultiResult<T>> {
    return this.#readMulti(operations.get as Operation<T | undefined>, 'getMulti', keys, options);
  }

  /** The same with the tokens for `cas`. (`memcached_mget` with SUPPORT_CAS) */
  getsMulti<T = unknown>(
    keys: Iterable<Key>,
    options?: OperationOptions,
  ): Promise<MultiResult<Item<T>>> {
    const operation = operations.gets as Operation<Item<T> | undefined>;
    return this.#readMulti(operation, 'getsMulti', keys, options);
  }

  /**
   * The hits among any number of keys, as they come; up to 4000 keys are under way at a time. Throws the first error it
   * meets, be it of a key or what `keys` itself throws. (`memcached_mget`)
   */
  async *getMultiStream<T = unknown>(
    keys: Iterable<Key> | AsyncIterable<Key>,
    options?: OperationOptions,
  ): AsyncGenerator<[key: string, value: T], void, undefined> {
    const once = itemOptions(readOperationOptions(options, []));
    let next = this.#getChunk<T>([], once);
    for await (const chunk of chunksOf(keys, streamChunk)) {
      const current = next;
      // Asked for before the last chunk is handed out, so that the network does not wait for the caller.
      next = this.#getChunk<T>(chunk, once);
      next.catch(() => {}); // it is looked at in its turn
      yield* await current;
    }
    yield* await next;
  }

  /** Stores all. `ok` is false if any failed. An entry may have a TTL of its own. (`memcached_set`) */
  setMulti(entries: Entries, options?: WriteOptions | number | Date): Promise<WriteResult>;
  setMulti(entries: EntriesObject, options?: WriteOptions | number | Date): Promise<WriteResult>;
  setMulti(
    entries: Entries | EntriesObject,
    options?: WriteOptions | number | Date,
  ): Promise<WriteResult>;
  setMulti(entries: unknown, options?: WriteOptions | number | Date): Promise<WriteResult> {
    return this.#storeMulti(operations.set, 'setMulti', entries, options);
  }

  /** Stores those that are not there yet; the others are in `refused`. (`memcached_add`) */
  addMulti(entries: Entries, options?: WriteOptions | number | Date): Promise<WriteResult>;
  addMulti(entries: EntriesObject, options?: WriteOptions | number | Date): Promise<WriteResult>;
  addMulti(
    entries: Entries | EntriesObject,
    options?: WriteOptions | number | Date,
  ): Promise<WriteResult>;
  addMulti(entries: unknown, options?: WriteOptions | number | Date): Promise<WriteResult> {
    return this.#storeMulti(operations.add, 'addMulti', entries, options);
  }

  /** Stores those that are there; the others are in `refused`. (`memcached_replace`) */
  replaceMulti(entries: Entries, options?: WriteOptions | number | Date): Promise<WriteResult>;
  replaceMulti(
    entries: EntriesObject,
    options?: WriteOptions | number | Date,
  ): Promise<WriteResult>;
  replaceMulti(
    entries: Entries | EntriesObject,
    options?: WriteOptions | number | Date,
  ): Promise<WriteResult>;
  replaceMulti(entries: unknown, options?: WriteOptions | number | Date): Promise<WriteResult> {
    return this.#storeMulti(operations.replace, 'replaceMulti', entries, options);
  }

  /** Removes all; those that were not there are in `refused`. (`memcached_delete`) */
  deleteMulti(keys: Iterable<Key>, options?: OperationOptions): Promise<WriteResult> {
    const entriesOf = () => keyEntries(keys, () => noPayload);
    return this.#run(operations.remove, 'deleteMulti', options, [], entriesOf, toWriteResult);
  }

  /**
   * Gives all a new TTL: whole seconds, 0 (never) to 2^31-1 minus now, or a Date in the future; those that are
   * not there are in `refused`. (`memcached_touch`)
   */
  touchMulti(
    keys: Iterable<Key>,
    ttl: number | Date,
    options?: OperationOptions,
  ): Promise<WriteResult> {
    const entriesOf = () => {
      const payload = { ...noPayload, exptime: this.view.exptime(ttl) };
      return keyEntries(keys, () => payload);
    };
    return this.#run(operations.touch, 'touchMulti', options, [], entriesOf, toWriteResult);
  }

  /**
   * Adds `delta`, a whole number from 0, default 1, to all; the new values, with `missing` and `errors` as
   * `getMulti` has them: `NOT_NUMERIC` and `UNSAFE_INTEGER` among them. (`memcached_increment`)
   */
  incrMulti(
    keys: Iterable<Key>,
    delta = 1,
    options?: OperationOptions,
  ): Promise<MultiResult<number>> {
    const entriesOf = () => {
      const payload = { ...noPayload, number: counter(delta, 'delta') };
      return keyEntries(keys, () => payload);
    };
    return this.#run(operations.incr, 'incrMulti', options, [], entriesOf, toMultiResult<number>);
  }

  /**
   * The cached value, or what `load` gives, which is stored with the TTL of `options`. One `load` an item
   * runs at a time; all who wait get what it gives, or its error. `undefined` is not stored. A value that could
   * not be stored is returned all the same; the error goes to the `'error'` event. (`memcached_mget`, `memcached_set`)
   *
   * `timeout` bounds the get and the set, not the load. `signal` ends the wait of its caller; the load goes on, and
   * what it gives is stored.
   *
   * @throws what `load` throws, as it is; else MemcachedError
   */
  getOrSet<T>(
    key: Key,
    options: WriteOptions | number | Date | undefined,
    load: () => T | Promise<T>,
  ): Promise<T> {
    return this.#pattern('getOrSet', key, options, (subject) => patterns.getOrSet(subject, load));
  }

  /**
   * Reads an item, calls `fn` with its value (`undefined` on a miss) and stores what it returns, again
   * and again until nobody has stored in between. `fn` may therefore run several times. Where it
   * returns `undefined` the item is left as it is. One that the deserializer calls a miss is given as
   * `undefined`, and replaced. (`memcached_mget` with SUPPORT_CAS, `memcached_cas`, `memcached_add`)
   *
   * @returns the value that is stored then
   * @throws what `fn` throws, as it is; else MemcachedError, `TIMEOUT` also when 256 attempts were in vain
   */
  update<T = unknown>(
    key: Key,
    fn: (current: T | undefined) => T | undefined | Promise<T | undefined>,
    options?: WriteOptions | number | Date,
  ): Promise<T | undefined> {
    return this.#pattern('update', key, options, (subject) => patterns.update(subject, fn));
  }

  /**
   * The server that `key` lives on, without asking it. Throws `INVALID_ARGUMENT`, `CLOSED`.
   * (`memcached_server_by_key`)
   */
  locate(key: Key, options?: Pick<OperationOptions, 'groupKey' | 'prefix'>): Location {
    const index = this.#blamed('locate', key, () => {
      return this.view.dispatcher.locate(this.#bytesOf(key, options).hashed);
    });
    const server = this.view.dispatcher.servers[index];
    if (server === undefined) throw new Error('the ring names a server that is not in the list');
    const { host, port, weight, unixSocket } = server;
    return {
      server: serverName(server),
      host: unixSocket ? undefined : host,
      port: unixSocket ? undefined : port,
      path: unixSocket ? host : undefined,
      index,
      weight,
    };
  }

  /**
   * The hash of a key, prefix included: unsigned, 32 bits. Throws `INVALID_ARGUMENT`, `UNSUPPORTED`.
   * (`memcached_generate_hash_value`)
   *
   * @param algorithm one of the names that the option `hash` or `placement` takes; default: the one of this
   * client's ring. A client from a configuration string has none.
   */
  hash(key: Key, algorithm: string | undefined = this.#hashName): number {
    return this.#blamed('hash', key, () => {
      if (algorithm === undefined) {
        const rule = 'be named for a client from a configuration string';
        throw invalid('algorithm', rule, algorithm);
      }
      if (typeof algorithm !== 'string') throw invalid('algorithm', 'be a string', algorithm);
      const { hashed } = this.#bytesOf(key);
      return asMemcachedErrors(() => binding.hash(algorithm, hashed));
    });
  }

  #blamed<Result>(operation: string, key: Key, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw blame(error, operation, key);
    }
  }

  /** Checks what its operations would only refuse half-way, and gives errors the name of the whole. */
  async #pattern<T>(
    name: string,
    key: Key,
    options: unknown,
    run: (subject: patterns.Subject) => Promise<T>,
  ): Promise<T> {
    try {
      const given = readOperationOptions(options, ttlOption);
      this.view.exptime(given.ttl);
      const subject = patterns.subjectOf(this.view, key, given);
      return await this.view.dispatcher.whole(name, () => run(subject));
    } catch (error) {
      if (error instanceof patterns.FromCaller) throw error.thrown;
      if (error instanceof MemcachedError) error.operation = name;
      throw blame(error, name, key);
    }
  }

  #readMulti<T>(
    operation: Operation<T | undefined>,
    name: string,
    keys: unknown,
    options: unknown,
  ): Promise<MultiResult<T>> {
    const entriesOf = () => keyEntries(keys);
    return this.#run(operation, name, options, [], entriesOf, toMultiResult<T>);
  }

  #storeMulti(
    operation: Operation<boolean>,
    name: string,
    pairs: unknown,
    options: unknown,
  ): Promise<WriteResult> {
    const entriesOf = ({ ttl }: GivenOptions) =>
      pairEntries(pairs, (value, own) => this.view.encoded(value, own === undefined ? ttl : own));
    return this.#run(operation, name, options, ttlOption, entriesOf, toWriteResult);
  }

  async #run<Result, Whole>(
    operation: Operation<Result>,
    name: string,
    options: unknown,
    extra: readonly ExtraOption[],
    entriesOf: (given: GivenOptions) => Entry[],
    toWhole: (entries: readonly Entry[], settled: readonly Settled<Result>[]) => Whole,
  ): Promise<Whole> {
    try {
      const given = readOperationOptions(options, extra);
      const entries = entriesOf(given);
      const { dispatcher, settings } = this.view;
      const scope = { ...this.view.scopeOf(given), ofWhole: true };
      const run = async () => {
        const settled = await runAll(dispatcher, operation, scope, entries, settings.policy);
        return toWhole(entries, settled);
      };
      return await dispatcher.whole(name, () =>
        isTraced()
          ? traceCommand(dispatcher.client, name, { batchSize: entries.length }, run)
          : run(),
      );
    } catch (error) {
      throw blame(error, name);
    }
  }

  async #getChunk<T>(keys: Key[], options: OperationOptions | undefined) {
    if (keys.length === 0) return new Map<string, T>();
    const result = await this.getMulti<T>(keys, options);
    const [error] = result.errors.values();
    if (error !== undefined) throw error;
    return result;
  }

  #bytesOf(key: Key, options?: unknown): { sent: Buffer; hashed: Buffer } {
    return this.view.bytesOf(key, this.view.scopeOf(readOperationOptions(options, [])));
  }
}

function isIterable(keys: unknown): boolean {
  if (typeof keys !== 'object' || keys === null) return false;
  return Symbol.asyncIterator in keys || Symbol.iterator in keys;
}

async function* chunksOf(keys: Iterable<Key> | AsyncIterable<Key>, size: number) {
  if (!isIterable(keys)) {
    throw invalid('keys', 'be an iterable of keys, or an async one', keys, 'getMultiStream');
  }
  let chunk: Key[] = [];
  for await (const key of keys) {
    chunk.push(key);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}
