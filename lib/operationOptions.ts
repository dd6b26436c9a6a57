// The options of a single call.

import { types } from 'node:util';
import { invalid } from './errors';
import { checkPrefix, type Key, keyBytes, noPrefix } from './keys';
import { readTimeout } from './options';
import { guarded, ownOptions } from './ownOptions';

/** What operations on servers take. */
export interface ServerWideOptions {
  /** Milliseconds, 1 to 2^31-1, instead of the client's. A `signal` bounds a call of more than 2000 keys. */
  readonly timeout?: number;
  /** Ends with `ABORTED` what is not answered when it fires. */
  readonly signal?: AbortSignal;
}

/** What operations on items take. */
export interface OperationOptions extends ServerWideOptions {
  /** Put before the key, after the client's own prefix, with which it has at most 249 bytes. */
  readonly prefix?: string;
  /**
   * The server is chosen by this key instead of the item's own, at every call on that item. Under
   * the rule of keys, without prefix. (`*_by_key`)
   */
  readonly groupKey?: Key;
}

/** What methods that store take; a bare TTL may stand in its place. */
export interface WriteOptions extends OperationOptions {
  /** Whole seconds, 0 (never) to 2^31-1 minus now, or a Date in the future, instead of the client's. */
  readonly ttl?: number | Date;
}

/** What `incr` and `decr` take; their `ttl` is that of a counter they create. */
export interface CounterOptions extends WriteOptions {
  /**
   * Created with this value on a miss. A whole number from 0, or a bigint below 2^64.
   *
   * @default none: a miss is `undefined`
   */
  readonly initial?: number | bigint;
}

/** What `flush` takes. */
export interface FlushOptions extends ServerWideOptions {
  /** Whole seconds until the items count as gone, 0 to 2^31-1 minus now. @default 0 */
  readonly delay?: number;
}

export type ExtraOption = 'ttl' | 'initial' | 'delay';

/**
 * What was given, undefined where nothing was. `prefix`, `timeout` and `signal` are checked; the
 * key, the TTL and the numbers are where they are written.
 */
export interface GivenOptions {
  readonly prefix: string | undefined;
  readonly groupKey: Key | undefined;
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly ttl: number | Date | undefined;
  readonly initial: unknown;
  readonly delay: unknown;
}

const serverWideNames = ['timeout', 'signal'] as const;
const itemNames = ['prefix', 'groupKey', ...serverWideNames] as const;

const nothing: GivenOptions = Object.freeze({
  prefix: undefined,
  groupKey: undefined,
  timeout: undefined,
  signal: undefined,
  ttl: undefined,
  initial: undefined,
  delay: undefined,
});

/**
 * @param extra what the method takes beside the common options; with `'ttl'` a bare number or Date
 * is the TTL
 */
export function readOperationOptions(
  options: unknown,
  extra: readonly ExtraOption[],
): GivenOptions {
  if (options === undefined) return nothing;
  if ((typeof options === 'number' || types.isDate(options)) && extra.includes('ttl')) {
    return bareTtl(options as number | Date);
  }
  return guarded('options', () => readGiven(options, [...itemNames, ...extra]));
}

/** Those of an operation on servers: a `prefix` or `groupKey` would promise that it touches a part of the items. */
export function readServerWideOptions(
  options: unknown,
  extra: readonly ExtraOption[],
): GivenOptions {
  if (options === undefined) return nothing;
  return guarded('options', () => readGiven(options, [...serverWideNames, ...extra]));
}

/** Written out, because copying `nothing` takes longer than the rest of a call. */
function bareTtl(ttl: number | Date): GivenOptions {
  return {
    prefix: undefined,
    groupKey: undefined,
    timeout: undefined,
    signal: undefined,
    ttl,
    initial: undefined,
    delay: undefined,
  };
}

function readGiven(
  options: unknown,
  names: readonly ((typeof itemNames)[number] | ExtraOption)[],
): GivenOptions {
  const given = ownOptions(options, names, 'options');
  return {
    prefix: given.prefix === undefined ? undefined : checkPrefix(given.prefix, 'prefix'),
    groupKey: copiedGroupKey(given.groupKey),
    timeout: given.timeout === undefined ? undefined : readTimeout(given.timeout),
    signal: given.signal === undefined ? undefined : readSignal(given.signal),
    ttl: given.ttl as number | Date | undefined,
    initial: given.initial,
    delay: given.delay,
  };
}

/** Some operations use it again later, when the caller may have changed its Buffer. */
function copiedGroupKey(key: unknown): Key | undefined {
  return types.isUint8Array(key) ? keyBytes(key, noPrefix, 'groupKey') : (key as Key | undefined);
}

/** As options of an operation on items; undefined where nothing was given, which costs nothing to read. */
export function itemOptions(given: GivenOptions): OperationOptions | undefined {
  if (itemNames.every((name) => given[name] === undefined)) return undefined;
  return Object.fromEntries(itemNames.map((name) => [name, given[name]]));
}

function readSignal(value: unknown): AbortSignal {
  // What only inherits from it throws here.
  if (value instanceof AbortSignal && typeof value.aborted === 'boolean') return value;
  throw invalid('signal', 'be an AbortSignal', value);
}
