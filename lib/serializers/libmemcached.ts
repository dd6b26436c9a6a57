// The values of libmemcached in C and of Perl's Memcached::libmemcached, which know bytes only and
// leave the flags to the user (docs/values.md).
import type { ValueFormat } from '../codec';
import { ownZlib } from '../compressionMethods';
import { textFlags, typeBits, zlibBit } from './flags';
import { json } from './json';
import { decodeTextOrBytes } from './serializer';

/**
 * As the default serializer, whose types its clients read as bytes. What they stored themselves is
 * text, or a Buffer where it is not UTF-8, whatever flags the user gave it.
 */
export const libmemcached: ValueFormat = Object.freeze({
  serializer: {
    serialize: json.serialize,
    deserialize: (data: Buffer, flags: number) =>
      (flags & typeBits) === 0 ? decodeTextOrBytes(data) : json.deserialize(data, flags),
  },
  textFlags,
  flagBits: typeBits | zlibBit,
  compress: ownZlib,
  decompress: [ownZlib()],
  trusted: true,
});
