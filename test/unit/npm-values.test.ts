// The values of the other clients for Node.js: memcached, memcache-client, memjs and memcache.

import * as zlib from 'node:zlib';
import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { anyJson, forAll } from './properties';
import { expectInvalid, expectRefused, refusal } from './refusal';

const refused = [undefined, () => 1, Symbol('s'), new Map(), '\ud800', { n: 1n }];
const text = 'ab'.repeat(100);

describe('for memcached (npm)', () => {
  const { codec, stored, read } = valuesOf('memcached');

  test('text has flags 0, and a backslash before every CR and LF', () => {
    expect(stored('hello')).toEqual(['hello', 0]);
    expect(stored('a\r\nb')).toEqual(['a\\\r\\\nb', 0]);
    expect(read('a\\\r\\\nb', 0)).toBe('a\r\nb');
    expect(read('a\r\nb', 0)).toBe('a\r\nb');
  });

  test('Buffers have flags 4, as the UTF-8 of Latin-1 characters', () => {
    expect(stored(Buffer.from([0, 1, 254, 255, 10]))).toEqual(['\x00\x01\xc3\xbe\xc3\xbf\\\n', 4]);
    expect(read('\x00\u00fe\\\n', 4)).toEqual(Buffer.from([0, 254, 10]));
    expectRefused(() => read('\u65e5', 4), 'DECODE', 'Latin-1');
    expectRefused(() => read(Buffer.from([255]), 4), 'DECODE');
  });

  test('numbers have flags 8, booleans, null and objects flags 2', () => {
    expect(stored(42)).toEqual(['42', 8]);
    expect(stored(-0)).toEqual(['-0', 8]);
    expect(stored(Number.NaN)).toEqual(['NaN', 8]);
    expect(stored(2n ** 60n)).toEqual(['1152921504606846976', 8]);
    expect(stored(true)).toEqual(['true', 2]);
    expect(stored(null)).toEqual(['null', 2]);
    expect(stored({ a: [1] })).toEqual(['{"a":[1]}', 2]);
    expect(read('9 ', 8)).toBe(9);
    expect(read('1152921504606846976', 8)).toBe(2n ** 60n);
    expectRefused(() => read('x', 8), 'DECODE');
    expectRefused(() => read('{', 2), 'DECODE', 'JSON');
  });

  test('other flags, combinations too, are foreign', () => {
    for (const flags of [1, 10, 12, 16, 65536]) {
      expect(read('x', flags)).toEqual({ data: Buffer.from('x'), flags });
    }
  });

  test('what is written comes back, and holds no CR or LF without a backslash', () => {
    const lines = fc.string({ unit: fc.constantFrom('\r', '\n', '\\', 'a', '\u00e9') });
    forAll(fc.oneof(lines, anyJson, fc.double(), fc.string()), (input) => {
      const { data, flags } = codec.encode(input);
      expect(data).not.toMatch(/(?<!\\)[\r\n]/);
      expect(read(data, flags)).toStrictEqual(input);
    });
    forAll(fc.uint8Array(), (bytes) => {
      const { data, flags } = codec.encode(bytes);
      expect(read(data, flags)).toEqual(Buffer.from(bytes));
    });
  });
});

