// The values of pylibmc, by the flags it shares with python-memcached (interop/README.md 5 and 6).
import { types } from 'node:util';
import { MemcachedError } from '../errors';
import { jsonText } from './jsonText';
import {
  decodeInteger,
  decodeText,
  type Encoded,
  encodableText,
  foreignValue,
  ownBytes,
  type Serializer,
  unserializable,
  viewOf,
} from './serializer';

const bytesFlags = 0;
const pickleBit = 1;
const integerFlags = 2; // what pylibmc writes for a bool
const longFlags = 4; // what it writes for an int
export const pylibmcZlibBit = 8;
const textFlags = 16;

/** Bits that pylibmc gives a meaning; it ignores the others. */
export const pylibmcFlagBits = pickleBit | integerFlags | longFlags | pylibmcZlibBit | textFlags;

export const pylibmcTextFlags = textFlags;

/**
 * Text, bytes and integers as Python's own; booleans as the 1 and 0 that pylibmc itself makes of
 * them. What Python would pickle (objects, arrays, null, fractions) goes out as JSON in text, and
 * reads as that text on both sides. A pickle is never loaded: it comes back as `{ data, flags }`.
 */
export const pylibmc: Serializer = Object.freeze({ serialize, deserialize });

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: textFlags };
    case 'number':
      return serializeNumber(value);
    case 'bigint':
      return { data: value.toString(), flags: longFlags };
    case 'boolean':
      return { data: value ? '1' : '0', flags: integerFlags };
    case 'object':
      return types.isUint8Array(value)
        ? { data: viewOf(value), flags: bytesFlags }
        : { data: jsonText(value), flags: textFlags };
    default:
      throw unserializable('be a string, Buffer, number, bigint, boolean or JSON value', value);
  }
}

function serializeNumber(value: number): Encoded {
  // By way of BigInt, because great numbers print with an exponent.
  if (Number.isInteger(value)) return { data: BigInt(value).toString(), flags: longFlags };
  if (!Number.isFinite(value)) throw notFinite();
  return { data: String(value), flags: textFlags };
}

function notFinite(): MemcachedError {
  return new MemcachedError('SERIALIZE', 'value must be a finite number, got NaN or an infinity');
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags & pylibmcFlagBits) {
    case bytesFlags:
      return ownBytes(data);
    case integerFlags:
    case longFlags:
      return decodeInteger(data);
    case textFlags:
      return decodeText(data);
    default:
      return foreignValue(data, flags);
  }
}
