// The values of pylibmc, python-memcached and pymemcache, which share their flags (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { markedZlib } from '../compressionMethods';
import { MemcachedError } from '../errors';
import { jsonText } from './jsonText';
import { readPickle } from './pickle';
import { plainOrForeign } from './plainData';
import {
  decodeInteger,
  decodeText,
  type Encoded,
  encodableText,
  foreignValue,
  ownBytes,
  unserializableType,
  viewOf,
} from './serializer';

const bytesFlags = 0;
const pickleFlags = 1;
const integerFlags = 2;
const longFlags = 4;
const zlibBit = 8;
const textFlags = 16;

const flagBits = pickleFlags | integerFlags | longFlags | zlibBit | textFlags;

/**
 * Text, bytes and integers as Python's own; booleans as the 1 and 0 that pylibmc itself makes of
 * them. What Python would pickle (objects, arrays, null, fractions) goes out as JSON in text, and
 * reads as that text on both sides. Pickles of plain values are read; others come back as
 * `{ data, flags }`.
 *
 * @param integers the flags its client gives an int
 * @param ignored bits that its client overlooks
 */
function pythonFormat(integers: number, ignored: number): ValueFormat {
  return Object.freeze({
    serializer: {
      serialize: (value: unknown) => serialize(value, integers),
      deserialize: (data: Buffer, flags: number) => deserialize(data, (flags & ~ignored) >>> 0),
    },
    textFlags,
    flagBits,
    compress: (level: number) => markedZlib(zlibBit, level),
    decompress: [markedZlib(zlibBit)],
    trusted: true,
  });
}

export const pylibmc = pythonFormat(longFlags, ~flagBits);

/** pymemcache without a serde reads all of it as bytes. */
export const pythonMemcached = pythonFormat(integerFlags, 0);

function serialize(value: unknown, integers: number): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: textFlags };
    case 'number':
      return serializeNumber(value, integers);
    case 'bigint':
      return { data: value.toString(), flags: integers };
    case 'boolean':
      return { data: value ? '1' : '0', flags: integerFlags };
    case 'object':
      return types.isUint8Array(value)
        ? { data: viewOf(value), flags: bytesFlags }
        : { data: jsonText(value), flags: textFlags };
    default:
      throw unserializableType(value);
  }
}

function serializeNumber(value: number, integers: number): Encoded {
  // By way of BigInt, because great numbers print with an exponent.
  if (Number.isInteger(value)) return { data: BigInt(value).toString(), flags: integers };
  if (!Number.isFinite(value)) throw notFinite();
  return { data: String(value), flags: textFlags };
}

function notFinite(): MemcachedError {
  return new MemcachedError('SERIALIZE', 'value must be a finite number, got NaN or an infinity');
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case bytesFlags:
      return ownBytes(data);
    case pickleFlags:
      return plainOrForeign(readPickle, data, flags);
    case integerFlags:
    case longFlags:
      return decodeInteger(data);
    case textFlags:
      return decodeText(data);
    default:
      return foreignValue(data, flags);
  }
}
