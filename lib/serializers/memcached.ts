// The values of npm's memcached (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { jsonText } from './jsonText';
import {
  decodeJson,
  decodeNumber,
  decodeText,
  type Encoded,
  encodableText,
  foreignValue,
  numberText,
  undecodable,
  unserializableType,
  viewOf,
} from './serializer';

const textFlags = 0;
const jsonFlags = 2;
const bytesFlags = 4;
const numberFlags = 8;

/**
 * Strings, numbers, Buffers and JSON; a backslash before every CR and LF; the bytes of a Buffer as
 * the UTF-8 of Latin-1 characters. It compares flags as a whole: others are foreign.
 * A bigint is written as a number, which that client rounds above 2^53.
 */
export const memcached: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  // The codec must not take escaped text for text.
  textFlags: undefined,
  flagBits: jsonFlags | bytesFlags | numberFlags,
  compress: undefined,
  decompress: [],
  trusted: true,
});

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: escaped(encodableText(value)), flags: textFlags };
    case 'number':
      return { data: numberText(value), flags: numberFlags };
    case 'bigint':
      return { data: value.toString(), flags: numberFlags };
    case 'boolean':
    case 'object':
      return types.isUint8Array(value)
        ? { data: escaped(viewOf(value).toString('latin1')), flags: bytesFlags }
        : { data: jsonText(value), flags: jsonFlags };
    default:
      throw unserializableType(value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case textFlags:
      return unescaped(decodeText(data));
    case jsonFlags:
      return decodeJson(data); // which has no CR or LF
    case bytesFlags:
      return latin1Bytes(unescaped(decodeText(data)));
    case numberFlags:
      return decodeNumber(data);
    default:
      return foreignValue(data, flags);
  }
}

function latin1Bytes(text: string): Buffer {
  if (/^[\0-\xff]*$/.test(text)) return Buffer.from(text, 'latin1');
  throw undecodable('be bytes as Latin-1 in UTF-8', 'other text');
}

/** Without it that client would take a line in the middle for an answer of the server. */
function escaped(text: string): string {
  return text.replace(/[\r\n]/g, '\\$&');
}

function unescaped(text: string): string {
  return text.replace(/\\([\r\n])/g, '$1');
}
