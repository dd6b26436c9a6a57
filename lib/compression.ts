// The compression option.
import { types } from 'node:util';
import { constants as zlib } from 'node:zlib';
import type { CompressionMethod, LeveledMethod } from './compressionMethods';
import { invalid, kindOf, MemcachedError } from './errors';
import { integer, maxInt32, maxUint32 } from './numbers';
import { dropPromise } from './objects';
import { ownOptions } from './ownOptions';

/** An algorithm of the caller's own. Both functions are synchronous. */
export interface CompressionAlgorithm {
  /** For messages. */
  readonly name: string;
  /** One bit of the 32 flags, which marks what `compress` made. The serializer must not use it. */
  readonly flag: number;
  /** What it throws becomes the `cause` of `SERIALIZE`. */
  compress(data: Buffer): Uint8Array;
  /** What it throws becomes the `cause` of `DECODE`, as does more than 64 times `maxValueSize`. */
  decompress(data: Buffer): Uint8Array;
}

/** How encoded values are compressed, on the event loop. */
export interface CompressionOptions {
  /**
   * Encoded values of this many bytes or more, 0 to 2^31-1, are compressed, and kept so if that
   * made them smaller.
   *
   * @default 2000
   */
  readonly threshold?: number;
  /** zlib's, -1 to 9. @default -1, zlib's own choice, which is 6 */
  readonly level?: number;
  /**
   * `'zlib'` writes a zlib stream (RFC 1950), or beside a preset what its client compresses with and
   * reads: docs/values.md. `'fastlz'` is what php-memcached compresses with unless told otherwise,
   * and is taken beside its presets only: less processor time than zlib, larger values, no `level`.
   *
   * @default 'zlib'
   */
  readonly algorithm?: 'zlib' | 'fastlz' | CompressionAlgorithm;
}

export interface Compression {
  readonly threshold: number;
  readonly method: CompressionMethod;
}

/** What the codec in use says of it. */
interface Format {
  /** Undefined where the client it is for cannot decompress. */
  readonly compress: LeveledMethod | undefined;
  /** Undefined where that client does not read FastLZ. */
  readonly fastlz?: CompressionMethod;
  /** Bits that it gives a meaning. */
  readonly flagBits: number;
}

const defaultThreshold = 2000;

/** Reads the option `compression`. */
export function readCompression(option: unknown, format: Format): Compression | undefined {
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
    const checkedLevel = integer(level, 'compression.level', -1, 9);
    if (format.compress !== undefined) return { threshold, method: format.compress(checkedLevel) };
    const rule =
      'be left out, or have an algorithm, beside a preset whose client cannot decompress';
    throw invalid('compression', rule, option);
  }
  if (given.level !== undefined) {
    throw invalid('compression.level', "be left out unless algorithm is 'zlib'", given.level);
  }
  return { threshold, method: readAlgorithm(given.algorithm, format) };
}

function readAlgorithm(option: unknown, { fastlz, flagBits }: Format): CompressionMethod {
  if (option === 'fastlz') {
    if (fastlz !== undefined) return fastlz;
    const rule = "be 'fastlz' only beside a preset of php-memcached";
    throw invalid('compression.algorithm', rule, option);
  }
  if (typeof option !== 'object' || option === null) {
    throw invalid('compression.algorithm', "be 'zlib', 'fastlz' or an object", option);
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
  dropPromise(result);
  throw new MemcachedError(
    code,
    `${what} must return a Buffer or Uint8Array, got ${kindOf(result)}`,
  );
}
