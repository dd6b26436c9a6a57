// What every serializer is, and what the built-in ones share.
import { isUtf8 } from 'node:buffer';
import { kindOf, MemcachedError } from '../errors';
import { isWellFormed } from '../text';

/** A value as it is stored. Text goes out as UTF-8. */
export interface Encoded {
  readonly data: Buffer | string;
  /** 32 bits that memcached keeps beside the data. */
  readonly flags: number;
}

/**
 * Turns values into bytes and flags, and back. `deserialize` may throw `CacheMiss` to have the item
 * count as a miss; it must not return `undefined`, which would look like one. What else a hook
 * throws becomes the `cause` of a `MemcachedError`, `SERIALIZE` or `DECODE`.
 */
export interface Serializer {
  serialize(value: unknown): Encoded;
  deserialize(data: Buffer, flags: number): unknown;
}

/**
 * What a preset gives for a pickle, a Marshal, Java or PHP object: bytes and flags, never executed.
 */
export interface ForeignValue {
  readonly data: Buffer;
  readonly flags: number;
}

export function foreignValue(data: Buffer, flags: number): ForeignValue {
  return { data: ownBytes(data), flags };
}

/**
 * Bytes to hand to the caller. Copied when they are a small part of a larger block, which they
 * would keep alive (N13).
 */
export function ownBytes(data: Buffer): Buffer {
  return data.length * 4 < data.buffer.byteLength ? Buffer.from(data) : data;
}

/**
 * A Buffer over the same memory. Refuses a view whose memory is gone, which looks like an empty
 * one.
 */
export function viewOf(bytes: Uint8Array): Buffer {
  if (isDetached(bytes)) {
    throw new MemcachedError('SERIALIZE', 'value must be readable, got a detached Buffer');
  }
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UTF-8 to text, strictly: bytes that are no text must not come back as replacement characters. */
export function decodeText(data: Buffer): string {
  const text = data.toString('utf8');
  if (text.includes('\uFFFD') && !isUtf8(data)) throw undecodable('be UTF-8', 'other bytes');
  return text;
}

/** Text that UTF-8 can carry unchanged. */
export function encodableText(text: string): string {
  if (isWellFormed(text)) return text;
  throw new MemcachedError('SERIALIZE', 'value must be well-formed text, got a lone surrogate');
}

/**
 * An integer in decimal: a number where that is exact, else a bigint. `decr` leaves blanks behind
 * it (H42).
 */
export function decodeInteger(data: Buffer): number | bigint {
  const text = data.toString('latin1').trimEnd();
  const number = Number(text);
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(number) ? number : BigInt(text);
  throw undecodable('be a decimal integer', `${data.length} other bytes`);
}

/** `JSON.parse`, without the excerpt of the value that its error holds. */
export function decodeJson(data: Buffer): unknown {
  try {
    return JSON.parse(decodeText(data));
  } catch {
    throw undecodable('be JSON', `${data.length} other bytes`);
  }
}

export function unserializable(rule: string, value: unknown): MemcachedError {
  return new MemcachedError('SERIALIZE', `value must ${rule}, got ${kindOf(value)}`);
}

export function undecodable(rule: string, got: string): MemcachedError {
  return new MemcachedError('DECODE', `stored value must ${rule}, got ${got} (getRaw reads it)`);
}

/** True where the memory of a view was handed to another thread (B10). */
export function isDetached(bytes: Uint8Array): boolean {
  if (bytes.length > 0) return false;
  try {
    new Uint8Array(bytes.buffer);
    return false;
  } catch {
    return true;
  }
}
