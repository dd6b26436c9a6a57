// The values of php-memcached (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { jsonText } from './jsonText';
import { readMsgpack } from './msgpack';
import { prefixed, prefixedFastlz, prefixedZlib } from './phpCompression';
import { readPhp } from './phpSerialize';
import { plainOrForeign } from './plainData';
import {
  decodeInteger,
  decodeJson,
  decodeTextOrBytes,
  type Encoded,
  encodableText,
  foreignValue,
  numberText,
  undecodable,
  unserializable,
  unserializableType,
  viewOf,
} from './serializer';

const typeMask = 15;
const stringType = 0;
const longType = 1;
const doubleType = 2;
const booleanType = 3;
const phpType = 4;
const jsonType = 6; // 5: igbinary
const msgpackType = 7;
const compressedBit = 16;
const zlibBits = compressedBit | 32;
const fastlzBits = compressedBit | 64;
const zstdBits = compressedBit | 128; // since php-memcached 3.3

const fastlz = prefixedFastlz(fastlzBits);

const largestLong = 2n ** 63n - 1n;

/**
 * Strings, integers, floats and booleans as PHP's own; the rest as JSON, which php-memcached
 * decodes whatever its own serializer. A PHP string is text or bytes: it comes back as a Buffer
 * where it is not UTF-8. Plain values that PHP or msgpack serialized are read; objects, and all
 * of igbinary's, come back as `{ data, flags }`.
 */
export const php: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  textFlags: stringType,
  flagBits: typeMask | zlibBits | fastlzBits | zstdBits,
  compress: (level: number) => prefixedZlib(zlibBits, level),
  fastlz,
  // In the order in which php-memcached looks at the bits.
  decompress: [prefixed(zstdBits), fastlz, prefixedZlib(zlibBits)],
  trusted: true,
});

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
      throw unserializableType(value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  if ((flags & compressedBit) !== 0) return foreignValue(data, flags);
  switch (flags & typeMask) {
    case stringType:
      return decodeTextOrBytes(data);
    case longType:
      return decodeInteger(data);
    case doubleType:
      return decodeDouble(data);
    case booleanType:
      return !['', '0'].includes(data.toString('latin1'));
    case phpType:
      return plainOrForeign(readPhp, data, flags);
    case jsonType:
      return decodeJson(data);
    case msgpackType:
      return plainOrForeign(readMsgpack, data, flags);
    default:
      return foreignValue(data, flags);
  }
}

/** As php-memcached prints it: no zero before the point. */
function doubleText(value: number): string {
  return numberText(value).replace(/^(-?)0\./, '$1.');
}

function decodeDouble(data: Buffer): number {
  const text = data.toString('latin1').trimEnd();
  // Digits must have one way to match, as in plainFloat.
  const isDouble = /^-?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|Infinity|NaN)$/i.test(text);
  if (isDouble) return Number(text);
  throw undecodable('be a floating point number', `${data.length} other bytes`);
}
