// The values of dalli, Ruby's client (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { markedZlib } from '../compressionMethods';
import { jsonText } from './jsonText';
import { marshalHeader, readMarshal } from './marshal';
import { marshal } from './marshalWriter';
import { plainOrForeign } from './plainData';
import {
  decodeJson,
  decodeText,
  decodeTextOrBytes,
  type Encoded,
  encodableText,
  foreignValue,
  unserializableType,
  viewOf,
} from './serializer';

const rawFlags = 0;
const serializedFlags = 1;
const zlibBit = 2;
const utf8Flags = 4; // of dalli 5.0.4 and later, with string_fastpath

/**
 * Marshal, as dalli itself writes: strings as UTF-8, Buffers as binary strings, integers, floats,
 * booleans, nil; arrays and objects follow `JSON.stringify` and become arrays and hashes. Plain
 * Marshal data are read, and the JSON of a dalli with `serializer: JSON`; what holds Ruby objects
 * comes back as `{ data, flags }`. What dalli stored raw is text, or a Buffer where it is not
 * UTF-8.
 */
export const dalli: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  textFlags: rawFlags,
  flagBits: serializedFlags | zlibBit | utf8Flags,
  compress: (level: number) => markedZlib(zlibBit, level),
  decompress: [markedZlib(zlibBit)],
  trusted: true,
});

function serialize(value: unknown): Encoded {
  return { data: marshal(marshallable(value)), flags: serializedFlags };
}

function marshallable(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return encodableText(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    case 'object':
      return types.isUint8Array(value) ? viewOf(value) : (JSON.parse(jsonText(value)) as unknown);
    default:
      throw unserializableType(value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case rawFlags:
      return decodeTextOrBytes(data);
    case serializedFlags:
      return deserializeObject(data, flags);
    case utf8Flags:
      return decodeText(data);
    default:
      return foreignValue(data, flags);
  }
}

function deserializeObject(data: Buffer, flags: number): unknown {
  if (data.toString('latin1', 0, 2) === marshalHeader) {
    return plainOrForeign(readMarshal, data, flags);
  }
  try {
    return decodeJson(data);
  } catch {
    return foreignValue(data, flags); // of another serializer of the user's
  }
}
