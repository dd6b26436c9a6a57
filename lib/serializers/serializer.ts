// What every serializer is, and what the built-in ones share.
import { isUtf8 } from 'node:buffer';
import { kindOf, MemcachedError } from '../errors';
import { isWellFormed } from '../text';

/** A value as it is stored. Text goes out as UTF-8. */
export interface Encoded {
  /** What is stored. */
  readonly data: Buffer | string;
  /** 32 bits, 0 to 2^32-1, that memcached keeps beside the data. */
  readonly flags: number;
}

/**
 * Turns values into bytes and flags, and back. `deserialize` may throw `CacheMiss` to have the item
 * count as a miss; it must not return `undefined`, which would look like one. What else a hook
 * throws becomes the `cause` of a `MemcachedError`, `SERIALIZE` or `DECODE`. So is a promise refused.
 */
export interface Serializer {
  /** Synchronous. */
  serialize(value: unknown): Encoded;
  /** Synchronous. `data` is the serializer's to keep. */
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
  const integer = integerOf(data.toString('latin1').trimEnd());
  if (integer !== undefined) return integer;
  throw undecodable('be a decimal integer', `${data.length} other bytes`);
}

/** Reading more digits takes seconds: a few bytes can inflate to many millions. */
const maxDigits = 2 ** 20;

/** The same of a text, or undefined. */
export function integerOf(text: string): number | bigint | undefined {
  if (text.length > maxDigits || !/^-?\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

export function exactInteger(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/**
 * How many values an item in another language's format may hold, and how many arrays and objects in
 * JSON. A few thousand stored bytes can inflate to 64 MiB, and a value can be a single byte: the
 * heap would run full, which ends the process. As measured on Node.js 20, the most expensive value,
 * an empty Buffer, takes 200 bytes, so that this many keep 200 MB and need 300 MB while they are
 * read. No item of up to 1 MiB, memcached's own limit, holds more, because each takes a byte.
 */
export const maxValues = 2 ** 20;

/** Text where the bytes are UTF-8, else the bytes: for writers that do not tell the two apart. */
export function decodeTextOrBytes(data: Buffer): string | Buffer {
  return isUtf8(data) ? data.toString('utf8') : ownBytes(data);
}

/** A number as JavaScript prints it; -0 too. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

export function decodeNumber(data: Buffer): number | bigint {
  const text = data.toString('latin1');
  const number = Number(text);
  if (numberText(number) === text) return number;
  // No number prints like this: what incr or decr left, or other bytes.
  return decodeInteger(data);
}

/** `JSON.parse`, without the excerpt of the value that its error holds. */
export function decodeJson(data: Buffer): unknown {
  try {
    const text = decodeText(data);
    if (isReadableJson(text)) return JSON.parse(text);
  } catch {
    throw undecodable('be JSON', `${data.length} other bytes`);
  }
  throw undecodable(readableJson, 'more');
}

/** What `isReadableJson` checks, for messages. */
export const readableJson = `have at most ${maxValues} arrays and objects`;

/** Told before it is parsed, because afterwards the memory is taken. Brackets in strings count. */
export function isReadableJson(text: string): boolean {
  // Most texts are too short to hold so many.
  return text.length <= maxValues || occurrences(text, '[') + occurrences(text, '{') <= maxValues;
}

/** By way of `indexOf`, which is many times faster than a look at each character. */
function occurrences(text: string, character: string): number {
  let count = 0;
  let at = text.indexOf(character);
  for (; at !== -1; at = text.indexOf(character, at + 1)) count++;
  return count;
}

export function unserializable(rule: string, value: unknown): MemcachedError {
  return new MemcachedError('SERIALIZE', `value must ${rule}, got ${kindOf(value)}`);
}

/** Of a value whose type the format of a preset has no place for. */
export function unserializableType(value: unknown): MemcachedError {
  return unserializable('be a string, Buffer, number, bigint, boolean or JSON value', value);
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
