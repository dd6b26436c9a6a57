import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { forAll } from './properties';
import { expectRefused } from './refusal';

const { codec, stored, read } = valuesOf('spymemcached');

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

describe('for spymemcached a value is written', () => {
  test('as a String with flags 0, as byte[] with flags 2048', () => {
    expect(stored('hello')).toEqual(['hello', 0]);
    expect(stored(Buffer.from([0, 254]))).toEqual(['\x00\xfe', 2048]);
  });

  test('as a Long with flags 768, big-endian without leading zeros', () => {
    expect(stored(0)).toEqual(['', 768]);
    expect(stored(256)).toEqual(['\x01\x00', 768]);
    expect(stored(-1)).toEqual(['\xff'.repeat(8), 768]);
    expect(stored(2n ** 63n - 1n)).toEqual([`\x7f${'\xff'.repeat(7)}`, 768]);
    expectRefused(() => codec.encode(2n ** 63n), 'SERIALIZE', 'integer of 64 bits');
    expectRefused(() => codec.encode(-(2n ** 63n) - 1n), 'SERIALIZE');
  });

  test('as a Double with flags 1792 where it is no safe integer', () => {
    expect(stored(1.5)).toEqual(['\x3f\xf8\0\0\0\0\0\0', 1792]);
    expect(stored(-0)).toEqual(['\x80\0\0\0\0\0\0\0', 1792]);
    expect(stored(5e-324)).toEqual(['\x01', 1792]);
    expect(stored(1e21)[1]).toBe(1792);
  });

  test('as a Boolean with flags 256, a Date with flags 1024', () => {
    expect(stored(true)).toEqual(['1', 256]);
    expect(stored(false)).toEqual(['0', 256]);
    expect(stored(new Date(1000))).toEqual(['\x03\xe8', 1024]);
    expectRefused(() => codec.encode(new Date(Number.NaN)), 'SERIALIZE', 'valid Date');
  });

  test('as JSON in a String where Java would serialize', () => {
    expect(stored({ a: [1, null] })).toEqual(['{"a":[1,null]}', 0]);
    expect(stored(null)).toEqual(['null', 0]);
  });

  test('not at all where it has no form', () => {
    for (const value of [undefined, () => 1, new Map(), '\ud800']) {
      expectRefused(() => codec.encode(value), 'SERIALIZE');
    }
  });
});

describe('from spymemcached is read', () => {
  test('every number, cut or not', () => {
    expect(read('', 512)).toBe(0);
    expect(read(hex('07'), 512)).toBe(7);
    expect(read(hex('fffffffd'), 512)).toBe(-3);
    expect(read(hex('80000000'), 768)).toBe(2147483648);
    expect(read(hex('7fffffffffffffff'), 768)).toBe(2n ** 63n - 1n);
    expect(read(hex('8000000000000000'), 768)).toBe(-(2n ** 63n));
    expect(read(hex('f7'), 1280)).toBe(-9);
    expect(read(hex('3fc00000'), 1536)).toBe(1.5);
    expect(read('', 1792)).toBe(0);
    expect(read(hex('3ff8000000000000'), 1792)).toBe(1.5);
  });

  test('booleans, dates, bytes, text', () => {
    expect(read('1', 256)).toBe(true);
    expect(read('0', 256)).toBe(false);
    expect(read('', 1024)).toEqual(new Date(0));
    expect(read(hex('fffffffffffffffb'), 1024)).toEqual(new Date(-5));
    expect(read(hex('00ff'), 2048)).toEqual(hex('00ff'));
    expect(read('caf\u00e9', 0)).toBe('caf\u00e9');
  });

  test('what it compressed, of any type', () => {
    const text = 'ab'.repeat(10_000);
    expect(read(gzipSync(text), 2)).toBe(text);
    expect(read(gzipSync(text), 2050)).toEqual(Buffer.from(text));
    expectRefused(() => read('text', 2), 'DECODE');
  });

  test('what Java serialized, and what it does not know, as bytes and flags', () => {
    const list = Buffer.from('rO0ABXNyABM=', 'base64');
    expect(read(list, 1)).toEqual({ data: list, flags: 1 });
    expect(read(gzipSync(list), 3)).toEqual({ data: list, flags: 1 });
    for (const flags of [16, 513, 2304, 65536]) {
      expect(read('x', flags)).toEqual({ data: Buffer.from('x'), flags });
    }
  });

  test('nothing that does not keep the promise of its flags', () => {
    expectRefused(() => read('12345', 512), 'DECODE', 'at most 4 bytes, got 5 bytes');
    expectRefused(() => read('123456789', 768), 'DECODE');
    expectRefused(() => read('12', 1280), 'DECODE');
    expectRefused(() => read(hex('7fffffffffffffff'), 1024), 'DECODE', 'a Date of JavaScript');
    expectRefused(() => read(hex('ff'), 0), 'DECODE', 'UTF-8');
  });

  test('any number, Date and boolean that this client writes for it', () => {
    const longs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const value = fc.oneof(
      fc.double(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.date({ noInvalidDate: true }),
    );
    forAll(value, (input) => {
      const { data, flags } = codec.encode(input);
      expect(codec.decode(Buffer.from(data as Buffer), flags)).toStrictEqual(input);
    });
    forAll(longs, (input) => {
      const { data, flags } = codec.encode(input);
      expect(BigInt(codec.decode(data as Buffer, flags) as number)).toBe(input);
    });
  });
});

test('compression beside the preset is that of spymemcached', () => {
  const text = 'ab'.repeat(100);
  const [data, flags] = valuesOf('spymemcached', { compression: { threshold: 100 } }).stored(text);
  expect(flags).toBe(2);
  expect(data.startsWith('\x1f\x8b')).toBe(true);
  expect(read(Buffer.from(data, 'latin1'), flags)).toBe(text);
});
