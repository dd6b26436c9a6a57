// The values of php-memcached (interop/README.md 5 and 6).
import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
import { jsonText } from './jsonText';
import {
  decodeInteger,
  decodeJson,
  type Encoded,
  encodableText,
  foreignValue,
  ownBytes,
  type Serializer,
  undecodable,
  unserializable,
  viewOf,
} from './serializer';

const typeMask = 15;
const stringType = 0;
const longType = 1;
const doubleType = 2;
const booleanType = 3;
const jsonType = 6; // 4, 5 and 7: serialized by PHP, igbinary, msgpack
const compressedBit = 16;
const zlibBit = 32;
const fastlzBit = 64;

/** What marks a value that php-memcached deflated. */
export const phpZlibBits = compressedBit | zlibBit;
/** Bits that php-memcached gives a meaning, below the user's own. */
export const phpFlagBits = typeMask | phpZlibBits | fastlzBit;
export const phpTextFlags = stringType;

const largestLong = 2n ** 63n - 1n;

/**
 * Strings, integers, floats and booleans as PHP's own; the rest as JSON, which php-memcached
 * decodes whatever its own serializer. A PHP string is text or bytes: it comes back as a Buffer
 * where it is not UTF-8. What PHP, igbinary or msgpack serialized, or fastlz compressed, comes back
 * as `{ data, flags }`.
 */
export const php: Serializer = Object.freeze({ serialize, deserialize });

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: stringType };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { data: String(value), flags: longType }
        : { data: doubleText(value), flags: doubleType };
    case 'bigint':
      if (value > largestLong || value < -largestLong - 1n) {
        throw unserializable('be an integer of 64 bits, as in PHP', value);
      }
      return { data: value.toString(), flags: longType };
    case 'boolean':
      return { data: value ? '1' : '', flags: booleanType };
    case 'object':
      return types.isUint8Array(value)
        ? { data: viewOf(value), flags: stringType }
        : { data: jsonText(value), flags: jsonType };
    default:
      throw unserializable('be a string, Buffer, number, bigint, boolean or JSON value', value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  if ((flags & compressedBit) !== 0) return foreignValue(data, flags);
  switch (flags & typeMask) {
    case stringType:
      return isUtf8(data) ? data.toString('utf8') : ownBytes(data);
    case longType:
      return decodeInteger(data);
    case doubleType:
      return decodeDouble(data);
    case booleanType:
      return !['', '0'].includes(data.toString('latin1'));
    case jsonType:
      return decodeJson(data);
    default:
      return foreignValue(data, flags);
  }
}

/** As php-memcached prints it: no zero before the point. */
function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value).replace(/^(-?)0\./, '$1.');
}

function decodeDouble(data: Buffer): number {
  const text = data.toString('latin1').trimEnd();
  if (/^-?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|Infinity)$|^-?NaN$/i.test(text)) return Number(text);
  throw undecodable('be a floating point number', `${data.length} other bytes`);
}
