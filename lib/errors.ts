// The one error class of the package, and the one sentence shape of its messages.
import { types } from 'node:util';

/** Every `code` a `MemcachedError` can carry: what happened, and what to do about it. */
export const errorCodes = Object.freeze([
  /**
   * An argument, key or option breaks its rule. Nothing was sent. Remedy: the message names the
   * rule.
   */
  'INVALID_ARGUMENT',
  /**
   * The encoded value is over `maxValueSize`, or with its key over the server's item size; the server
   * then removes the item that was there. Remedy: store less, compress, or raise `maxValueSize` and
   * the server's `-I`.
   */
  'TOO_LARGE',
  /**
   * No answer within `timeout`. A write may have happened: see `maybeApplied`. Remedy: look at the
   * server's load, or raise `timeout`.
   */
  'TIMEOUT',
  /**
   * The connection could not be opened, or was lost. Remedy: check address, network and the
   * server's connection limit.
   */
  'CONNECTION',
  /**
   * The server failed repeatedly and its breaker is open: nothing was sent. Remedy: wait, it is
   * probed until it is back.
   */
  'SERVER_DOWN',
  /**
   * The server answered what memcached does not answer. Remedy: check that it is a memcached, and
   * that it speaks the chosen `protocol`.
   */
  'PROTOCOL',
  /**
   * The server refused `username` and `password`, or does not offer SASL. Remedy: check both sides.
   */
  'AUTHENTICATION',
  /** The server reported an error of its own. Remedy: the message holds its words. */
  'SERVER_ERROR',
  /**
   * The server has no memory for the item. Remedy: more memory (`-m`), or evictions allowed (no
   * `-M`).
   */
  'OUT_OF_MEMORY',
  /**
   * `incr` or `decr` of an item that is no decimal number. Remedy: set the counter first, or delete
   * it.
   */
  'NOT_NUMERIC',
  /**
   * The new value of a counter is above 2^53-1; it is in `value`, and was applied. Remedy: pass the
   * delta as a bigint.
   */
  'UNSAFE_INTEGER',
  /**
   * `maxPending` or `maxPendingBytes` is reached. Nothing was sent. Remedy: await earlier
   * operations, or raise the limit.
   */
  'OVERLOADED',
  /** The caller's `signal` was aborted. A write may have happened: see `maybeApplied`. */
  'ABORTED',
  /** The client is closed. Remedy: make a new one. */
  'CLOSED',
  /**
   * The serializer does not take the value. Nothing was sent. Remedy: the message names what it
   * takes.
   */
  'SERIALIZE',
  /**
   * The stored bytes and flags are not what the serializer writes. Remedy: `getRaw`, or the
   * `preset` of the client that wrote them.
   */
  'DECODE',
  /**
   * The installed library, this runtime, the server or this release cannot do it. Remedy: the
   * message names what can.
   */
  'UNSUPPORTED',
] as const);

/**
 * One of `errorCodes`.
 *
 * @useDeclaredType
 */
export type ErrorCode = (typeof errorCodes)[number];

/** The fields of a `MemcachedError` that is made by hand, as tests do. */
export interface ErrorDetails {
  /** As in `MemcachedError`. */
  operation?: string | undefined;
  /** As in `MemcachedError`. */
  server?: string | undefined;
  /** As in `MemcachedError`. */
  key?: string | undefined;
  /** As in `MemcachedError`. @default false */
  maybeApplied?: boolean | undefined;
  /** As in `MemcachedError`. */
  value?: bigint | undefined;
  /** As in `Error`. */
  cause?: unknown;
}

/**
 * What promises of the package are rejected with, and constructors throw. Only what your own functions throw, such as the
 * `load` of `getOrSet`, passes as it is.
 */
export class MemcachedError extends Error {
  static {
    // On the prototype, as for the built-in errors: an own property would be printed with the
    // fields.
    MemcachedError.prototype.name = 'MemcachedError';
  }

  /** What happened; `errorCodes` has the remedies. */
  readonly code: ErrorCode;
  /** True when the write may have reached the server although it failed: read before retrying. */
  maybeApplied: boolean;
  /** The method that was called, such as `'set'`; for one of many keys the operation on it: `'get'` in `getMulti`. */
  declare operation?: string;
  /** The server concerned, as in `locate(key).server`. */
  declare server?: string;
  /** The key as the caller gave it, shortened and made printable; `0x` and hexadecimal where it is no text. */
  declare key?: string;
  /** `UNSAFE_INTEGER` only: the exact new value of the counter. */
  declare value?: bigint;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.maybeApplied = details.maybeApplied ?? false;
    if (details.operation !== undefined) this.operation = details.operation;
    if (details.server !== undefined) this.server = details.server;
    if (details.key !== undefined) this.key = details.key;
    if (details.value !== undefined) this.value = details.value;
  }
}

/** Thrown by a deserializer to have its item count as a miss. */
export class CacheMiss extends Error {
  static {
    CacheMiss.prototype.name = 'CacheMiss';
  }
}

/**
 * `ttl must be a whole number of seconds ..., got -1`: what, its rule, and what was given instead.
 */
export function invalid(
  what: string,
  rule: string,
  got: unknown,
  operation?: string,
): MemcachedError {
  return invalidText(what, rule, describe(got), operation);
}

/** As `invalid`, for what is better described in words, or must not be shown at all. */
export function invalidText(
  what: string,
  rule: string,
  got: string,
  operation?: string,
): MemcachedError {
  return new MemcachedError('INVALID_ARGUMENT', `${what} must ${rule}, got ${got}`, { operation });
}

const previewLength = 40;

/**
 * What a caller gave, fit for a message: short, and without running any code of the caller's
 * (toString, toJSON, getters, traps), which could throw or call back into the client (B12).
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > previewLength
        ? `a string of ${value.length} characters`
        : JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return describeBigint(value);
    case 'object':
      return types.isDate(value) ? describeDate(value) : kindOf(value);
    default:
      return kindOf(value);
  }
}

/** As `describe`, for what may be a value to be stored: its kind only, none of its content. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : kindOfObject(value);
    case 'boolean':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeBigint(value: bigint): string {
  // Printing a huge bigint takes seconds; no rule of this package reaches beyond 64 bits.
  return BigInt.asIntN(128, value) === value ? `${value}n` : 'a bigint of more than 128 bits';
}

function kindOfObject(value: object): string {
  if (types.isProxy(value)) return 'a proxy';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (types.isUint8Array(value)) return 'a Buffer or Uint8Array';
  if (types.isDate(value)) return 'a Date';
  if (types.isPromise(value)) return 'a promise';
  if (types.isMap(value)) return 'a Map';
  if (types.isSet(value)) return 'a Set';
  return 'an object';
}

function describeDate(value: Date): string {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? 'an invalid Date' : `the Date ${new Date(time).toISOString()}`;
}
