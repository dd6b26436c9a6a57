// What memcached takes for a key: 1 to 250 bytes, none of them a blank or a control character. Both
// protocols: an unchecked key is a command of its own in the text protocol (H10), and namespace
// plus key over 250 bytes loses its whole batch (H13).
import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
import { invalid, invalidText, type MemcachedError } from './errors';
import { hex, isWellFormed, printable } from './text';

/**
 * A key: text, sent as UTF-8, or bytes. 1 to 250 bytes with namespace and prefix, none of them a blank or a control
 * character (0x00 to 0x20, 0x7f); text has no lone surrogate.
 */
export type Key = string | Uint8Array;

/** The longest key in bytes, with namespace and prefix. */
export const maxKeyLength = 250;
export const maxPrefixLength = maxKeyLength - 1;
/** `MEMCACHED_MAX_NAMESPACE` counts the final NUL. */
export const maxNamespaceLength = 127;

/**
 * Bytes that must be free behind `offset` before `writeKey`: 250 characters take at most 750 bytes
 * as UTF-8, and what turns out too long has been written by then.
 */
export const keyRoom = maxKeyLength * 3;

// Up to here a loop over the characters is faster than calling into Buffer (measured: equal at 64).
const longestLoop = 64;

/**
 * Writes `prefix` and `key` into `target` and returns how many bytes that took. Checks while it
 * writes, so that a key in memory another thread writes to is checked as it was copied (B10).
 *
 * @param prefix as `preparePrefix` makes it
 * @param what the name of the argument, for the error
 */
export function writeKey(
  target: Buffer,
  offset: number,
  key: Key,
  prefix: Uint8Array,
  what = 'key',
): number {
  const start = offset + prefix.length;
  for (let i = 0; i < prefix.length; i++) target[offset + i] = prefix[i] as number;
  const length =
    typeof key === 'string'
      ? writeText(target, start, key, prefix.length, what)
      : writeBytes(target, start, key, prefix.length, what);
  return prefix.length + length;
}

/** Checks an option that goes before keys: may be empty, else obeys the rule of keys. */
export function checkPrefix(value: unknown, what: string, max: number = maxPrefixLength): string {
  if (typeof value !== 'string') throw invalid(what, 'be a string', value);
  const bytes = Buffer.byteLength(value);
  if (bytes > max) throw invalidText(what, `be at most ${max} bytes`, `${bytes} bytes`);
  if (value !== '') writeKey(Buffer.allocUnsafe(keyRoom), 0, value, noPrefix, what);
  return value;
}

/** The bytes of checked prefixes, one after the other: namespace, client's, view's, operation's. */
export function preparePrefix(...prefixes: readonly string[]): Uint8Array {
  const joined = Buffer.from(prefixes.join(''));
  if (joined.length <= maxPrefixLength) return joined;
  const rule = `be at most ${maxPrefixLength} bytes together with the namespace`;
  throw invalidText('prefix', rule, `${joined.length} bytes`);
}

/** The bytes of `key` behind `prefix`, checked. */
export function keyBytes(key: Key, prefix: Uint8Array, what: string): Buffer {
  const bytes = Buffer.allocUnsafe(prefix.length + keyRoom);
  return bytes.subarray(0, writeKey(bytes, 0, key, prefix, what));
}

/**
 * A key fit for an error: itself where it is text, hexadecimal where it is not; never longer than a
 * valid one. Undefined for what is no key at all.
 */
export function keyName(key: unknown): string | undefined {
  const text = typeof key === 'string' ? key : types.isUint8Array(key) ? bytesName(key) : undefined;
  if (text === undefined) return undefined;
  const short = text.length > maxKeyLength ? `${text.slice(0, maxKeyLength)}...` : text;
  return printable(short);
}

