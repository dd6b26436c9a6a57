// Operations on one key.
import { noPayload, type Payload } from './batch';
import { invalid } from './errors';
import type { Key } from './keys';
import { casToken, counter, itemFlags } from './numbers';
import type {
  CounterOptions,
  GivenOptions,
  OperationOptions,
  WriteOptions,
} from './operationOptions';
import type { CasResult, Item, Operation, RawItem } from './operations';
import * as operations from './operations';
import { ttlOption, type View } from './view';

/**
 * Every method returns a promise that rejects with a `MemcachedError`: `INVALID_ARGUMENT` for a bad argument, and for
 * failures the codes that `errorCodes` lists. Only what a function or an iterable of your own throws passes as it is:
 * the `load` of `getOrSet`, the `fn` of `update`, the keys of `getMultiStream`.
 *
 * `options` take `prefix`, `groupKey`, `timeout` (ms) and `signal`. Where they hold a `ttl` too (whole seconds, 0:
 * never, or a Date; default: the client's), the bare TTL may stand in their place.
 */
export abstract class KeyOperations {
  /** @internal */
  declare protected readonly view: View;

  /** @internal */
  constructor(view: View) {
    // Not enumerable: whoever prints a client wants to see none of this.
    Object.defineProperty(this, 'view', { value: view });
  }

  /** The value, `undefined` on a miss: a stored `null` is `null`. (`memcached_mget`) */
  get<T = unknown>(key: Key, options?: OperationOptions): Promise<T | undefined> {
    return this.view.request(operations.get, key, options) as Promise<T | undefined>;
  }

  /** The value and its token for `cas`, `undefined` on a miss. (`memcached_mget` with SUPPORT_CAS) */
  gets<T = unknown>(key: Key, options?: OperationOptions): Promise<Item<T> | undefined> {
    return this.view.request(operations.gets, key, options) as Promise<Item<T> | undefined>;
  }

  /** The stored bytes and flags, not decoded, and the token; `undefined` on a miss. (`memcached_mget`) */
  getRaw(key: Key, options?: OperationOptions): Promise<RawItem | undefined> {
    return this.view.request(operations.getRaw, key, options);
  }

  /** Whether the item is there: a get whose value is dropped. (`memcached_mget`: `memcached_exist` checks no keys) */
  has(key: Key, options?: OperationOptions): Promise<boolean> {
    return this.view.request(operations.has, key, options);
  }

  /**
   * The value, `undefined` on a miss, and a new TTL for the item: whole seconds, 0 (never) to 2^31-1 minus now, or a
   * Date in the future. The libmemcached engine touches, then gets, because the library has no gat.
   * (`memcached_touch` and `memcached_mget`)
   */
  getAndTouch<T = unknown>(
    key: Key,
    ttl: number | Date,
    options?: OperationOptions,
  ): Promise<T | undefined> {
    return this.#withTtl(operations.getAndTouch, key, ttl, options) as Promise<T | undefined>;
  }

  /**
   * Stores. `false` only with `failures: 'miss'`. Rejects with `SERIALIZE`, `TOO_LARGE` and `OUT_OF_MEMORY` too, as do
   * all that store a value. (`memcached_set`)
   */
  set(key: Key, value: unknown, options?: WriteOptions | number | Date): Promise<boolean> {
    return this.#store(operations.set, key, value, options);
  }

  /** Stores if there is no such item yet; `false` if there is. (`memcached_add`) */
  add(key: Key, value: unknown, options?: WriteOptions | number | Date): Promise<boolean> {
    return this.#store(operations.add, key, value, options);
  }

  /** Stores if there is such an item; `false` if there is not. (`memcached_replace`) */
  replace(key: Key, value: unknown, options?: WriteOptions | number | Date): Promise<boolean> {
    return this.#store(operations.replace, key, value, options);
  }

  /** Stores bytes, or text as UTF-8, past the serializer, with `flags` from 0 to 2^32-1. (`memcached_set`) */
  setRaw(
    key: Key,
    data: Uint8Array | string,
    flags: number,
    options?: WriteOptions | number | Date,
  ): Promise<boolean> {
    return this.view.write(operations.setRaw, key, options, ttlOption, ({ ttl }) =>
      this.view.raw(data, itemFlags(flags), ttl),
    );
  }

  /**
   * Adds bytes, or text as UTF-8, behind the stored ones, past the serializer; `false` on a miss. TTL and flags stay.
   * (`memcached_append`)
   */
  append(key: Key, data: Uint8Array | string, options?: OperationOptions): Promise<boolean> {
    return this.#attach(operations.append, key, data, options);
  }

