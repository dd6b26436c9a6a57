// How php-memcached frames what it compressed.
import { constants, deflateSync } from 'node:zlib';
import {
  type CompressionMethod,
  type DecompressionMethod,
  decompressAny,
} from '../compressionMethods';
import { compressFastlz, decompressFastlz } from '../fastlz';

/** zlib behind the length of what is in it. */
export function prefixedZlib(
  flags: number,
  level = constants.Z_DEFAULT_COMPRESSION,
): CompressionMethod {
  return {
    ...prefixed(flags),
    name: 'zlib',
    compress: (data) => behindLength(data.length, deflateSync(data, { level })),
  };
}

/** Any stream but FastLZ behind that length. */
export function prefixed(flags: number): DecompressionMethod {
  return {
    flags,
    decompress(data, limit) {
      const plain = decompressAny(data.subarray(4), limit);
      if (data.readUInt32LE(0) === plain.length) return plain;
      throw new RangeError('the length before the stream is not that of its content');
    },
  };
}

/** FastLZ behind that length. */
export function prefixedFastlz(flags: number): CompressionMethod {
  return {
    name: 'fastlz',
    flags,
    compress: (data) => behindLength(data.length, compressFastlz(data)),
    decompress(data, limit) {
      const length = data.readUInt32LE(0);
      if (length <= limit) return decompressFastlz(data.subarray(4), length);
      throw new RangeError(`fastlz: ${length} bytes, over ${limit}`);
    },
  };
}

/** In 32 bits, little-endian, as php-memcached writes on such machines. */
function behindLength(length: number, stream: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(length);
  return Buffer.concat([prefix, stream]);
}