/** `key` in memory of its own, for when its caller may have changed it. What no server could take stays what it is. */
export function ownKey(key: Key): Key {
  if (!types.isUint8Array(key)) return key;
  const length = lengthOf(key); // 0 for a detached one, which cannot be copied
  return length === 0 || length > maxKeyLength ? key : new Uint8Array(key);
}

/** Equal for keys of the same item. */
export function keyIdentity(key: unknown): unknown {
  if (!types.isUint8Array(key)) return key;
  const name = bytesName(key);
  const isText = Buffer.byteLength(name) === lengthOf(key);
  return isText ? name : `\0${name}`; // no key of text has a NUL
}

export const noPrefix = new Uint8Array(0);

const lengthGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'length',
)?.get as () => number;

/** Not `key.length`, which may be a getter of the caller's own. 0 for a detached one. */
function lengthOf(key: Uint8Array): number {
  return lengthGetter.call(key);
}

function writeText(
  target: Buffer,
  start: number,
  key: string,
  prefixLength: number,
  what: string,
): number {
  if (key.length === 0 || prefixLength + key.length > maxKeyLength) {
    throw wrongLength(key, prefixLength, what);
  }
  if (key.length > longestLoop) return writeUtf8(target, start, key, prefixLength, what);
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    // Not printable ASCII: UTF-8, or an error for the slow path to name.
    if (code <= 0x20 || code >= 0x7f) return writeUtf8(target, start, key, prefixLength, what);
    target[start + i] = code;
  }
  return key.length;
}

function writeUtf8(
  target: Buffer,
  start: number,
  key: string,
  prefixLength: number,
  what: string,
): number {
  const length = target.write(key, start, keyRoom, 'utf8');
  if (prefixLength + length > maxKeyLength) throw wrongLength(key, prefixLength, what);
  // Buffer writes U+FFFD for a lone surrogate, so that two keys would become one (B09).
  if (length !== key.length && !isWellFormed(key)) {
    throw invalidText(what, 'be well-formed text', 'a lone surrogate');
  }
  for (let i = start; i < start + length; i++) {
    const byte = target[i] as number;
    if (byte <= 0x20 || byte === 0x7f) throw wrongByte(byte, i - start, what);
  }
  return length;
}

function writeBytes(
  target: Buffer,
  start: number,
  key: unknown,
  prefixLength: number,
  what: string,
): number {
  if (!types.isUint8Array(key)) throw invalid(what, 'be a string or a Buffer', key);
  const length = lengthOf(key);
  if (length === 0 || prefixLength + length > maxKeyLength) {
    throw wrongLength(key, prefixLength, what);
  }
  for (let i = 0; i < length; i++) {
    const byte = key[i] as number;
    // Written as a negation, so that what is no byte at all is refused too.
    if (!(byte > 0x20 && byte !== 0x7f)) throw wrongByte(byte, i, what);
    target[start + i] = byte;
  }
  return length;
}

function wrongLength(key: Key, prefixLength: number, what: string): MemcachedError {
  const length = typeof key === 'string' ? Buffer.byteLength(key) : lengthOf(key);
  const most = maxKeyLength - prefixLength;
  const rule = prefixLength === 0 ? '' : ` after ${prefixLength} bytes of prefix and namespace`;
  return invalidText(what, `be 1 to ${most} bytes${rule}`, `${length} bytes`);
}

function wrongByte(byte: number, index: number, what: string): MemcachedError {
  const rule = 'have no byte below 0x21 and no 0x7f';
  return invalidText(what, rule, `0x${hex(Number(byte))} at byte ${index}`);
}

/** The text of a key of bytes, or `0x` and hexadecimal digits where it is none. */
export function bytesName(key: Uint8Array): string {
  if (lengthOf(key) === 0) return '';
  // Copied by the constructor: a method of the key's may be the caller's own (B12).
  const bytes = Buffer.from(new Uint8Array(key).buffer);
  return isUtf8(bytes) ? bytes.toString() : `0x${bytes.toString('hex')}`;
}
