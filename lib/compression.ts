// The compression option, and the ways of marking and framing compressed data.
import { constants as bufferLimits } from 'node:buffer';
import { types } from 'node:util';
import { deflateSync, inflateSync, constants as zlib } from 'node:zlib';
import { invalid, kindOf, MemcachedError } from './errors';
import { integer, maxInt32, maxUint32 } from './numbers';
import { ownOptions } from './ownOptions';
import { zlibBit } from './serializers/flags';

/** An algorithm of the caller's own. Both functions are synchronous. */
export interface CompressionAlgorithm {
  readonly name: string;
  /** One bit of the 32 flags, which marks what `compress` made. The serializer must not use it. */
  readonly flag: number;
  compress(data: Buffer): Uint8Array;
  decompress(data: Buffer): Uint8Array;
}

export interface CompressionOptions {
  /**
   * Encoded values of this many bytes or more are compressed, and kept so if that made them
   * smaller.
   *
   * @default 2000
   */
  readonly threshold?: number;
  /** zlib's, -1 to 9. @default -1, zlib's own choice, which is 6 */
  readonly level?: number;
  /** `'zlib'` writes a zlib stream (RFC 1950). @default 'zlib' */
  readonly algorithm?: 'zlib' | CompressionAlgorithm;
}

/** One way to compress: the bits that mark it, and the two directions. */
export interface CompressionMethod {
  readonly name: string;
  readonly flags: number;
  compress(data: Buffer): Uint8Array;
  /** Fails rather than give more than `limit` bytes: a few bytes can inflate to gigabytes. */
  decompress(data: Buffer, limit: number): Uint8Array;
}

export interface Compression {
  readonly threshold: number;
  readonly method: CompressionMethod;
}

export type ZlibMethod = (level: number) => CompressionMethod;

const defaultThreshold = 2000;

/**
 * Reads the option `compression`.
 *
 * @param zlibMethod how the codec in use frames and marks zlib
 * @param flagBits bits that the codec in use gives a meaning
 */
export function readCompression(
  option: unknown,
  zlibMethod: ZlibMethod,
  flagBits: number,
): Compression | undefined {
  if (option === undefined) return undefined;
  const given = ownOptions(option, ['threshold', 'level', 'algorithm'], 'compression');
  const threshold = integer(
    given.threshold ?? defaultThreshold,
    'compression.threshold',
    0,
    maxInt32,
  );
  if (given.algorithm === undefined || given.algorithm === 'zlib') {
    const level = given.level ?? zlib.Z_DEFAULT_COMPRESSION;
    return { threshold, method: zlibMethod(integer(level, 'compression.level', -1, 9)) };
  }
  if (given.level !== undefined) {
    throw invalid('compression.level', "be left out unless algorithm is 'zlib'", given.level);
  }
  return { threshold, method: readAlgorithm(given.algorithm, flagBits) };
}

/** zlib as this package marks it. */
export function ownZlib(level: number): CompressionMethod {
  return markedZlib(zlibBit, level);
}

/** A bare zlib stream, marked by `flags`. */
export function markedZlib(flags: number, level: number): CompressionMethod {
  return {
    name: 'zlib',
    flags,
    compress: (data) => deflateSync(data, { level }),
    decompress: inflate,
  };
}

/**
 * A zlib stream behind the length of what is in it: 32 bits, little-endian, as php-memcached writes
 * on such machines.
 */
export function lengthPrefixedZlib(flags: number, level: number): CompressionMethod {
  return {
    name: 'zlib',
    flags,
    compress(data) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(data.length);
      return Buffer.concat([length, deflateSync(data, { level })]);
    },
    decompress(data, limit) {
      const inflated = inflate(data.subarray(4), limit);
      if (data.readUInt32LE(0) === inflated.length) return inflated;
      throw new RangeError('the length before the zlib stream is not that of its content');
    },
  };
}

function inflate(data: Buffer, limit: number): Buffer {
  return inflateSync(data, { maxOutputLength: Math.min(limit, bufferLimits.MAX_LENGTH) });
}

function readAlgorithm(option: unknown, flagBits: number): CompressionMethod {
  if (typeof option !== 'object' || option === null) {
    throw invalid('compression.algorithm', "be 'zlib' or an object", option);
  }
  // Methods may sit on a prototype, so this is no ownOptions. Read once, called on the object they
  // came from.
  const { name, flag, compress, decompress } = option as Partial<CompressionAlgorithm>;
  if (typeof name !== 'string' || name === '') {
    throw invalid('compression.algorithm.name', 'be a string', name);
  }
  const flags = integer(flag, 'compression.algorithm.flag', 1, maxUint32);
  if (!isOneBit(flags) || (flags & flagBits) !== 0) {
    throw invalid('compression.algorithm.flag', 'be one bit that the serializer leaves free', flag);
  }
  if (typeof compress !== 'function') {
    throw invalid('compression.algorithm.compress', 'be a function', compress);
  }
  if (typeof decompress !== 'function') {
    throw invalid('compression.algorithm.decompress', 'be a function', decompress);
  }
  return {
    name,
    flags,
    compress: (data) => checkBytes(compress.call(option, data), 'SERIALIZE', `${name}: compress`),
    decompress(data, limit) {
      const bytes = checkBytes(decompress.call(option, data), 'DECODE', `${name}: decompress`);
      if (bytes.length <= limit) return bytes;
      throw new RangeError(`${name}: decompress gave ${bytes.length} bytes, over ${limit}`);
    },
  };
}

function isOneBit(flags: number): boolean {
  return Number.isInteger(Math.log2(flags));
}

function checkBytes(result: unknown, code: 'SERIALIZE' | 'DECODE', what: string): Uint8Array {
  if (types.isUint8Array(result)) return result;
  throw new MemcachedError(
    code,
    `${what} must return a Buffer or Uint8Array, got ${kindOf(result)}`,
  );
}
