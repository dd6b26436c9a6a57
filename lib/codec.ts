// Values to bytes and back: serializer, compression and size limit in one place.
import { types } from 'node:util';
import type { Compression } from './compression';
import type { CompressionMethod, DecompressionMethod, LeveledMethod } from './compressionMethods';
import { CacheMiss, invalid, invalidText, kindOf, MemcachedError } from './errors';
import { maxUint32 } from './numbers';
import { dropPromise } from './objects';
import {
  type Encoded,
  isDetached,
  type Serializer,
  undecodable,
  viewOf,
} from './serializers/serializer';
import { isWellFormed } from './text';

/** What `decode` gives for an item that its deserializer turned into a miss. */
export const miss: unique symbol = Symbol('miss');

/** A serializer, and what the codec knows about its flags. */
export interface ValueFormat {
  readonly serializer: Serializer;
  /** Flags of plain UTF-8 text, which the codec decodes itself; undefined where there are none. */
  readonly textFlags: number | undefined;
  /** Bits it gives a meaning, closed to compression algorithms. */
  readonly flagBits: number;
  /** How it compresses; undefined where no reader of its bytes would decompress them. */
  readonly compress: LeveledMethod | undefined;
  /** How it compresses with FastLZ, if it can. */
  readonly fastlz?: CompressionMethod;
  /** What is read although `compression` is not set. */
  readonly decompress: readonly DecompressionMethod[];
  /** Built in: what it returns needs no check. */
  readonly trusted: boolean;
}

/**
 * How much larger than `maxValueSize` a value may be before compression, and after decompression.
 */
const expansion = 64;

export class Codec {
  readonly #format: ValueFormat;
  readonly #compression: Compression | undefined;
  readonly #methods: readonly DecompressionMethod[];
  readonly #maxValueSize: number;
  /** No value of at most this many bytes is compressed or too large. */
  readonly #smallSize: number;

  constructor(format: ValueFormat, compression: Compression | undefined, maxValueSize: number) {
    this.#format = format;
    this.#compression = compression;
    this.#maxValueSize = maxValueSize;
    this.#smallSize = Math.min(maxValueSize, (compression?.threshold ?? Infinity) - 1);
    const methods = compression === undefined ? [] : [compression.method];
    this.#methods = [...methods, ...format.decompress];
  }

  /**
   * Throws `SERIALIZE` or `TOO_LARGE`. The data may be the caller's own memory: copy before
   * returning to it.
   */
  encode(value: unknown): Encoded {
    const encoded = this.#serialize(value);
    // A character takes at most three bytes: most values need no count.
    return encoded.data.length * 3 <= this.#smallSize ? encoded : this.#limit(encoded);
  }

  /**
   * The value in `data` from `start` to `end`, or `miss`. Throws `DECODE`. A Buffer in the result
   * may be a view of `data`.
   */
  decode(data: Buffer, flags: number, start = 0, end = data.length): unknown {
    if (flags === this.#format.textFlags) {
      const text = data.toString('utf8', start, end);
      // U+FFFD may stand for bytes that are no text: the serializer knows what to do about them.
      if (!text.includes('\uFFFD')) return text;
    }
    return this.#decode(data.subarray(start, end), flags);
  }

  #decode(data: Buffer, flags: number): unknown {
    try {
      const value = this.#deserialize(data, flags);
      if (!this.#format.trusted && dropPromise(value)) throw promised();
      if (value !== undefined) return value;
    } catch (error) {
      if (error instanceof CacheMiss) return miss;
      if (error instanceof MemcachedError && error.code === 'DECODE') throw error;
      throw new MemcachedError('DECODE', 'stored value could not be decoded', { cause: error });
    }
    throw undecodable('not decode to undefined, which is a miss: throw CacheMiss', 'undefined');
  }

  #deserialize(data: Buffer, flags: number): unknown {
    const { serializer } = this.#format;
    const method = this.#methods.find(({ flags: bits }) => (flags & bits) >>> 0 === bits);
    if (method === undefined) return serializer.deserialize(data, flags);
    const plain = method.decompress(data, this.#maxValueSize * expansion);
    return serializer.deserialize(viewOf(plain), (flags & ~method.flags) >>> 0);
  }

  #serialize(value: unknown): Encoded {
    try {
      const encoded: unknown = this.#format.serializer.serialize(value);
      return this.#format.trusted ? (encoded as Encoded) : checkEncoded(encoded);
    } catch (error) {
      throw asSerializeError(error);
    }
  }

  #limit(encoded: Encoded): Encoded {
    const size = Buffer.byteLength(encoded.data);
    const compressed = this.#compress(encoded, size) ?? encoded;
    const finalSize = compressed === encoded ? size : compressed.data.length;
    if (finalSize <= this.#maxValueSize) return compressed;
    throw new MemcachedError(
      'TOO_LARGE',
      `value must be at most ${this.#maxValueSize} bytes after encoding, got ${finalSize} bytes`,
    );
  }

  #compress(encoded: Encoded, size: number): Encoded | undefined {
    if (this.#compression === undefined || size < this.#compression.threshold) return undefined;
    // What would not be read back is not written.
    if (size > this.#maxValueSize * expansion) return undefined;
    const { method } = this.#compression;
    if ((encoded.flags & method.flags) !== 0) {
      const rule = `leave the flag of ${method.name} (${method.flags}) free`;
      throw wrongResult(rule, `flags ${encoded.flags}`);
    }
    const { data } = encoded;
    const plain = typeof data === 'string' ? Buffer.from(data) : data;
    try {
      const smaller = viewOf(method.compress(plain));
      if (smaller.length >= size) return undefined;
      return { data: smaller, flags: (encoded.flags | method.flags) >>> 0 };
    } catch (error) {
      throw asSerializeError(error);
    }
  }
}

/** Bytes that are stored as they are (`setRaw`, `append`, `prepend`): a string or a Buffer. */
export function checkData(data: unknown, what = 'data'): Buffer | string {
  if (types.isUint8Array(data)) {
    if (isDetached(data)) throw invalidText(what, 'be readable', 'a detached Buffer');
    return viewOf(data);
  }
  if (typeof data !== 'string') throw invalid(what, 'be a string or a Buffer', data);
  if (!isWellFormed(data)) throw invalidText(what, 'be well-formed text', 'a lone surrogate');
  return data;
}

/** What a hook returned, read once and checked. */
function checkEncoded(encoded: unknown): Encoded {
  if (typeof encoded !== 'object' || encoded === null || dropPromise(encoded)) {
    throw wrongResult('return { data, flags }', kindOf(encoded));
  }
  const { data, flags } = encoded as Partial<Encoded>;
  if (typeof flags !== 'number' || flags >>> 0 !== flags) {
    const got = typeof flags === 'number' ? String(flags) : kindOf(flags);
    throw wrongResult(`return flags from 0 to ${maxUint32}`, got);
  }
  if (types.isUint8Array(data)) return { data: viewOf(data), flags };
  if (typeof data === 'string' && isWellFormed(data)) return { data, flags };
  throw wrongResult('return data as a Buffer or well-formed string', kindOf(data));
}

function wrongResult(rule: string, got: string): MemcachedError {
  return new MemcachedError('SERIALIZE', `serialize must ${rule}, got ${got}`);
}

function promised(): MemcachedError {
  return new MemcachedError('DECODE', 'deserialize must not return a promise');
}

function asSerializeError(error: unknown): MemcachedError {
  if (error instanceof MemcachedError && error.code === 'SERIALIZE') return error;
  return new MemcachedError('SERIALIZE', 'value could not be serialized', { cause: error });
}