  /** As `append`, before the stored bytes. (`memcached_prepend`) */
  prepend(key: Key, data: Uint8Array | string, options?: OperationOptions): Promise<boolean> {
    return this.#attach(operations.prepend, key, data, options);
  }

  /**
   * Stores if nobody has stored since `cas` was read by `gets`. (`memcached_cas`)
   *
   * @param cas 1n to 2^64-1; 0n would store unconditionally
   */
  cas(
    key: Key,
    value: unknown,
    cas: bigint,
    options?: WriteOptions | number | Date,
  ): Promise<CasResult> {
    return this.view.write(operations.cas, key, options, ttlOption, ({ ttl }) =>
      this.view.encoded(value, ttl, casToken(cas)),
    );
  }

  /**
   * Adds `delta` to a counter, an item of decimal digits, and gives its new value; `undefined` on a miss
   * without `initial`. At 2^64 it begins again at 0. (`memcached_increment`)
   *
   * @param delta a whole number from 0, or a bigint below 2^64; default 1. A number gives a number and rejects
   * with `UNSAFE_INTEGER` above 2^53-1, although the server has counted; a bigint gives a bigint.
   * @param options `initial` creates the counter on a miss, with `ttl`, which is refused without; default: a miss is
   * `undefined`
   * @throws MemcachedError `NOT_NUMERIC` where the item is no decimal number, `UNSAFE_INTEGER`
   */
  incr(key: Key, delta?: number, options?: CounterOptions): Promise<number | undefined>;
  incr(key: Key, delta: bigint, options?: CounterOptions): Promise<bigint | undefined>;
  incr(
    key: Key,
    delta: number | bigint,
    options?: CounterOptions,
  ): Promise<number | bigint | undefined>;
  incr(key: Key, delta: number | bigint = 1, options?: CounterOptions) {
    return typeof delta === 'bigint'
      ? this.#count(operations.incrBigint, key, delta, options)
      : this.#count(operations.incr, key, delta, options);
  }

  /** As `incr`, downwards; it stops at 0. (`memcached_decrement`) */
  decr(key: Key, delta?: number, options?: CounterOptions): Promise<number | undefined>;
  decr(key: Key, delta: bigint, options?: CounterOptions): Promise<bigint | undefined>;
  decr(
    key: Key,
    delta: number | bigint,
    options?: CounterOptions,
  ): Promise<number | bigint | undefined>;
  decr(key: Key, delta: number | bigint = 1, options?: CounterOptions) {
    return typeof delta === 'bigint'
      ? this.#count(operations.decrBigint, key, delta, options)
      : this.#count(operations.decr, key, delta, options);
  }

  /**
   * Gives an item a new TTL: whole seconds, 0 (never) to 2^31-1 minus now, or a Date in the future; `false` on a miss.
   * (`memcached_touch`)
   */
  touch(key: Key, ttl: number | Date, options?: OperationOptions): Promise<boolean> {
    return this.#withTtl(operations.touch, key, ttl, options);
  }

  /** Removes an item; `false` if it was not there. (`memcached_delete`) */
  delete(key: Key, options?: OperationOptions): Promise<boolean> {
    return this.view.request(operations.remove, key, options, noPayload);
  }

  #store(
    operation: Operation<boolean>,
    key: Key,
    value: unknown,
    options: unknown,
  ): Promise<boolean> {
    return this.view.write(operation, key, options, ttlOption, ({ ttl }) =>
      this.view.encoded(value, ttl),
    );
  }

  #attach(operation: Operation<boolean>, key: Key, data: unknown, options: unknown) {
    return this.view.write(operation, key, options, [], () => this.view.raw(data, 0, 0));
  }

  #withTtl<Result>(operation: Operation<Result>, key: Key, ttl: unknown, options: unknown) {
    return this.view.write(operation, key, options, [], () => ({
      data: '',
      flags: 0,
      exptime: this.view.exptime(ttl),
      number: 0,
      initial: undefined,
    }));
  }

  #count<Result>(
    operation: Operation<Result>,
    key: Key,
    delta: number | bigint,
    options: unknown,
  ): Promise<Result> {
    const payload = ({ ttl, initial }: GivenOptions): Payload => {
      if (ttl !== undefined && initial === undefined) {
        throw invalid(
          'ttl',
          'be left out without initial (a counter keeps its own: touch it)',
          ttl,
        );
      }
      return {
        data: '',
        flags: 0,
        exptime: this.view.exptime(ttl),
        number: counter(delta, 'delta'),
        initial: initial === undefined ? undefined : counter(initial, 'initial'),
      };
    };
    return this.view.write(operation, key, options, ['ttl', 'initial'], payload);
  }
}