describe('for memcache-client', () => {
  const { codec, stored, read } = valuesOf('memcache-client');

  test('text has flags 0, Buffers 8, numbers 4, the rest 2', () => {
    expect(stored('a\r\nb')).toEqual(['a\r\nb', 0]);
    expect(stored(Buffer.from([0, 254]))).toEqual(['\x00\xfe', 8]);
    expect(stored(1.5)).toEqual(['1.5', 4]);
    expect(stored(false)).toEqual(['false', 2]);
    expect(stored(null)).toEqual(['null', 2]);
    expect(stored({ a: [1] })).toEqual(['{"a":[1]}', 2]);
  });

  test('what is written comes back', () => {
    forAll(fc.oneof(anyJson, fc.double(), fc.string()), (input) => {
      const { data, flags } = codec.encode(input);
      expect(read(data, flags)).toStrictEqual(input);
    });
  });

  test('the null that it makes of Infinity is the NaN it reads', () => {
    expect(read('null', 4)).toBeNaN();
    expect(read('null', 2)).toBeNull();
  });

  test('any compressor of Node.js is read, zstd where it is there', () => {
    expect(read(deflateSync(text), 1)).toBe(text);
    expect(read(gzipSync('[1]'), 3)).toEqual([1]);
    expect(read(deflateSync('7'), 5)).toBe(7);
    expect(read(deflateSync(text), 9)).toEqual(Buffer.from(text));
    // zstd of "zstd": a frame of one raw block.
    const zstd = Buffer.from('28b52ffd20042100007a737464', 'hex');
    const { zstdDecompressSync } = zlib as { zstdDecompressSync?: unknown };
    if (zstdDecompressSync === undefined) {
      expect(refusal(() => read(zstd, 1)).message).toMatch('zstd, which 22.15 brought');
    } else {
      expect(read(zstd, 1)).toBe('zstd');
    }
    expectRefused(() => read('text', 1), 'DECODE');
  });

  test('other flags are foreign', () => {
    for (const flags of [6, 10, 16, 65536]) {
      expect(read('x', flags)).toEqual({ data: Buffer.from('x'), flags });
    }
  });

  test('compression beside the preset writes zlib with flag 1', () => {
    const compressing = valuesOf('memcache-client', { compression: { threshold: 100 } });
    const [data, flags] = compressing.stored(text);
    expect(flags).toBe(1);
    expect(data.charCodeAt(0)).toBe(0x78);
  });
});

describe.each(['memjs', 'memcache'])('for %s', (preset) => {
  const { codec, stored, read } = valuesOf(preset);

  test('everything is text or bytes with flags 0', () => {
    expect(stored('a\r\nb')).toEqual(['a\r\nb', 0]);
    expect(stored(Buffer.from([0, 254]))).toEqual(['\x00\xfe', 0]);
    expect(stored(42)).toEqual(['42', 0]);
    expect(stored(2n ** 60n)).toEqual(['1152921504606846976', 0]);
    expect(stored(true)).toEqual(['true', 0]);
    expect(stored(null)).toEqual(['null', 0]);
    expect(stored({ a: [1] })).toEqual(['{"a":[1]}', 0]);
  });

  test('what is read is text, or a Buffer where it is not UTF-8, whatever the flags', () => {
    for (const flags of [0, 1, 5, 65536]) {
      expect(read('caf\u00e9', flags)).toBe('caf\u00e9');
      expect(read('', flags)).toBe('');
      expect(read(Buffer.from([255]), flags)).toEqual(Buffer.from([255]));
    }
  });

  test('text that is written comes back', () => {
    forAll(fc.string(), (input) => {
      expect(read(codec.encode(input).data, 0)).toBe(input);
    });
  });
});

test.each(['memcached', 'memcache-client', 'memjs', 'memcache'])(
  'for %s nothing is written that has no form',
  (preset) => {
    const { codec } = valuesOf(preset);
    for (const value of refused) expectRefused(() => codec.encode(value), 'SERIALIZE');
  },
);

test.each(['memcached', 'memjs', 'memcache'])(
  'compression beside %s needs an algorithm, because that client cannot decompress',
  (preset) => {
    expectInvalid(
      () => valuesOf(preset, { compression: {} }),
      'beside a preset whose client cannot decompress',
    );
    const algorithm = {
      name: 'own',
      flag: 0x10000,
      compress: deflateSync,
      decompress: deflateSync,
    };
    const own = valuesOf(preset, { compression: { threshold: 100, algorithm } });
    expect(own.stored(text)[1]).toBe(0x10000);
  },
);
