// The values of clients that know text and bytes only, and leave the flags to the user: npm's memjs
// and memcache (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { jsonText } from './jsonText';
import {
  decodeTextOrBytes,
  type Encoded,
  encodableText,
  numberText,
  unserializableType,
  viewOf,
} from './serializer';

const textFlags = 0;

/**
 * Everything as text but Buffers: numbers in decimal, the rest as JSON. Text and bytes are not told
 * apart: what is not UTF-8 is read as a Buffer, whatever the flags.
 */
export const text: ValueFormat = Object.freeze({
  serializer: { serialize: serializeAsText, deserialize: decodeTextOrBytes },
  textFlags,
  flagBits: 0,
  compress: undefined,
  decompress: [],
  trusted: true,
});

export function serializeAsText(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: textFlags };
    case 'number':
      return { data: numberText(value), flags: textFlags };
    case 'bigint':
      return { data: value.toString(), flags: textFlags };
    case 'boolean':
    case 'object':
      return types.isUint8Array(value)
        ? { data: viewOf(value), flags: textFlags }
        : { data: jsonText(value), flags: textFlags };
    default:
      throw unserializableType(value);
  }
}
