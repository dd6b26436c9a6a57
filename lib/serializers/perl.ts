// The values of Perl's Cache::Memcached and Cache::Memcached::Fast (docs/values.md).
import type { ValueFormat } from '../codec';
import { markedGzip } from '../compressionMethods';
import { decodeText, decodeTextOrBytes, type Encoded, foreignValue } from './serializer';
import { serializeAsText } from './text';

const scalarFlags = 0;
const storableBit = 1;
const gzipBit = 2;
const utf8Flags = 4;

/**
 * Scalars, which are text or bytes: what is not UTF-8 is read as a Buffer. Text beyond ASCII gets
 * the flag that Cache::Memcached::Fast with `utf8` takes for text and the others overlook; booleans
 * are what Perl takes for true and false. What Storable froze comes back as `{ data, flags }`.
 */
export const perl: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  textFlags: scalarFlags,
  flagBits: storableBit | gzipBit | utf8Flags,
  compress: (level: number) => markedGzip(gzipBit, level),
  decompress: [markedGzip(gzipBit)],
  trusted: true,
});

function serialize(value: unknown): Encoded {
  if (typeof value === 'boolean') return { data: value ? '1' : '0', flags: scalarFlags };
  const { data } = serializeAsText(value);
  const isWide = typeof data === 'string' && /[^\0-\x7f]/.test(data);
  return { data, flags: isWide ? utf8Flags : scalarFlags };
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case scalarFlags:
      return decodeTextOrBytes(data);
    case utf8Flags:
      return decodeText(data);
    default:
      return foreignValue(data, flags);
  }
}
