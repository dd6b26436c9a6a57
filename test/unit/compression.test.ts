import { brotliCompressSync, brotliDecompressSync, deflateSync, inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Codec } from '../../dist/codec.js';
import { toSettings } from '../../dist/options.js';
import { serializers } from '../../dist/serializers/index.js';
import { anyJson, anyText, forAll } from './properties';
import { expectInvalid, expectRefused } from './refusal';

function codecOf(compression: unknown, options: object = {}): Codec {
  return toSettings('a', { ...options, compression }).codec;
}

const text = 'the same words again and again, '.repeat(100);

const brotli = {
  name: 'brotli',
  flag: 0x10000,
  compress: (data: Buffer) => brotliCompressSync(data),
  decompress: (data: Buffer) => brotliDecompressSync(data),
};

describe('compression', () => {
  test('is off by default', () => {
    expect(toSettings('a', {}).codec.encode(text)).toEqual({ data: text, flags: 0 });
  });

  test('deflates values of the threshold or more', () => {
    const { data, flags } = codecOf({}).encode(text);
    expect(flags).toBe(0x8000);
    expect(inflateSync(data as Buffer).toString()).toBe(text);
    expect(codecOf({}).encode('a'.repeat(1999)).flags).toBe(0);
    expect(codecOf({}).encode('a'.repeat(2000)).flags).toBe(0x8000);
    expect(codecOf({ threshold: 10 }).encode({ a: 'a'.repeat(50) }).flags).toBe(0xc000);
  });

  test('counts bytes, not characters', () => {
    const codec = codecOf({ threshold: 100 });
    expect(codec.encode('\u65e5'.repeat(33)).flags).toBe(0);
    expect(codec.encode('\u65e5'.repeat(34)).flags).toBe(0x8000);
    expect(codec.decode(codec.encode('\u65e5'.repeat(34)).data as Buffer, 0x8000)).toBe(
      '\u65e5'.repeat(34),
    );
  });

  test('is kept only if it made the value smaller', () => {
    const codec = codecOf({ threshold: 0 });
    expect(codec.encode('abc')).toEqual({ data: 'abc', flags: 0 });
    expect(codec.encode('')).toEqual({ data: '', flags: 0 });
    const bytes = Buffer.from(brotliCompressSync(text));
    expect(codec.encode(bytes)).toEqual({ data: bytes, flags: 0x1000 });
  });

  test('is read by a client that does not compress', () => {
    const { data, flags } = codecOf({}).encode([text]);
    expect(toSettings('a', {}).codec.decode(data as Buffer, flags)).toEqual([text]);
  });

  test('counts before maxValueSize', () => {
    const options = { maxValueSize: 1000 };
    expect(codecOf({}, options).encode(text).data.length).toBeLessThan(1000);
    expectRefused(
      () => codecOf(undefined, options).encode(text),
      'TOO_LARGE',
      'value must be at most 1000 bytes after encoding, got 3200 bytes',
    );
  });

  test('has a level', () => {
    const words = Array.from({ length: 3000 }, (_, i) => `${(i * 7919) % 1009}`).join(' ');
    const [fast, small] = [1, 9].map((level) => codecOf({ level }).encode(words).data as Buffer);
    expect(fast).toEqual(deflateSync(words, { level: 1 }));
    expect(small?.length).toBeLessThan(fast?.length as number);
  });

  test('works under every serializer', () => {
    for (const serializer of [serializers.raw, serializers.string, serializers.v8]) {
      const codec = codecOf({}, { serializer });
      const value = serializer === serializers.raw ? Buffer.from(text) : text;
      const { data, flags } = codec.encode(value);
      expect(flags & 0x8000).toBe(0x8000);
      expect(codec.decode(data as Buffer, flags)).toEqual(value);
    }
  });

  test('brings back any value', () => {
    const codec = codecOf({ threshold: 1, level: 1 });
    const value = fc.oneof(anyText, anyJson);
    forAll(value, (input) => {
      const { data, flags } = codec.encode(input);
      expect(codec.decode(Buffer.from(data as string), flags)).toEqual(
        JSON.parse(JSON.stringify(input)),
      );
    });
  });
});

describe('compressed data', () => {
  test('that are not zlib are refused', () => {
    const { codec } = toSettings('a', {});
    expectRefused(
      () => codec.decode(Buffer.from('hello'), 0x8000),
      'DECODE',
      'could not be decoded',
    );
    const cut = deflateSync(text).subarray(0, -5);
    expectRefused(() => codec.decode(cut, 0x8000), 'DECODE');
  });

  test('cannot inflate to more than 64 times maxValueSize', () => {
    const { codec } = toSettings('a', { maxValueSize: 1000 });
    expect(codec.decode(deflateSync(Buffer.alloc(64_000)), 0x9000)).toHaveLength(64_000);
    expectRefused(() => codec.decode(deflateSync(Buffer.alloc(64_001)), 0x9000), 'DECODE');
  });

  test('are not written where they would not be read', () => {
    const codec = codecOf({}, { maxValueSize: 1000 });
    expect(codec.encode('a'.repeat(64_000)).flags).toBe(0x8000);
    expectRefused(() => codec.encode('a'.repeat(64_001)), 'TOO_LARGE', 'got 64001 bytes');
  });
});

