// The values of npm's memcache-client (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { markedZlib } from '../compressionMethods';
import { jsonText } from './jsonText';
import {
  decodeJson,
  decodeNumber,
  decodeText,
  type Encoded,
  encodableText,
  foreignValue,
  numberText,
  ownBytes,
  unserializableType,
  viewOf,
} from './serializer';

const textFlags = 0;
const compressedBit = 1;
const jsonFlags = 2;
const numberFlags = 4;
const bytesFlags = 8;

/**
 * Strings, numbers, Buffers and JSON. A bigint is written as a number, which that client rounds
 * above 2^53. Compressed data are read whether its compressor is zlib, gzip or, where Node.js has
 * it, zstd; written as zlib.
 */
export const memcacheClient: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  textFlags,
  flagBits: compressedBit | jsonFlags | numberFlags | bytesFlags,
  compress: (level: number) => markedZlib(compressedBit, level),
  decompress: [markedZlib(compressedBit)],
  trusted: true,
});

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: textFlags };
    case 'number':
      return { data: numberText(value), flags: numberFlags };
    case 'bigint':
      return { data: value.toString(), flags: numberFlags };
    case 'boolean':
    case 'object':
      return types.isUint8Array(value)
        ? { data: viewOf(value), flags: bytesFlags }
        : { data: jsonText(value), flags: jsonFlags };
    default:
      throw unserializableType(value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case textFlags:
      return decodeText(data);
    case jsonFlags:
      return decodeJson(data);
    case numberFlags:
      // What it makes of NaN and the infinities.
      return data.equals(jsonNull) ? Number.NaN : decodeNumber(data);
    case bytesFlags:
      return ownBytes(data);
    default:
      return foreignValue(data, flags);
  }
}

const jsonNull = Buffer.from('null');
