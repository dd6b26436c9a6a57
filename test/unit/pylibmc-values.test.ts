import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { anyJson, forAll } from './properties';
import { expectRefused } from './refusal';

const { codec } = toSettings('a', { preset: 'pylibmc' });

function stored(value: unknown): [data: string, flags: number] {
  const { data, flags } = codec.encode(value);
  return [data.toString('latin1' as never), flags];
}

function read(data: string | Buffer, flags: number): unknown {
  return codec.decode(Buffer.from(data as string), flags);
}

describe('for pylibmc a value is written', () => {
  test('as text with flags 16, as bytes with flags 0', () => {
    expect(stored('hello')).toEqual(['hello', 16]);
    expect(stored('')).toEqual(['', 16]);
    expect(stored(Buffer.from([0, 1, 254]))).toEqual(['\x00\x01\xfe', 0]);
  });

  test('as an integer with flags 4, however large', () => {
    expect(stored(0)).toEqual(['0', 4]);
    expect(stored(-0)).toEqual(['0', 4]);
    expect(stored(-3)).toEqual(['-3', 4]);
    expect(stored(1e21)).toEqual(['1000000000000000000000', 4]);
    expect(stored(2n ** 64n)).toEqual(['18446744073709551616', 4]);
  });

  test('as 1 or 0 with flags 2 for a boolean', () => {
    expect(stored(true)).toEqual(['1', 2]);
    expect(stored(false)).toEqual(['0', 2]);
  });

  test('as JSON in text where Python would pickle, and never with the bit of a pickle', () => {
    expect(stored({ a: [1, null] })).toEqual(['{"a":[1,null]}', 16]);
    expect(stored(null)).toEqual(['null', 16]);
    expect(stored(1.5)).toEqual(['1.5', 16]);
    forAll(fc.oneof(anyJson, fc.string(), fc.bigInt(), fc.uint8Array()), (value) => {
      expect(codec.encode(value).flags & 1).toBe(0);
    });
  });

  test('not at all where neither has a form', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, new Map(), '\udc00']) {
      expectRefused(() => codec.encode(value), 'SERIALIZE');
    }
  });
});

describe('from pylibmc is read', () => {
  test('text, bytes, integers, and booleans as the integers pylibmc makes of them', () => {
    expect(read('caf\u00e9', 16)).toBe('caf\u00e9');
    expect(read('raw', 0)).toEqual(Buffer.from('raw'));
    expect(read('42', 4)).toBe(42);
    expect(read('9 ', 2)).toBe(9);
    expect(read('9007199254740993', 4)).toBe(9007199254740993n);
    expect(read('1', 2)).toBe(1);
  });

  test('what it compressed', () => {
    const text = 'ab'.repeat(50);
    expect(read(deflateSync(text), 24)).toBe(text);
    expect(read(deflateSync(text), 8)).toEqual(Buffer.from(text));
    expect(read(deflateSync('1'.repeat(30)), 12)).toBe(BigInt('1'.repeat(30)));
  });

  test('a pickle as its bytes and flags, which nothing executes', () => {
    const pickle = Buffer.from('gAVOLg==', 'base64');
    expect(read(pickle, 1)).toEqual({ data: pickle, flags: 1 });
    expect(read(deflateSync(pickle), 9)).toEqual({ data: pickle, flags: 1 });
    expect(read('hello', 17)).toEqual({ data: Buffer.from('hello'), flags: 17 });
  });

  test('nothing that does not keep the promise of its flags', () => {
    expectRefused(() => read('hello', 4), 'DECODE');
    expectRefused(() => read('hello', 24), 'DECODE');
    expectRefused(() => read(Buffer.from([0xff]), 16), 'DECODE');
  });
});

test('compression beside the preset is that of pylibmc', () => {
  const compressing = toSettings('a', { preset: 'pylibmc', compression: { threshold: 50 } }).codec;
  const text = 'ab'.repeat(50);
  const { data, flags } = compressing.encode(text);
  expect(flags).toBe(24);
  expect(data.length).toBeLessThan(50);
  expect(codec.decode(data as Buffer, flags)).toBe(text);
});