describe('an algorithm of the caller', () => {
  test('marks its data by its own flag', () => {
    const codec = codecOf({ algorithm: brotli });
    const { data, flags } = codec.encode([text]);
    expect(flags).toBe(0x14000);
    expect(codec.decode(data as Buffer, flags)).toEqual([text]);
  });

  test('may have the highest bit', () => {
    const codec = codecOf({ algorithm: { ...brotli, flag: 2 ** 31 } });
    const { data, flags } = codec.encode(text);
    expect(flags).toBe(2 ** 31);
    expect(codec.decode(data as Buffer, flags)).toBe(text);
  });

  test('may be an object with state', () => {
    class Keyed {
      name = 'keyed';
      flag = 0x20000;
      byte = 0x55;
      compress(data: Buffer) {
        return Buffer.from([this.byte, ...deflateSync(data)]);
      }
      decompress(data: Buffer) {
        expect(data[0]).toBe(this.byte);
        return inflateSync(data.subarray(1));
      }
    }
    const codec = codecOf({ algorithm: new Keyed() });
    const { data, flags } = codec.encode(text);
    expect(codec.decode(data as Buffer, flags)).toBe(text);
  });

  test('still reads what zlib compressed before it', () => {
    const { data, flags } = codecOf({}).encode(text);
    expect(codecOf({ algorithm: brotli }).decode(data as Buffer, flags)).toBe(text);
  });

  test('that fails is a SERIALIZE or DECODE with the cause', () => {
    const cause = new Error('mine');
    const fail = () => {
      throw cause;
    };
    const failing = codecOf({ algorithm: { ...brotli, compress: fail, decompress: fail } });
    expectRefused(() => failing.encode(text), 'SERIALIZE', 'could not be serialized');
    expectRefused(() => failing.decode(Buffer.from('x'), 0x10000), 'DECODE');
  });

  test('gives bytes, and not a promise of them', () => {
    const late = codecOf({ algorithm: { ...brotli, compress: async () => Buffer.alloc(1) } });
    expectRefused(
      () => late.encode(text),
      'SERIALIZE',
      'brotli: compress must return a Buffer or Uint8Array, got a promise',
    );
    const fail = () => Promise.reject(new Error('nobody waits for this, and it ends no process'));
    const failing = codecOf({ algorithm: { ...brotli, compress: fail, decompress: fail } });
    expectRefused(() => failing.encode(text), 'SERIALIZE', 'got a promise');
    expectRefused(() => failing.decode(Buffer.from('x'), 2 ** 16), 'DECODE', 'got a promise');
    const wrong = codecOf({ algorithm: { ...brotli, decompress: () => 'text' } });
    expectRefused(() => wrong.decode(Buffer.from('x'), 0x10000), 'DECODE', 'got a string');
  });

  test('is held to the same size', () => {
    const bomb = { ...brotli, decompress: () => Buffer.alloc(64_001) };
    const codec = codecOf({ algorithm: bomb }, { maxValueSize: 1000 });
    expectRefused(() => codec.decode(Buffer.from('x'), 0x10000), 'DECODE');
  });

  test('leaves the flags of the serializer alone, and the serializer its flag', () => {
    for (const flag of [0x1000, 0x4000, 0x8000]) {
      expectInvalid(
        () => codecOf({ algorithm: { ...brotli, flag } }),
        'compression.algorithm.flag must be one bit that the serializer leaves free',
      );
    }
    const serializer = {
      serialize: () => ({ data: text, flags: 0x30000 }),
      deserialize: String,
    };
    expectRefused(
      () => codecOf({ algorithm: brotli }, { serializer }).encode(1),
      'SERIALIZE',
      'serialize must leave the flag of brotli (65536) free, got flags 196608',
    );
  });
});

describe('the option compression', () => {
  test.each([
    [true, 'compression must be an object'],
    ['zlib', 'compression must be an object'],
    [{ threshhold: 5 }, 'did you mean threshold?'],
    [{ threshold: -1 }, 'compression.threshold must be'],
    [{ threshold: '2000' }, 'compression.threshold must be'],
    [{ level: 10 }, 'compression.level must be a whole number from -1 to 9'],
    [
      { level: 5, algorithm: brotli },
      "compression.level must be left out unless algorithm is 'zlib'",
    ],
    [{ algorithm: 'gzip' }, "compression.algorithm must be 'zlib', 'fastlz' or an object"],
    [
      { algorithm: 'fastlz' },
      "compression.algorithm must be 'fastlz' only beside a preset of php-memcached",
    ],
    [{ algorithm: { ...brotli, name: '' } }, 'compression.algorithm.name must be'],
    [{ algorithm: { ...brotli, flag: 0 } }, 'compression.algorithm.flag must be'],
    [{ algorithm: { ...brotli, flag: 2 ** 32 } }, 'compression.algorithm.flag must be'],
    [{ algorithm: { ...brotli, flag: 0x30000 } }, 'must be one bit'],
    [{ algorithm: { ...brotli, compress: 1 } }, 'compression.algorithm.compress must be'],
    [{ algorithm: { ...brotli, decompress: undefined } }, 'algorithm.decompress must be'],
  ])('is not %o', (compression, message) => {
    expectInvalid(() => codecOf(compression), message);
  });
});
