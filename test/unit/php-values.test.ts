import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { valuesOf } from './presetValues';
import { forAll } from './properties';
import { expectRefused } from './refusal';

const { codec, stored, read } = valuesOf('php-memcached');

/** As php-memcached frames a stream: the length of the content, then the stream. */
function framed(stream: Buffer, length: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(length);
  return Buffer.concat([header, stream]);
}

describe('for php-memcached a value is written', () => {
  test('as a string with flags 0, be it text or bytes', () => {
    expect(stored('hello')).toEqual(['hello', 0]);
    expect(stored(Buffer.from([0, 254]))).toEqual(['\x00\xfe', 0]);
  });

  test('as an integer with flags 1, within 64 bits', () => {
    expect(stored(-3)).toEqual(['-3', 1]);
    expect(stored(2n ** 63n - 1n)).toEqual(['9223372036854775807', 1]);
    expect(stored(-(2n ** 63n))).toEqual(['-9223372036854775808', 1]);
    expectRefused(() => codec.encode(2n ** 63n), 'SERIALIZE', 'integer of 64 bits');
    expectRefused(() => codec.encode(-(2n ** 63n) - 1n), 'SERIALIZE');
  });

  test('as a float with flags 2, printed as php-memcached prints it', () => {
    expect(stored(1.5)).toEqual(['1.5', 2]);
    expect(stored(0.1)).toEqual(['.1', 2]);
    expect(stored(-0.1)).toEqual(['-.1', 2]);
    expect(stored(-0)).toEqual(['-0', 2]);
    expect(stored(Number.NaN)).toEqual(['NaN', 2]);
    expect(stored(Number.NEGATIVE_INFINITY)).toEqual(['-Infinity', 2]);
  });

  test('as 1 or nothing with flags 3 for a boolean', () => {
    expect(stored(true)).toEqual(['1', 3]);
    expect(stored(false)).toEqual(['', 3]);
  });

  test('as JSON with flags 6 for everything else', () => {
    expect(stored({ a: [1, null] })).toEqual(['{"a":[1,null]}', 6]);
    expect(stored(null)).toEqual(['null', 6]);
  });

  test('not at all where it has no form', () => {
    for (const value of [undefined, () => 1, new Map(), '\ud800']) {
      expectRefused(() => codec.encode(value), 'SERIALIZE');
    }
  });
});

describe('from php-memcached is read', () => {
  test('a string as text, and as a Buffer where it is not UTF-8', () => {
    expect(read('caf\u00e9', 0)).toBe('caf\u00e9');
    expect(read('\ufffd', 0)).toBe('\ufffd');
    expect(read(Buffer.from([0, 255]), 0)).toEqual(Buffer.from([0, 255]));
  });

  test('integers, floats and booleans', () => {
    expect(read('42', 1)).toBe(42);
    expect(read('9 ', 1)).toBe(9);
    expect(read('9007199254740993', 1)).toBe(9007199254740993n);
    expect(read('.1', 2)).toBe(0.1);
    expect(read('1.0e+25', 2)).toBe(1e25);
    expect(read('-Infinity', 2)).toBe(Number.NEGATIVE_INFINITY);
    expect(read('NaN', 2)).toBeNaN();
    expect(read('1', 3)).toBe(true);
    expect(read('', 3)).toBe(false);
    expect(read('0', 3)).toBe(false);
  });

  test('JSON', () => {
    expect(read('{"a":"caf\\u00e9\\/"}', 6)).toEqual({ a: 'caf\u00e9/' });
  });

  test('what was stored with user flags, and with the bit of zlib alone', () => {
    expect(read('hello', 327680)).toBe('hello');
    expect(read('7', 327681)).toBe(7);
    expect(read('hello', 32)).toBe('hello');
  });

  test('what zlib compressed', () => {
    const text = 'The quick brown fox. '.repeat(100);
    expect(read(framed(deflateSync(text), text.length), 48)).toBe(text);
    const list = JSON.stringify([text]);
    expect(read(framed(deflateSync(list), list.length), 54)).toEqual([text]);
  });

  test('plain values that PHP serialized', () => {
    expect(read('N;', 4)).toBeNull();
    expect(read('b:1;', 4)).toBe(true);
    expect(read('i:-5;', 4)).toBe(-5);
    expect(read('i:9007199254740993;', 4)).toBe(9007199254740993n);
    expect(read('d:0.1;', 4)).toBe(0.1);
    expect(read('d:1.0E+25;', 4)).toBe(1e25);
    expect(read('d:-INF;', 4)).toBe(Number.NEGATIVE_INFINITY);
    expect(read('d:NAN;', 4)).toBeNaN();
    expect(read('s:5:"caf\u00e9";', 4)).toBe('caf\u00e9');
    expect(read(Buffer.from('s:1:"\xff";', 'latin1'), 4)).toEqual(Buffer.from([255]));
  });

  test('arrays that PHP serialized: lists as arrays, others as objects', () => {
    expect(read('a:0:{}', 4)).toEqual([]);
    expect(read('a:2:{i:0;i:1;i:1;a:1:{i:0;s:1:"x";}}', 4)).toEqual([1, ['x']]);
    expect(read('a:2:{i:1;s:3:"one";i:5;s:4:"five";}', 4)).toEqual({ 1: 'one', 5: 'five' });
    expect(read('a:2:{i:1;b:0;i:0;b:1;}', 4)).toEqual({ 0: true, 1: false });
    expect(read('a:2:{s:1:"a";N;i:0;i:7;}', 4)).toEqual({ a: null, 0: 7 });
  });

  test('plain values that msgpack serialized', () => {
    const packed = (hex: string) => read(Buffer.from(hex, 'hex'), 7);
    expect(packed('9301a374776fc0')).toEqual([1, 'two', null]);
    expect(packed('82a16101a16292c302')).toEqual({ a: 1, b: [true, 2] });
    expect(packed('82010205c2')).toEqual({ 1: 2, 5: false });
    expect(packed('cf7fffffffffffffff')).toBe(2n ** 63n - 1n);
    expect(packed('cf0000000100000000')).toBe(2 ** 32);
    expect(packed('d38000000000000000')).toBe(-(2n ** 63n));
    expect(packed('d1ff00')).toBe(-256);
    expect(packed('ff')).toBe(-1);
    expect(packed('cb3ff8000000000000')).toBe(1.5);
    expect(packed('ca3fc00000')).toBe(1.5);
    expect(packed('a1ff')).toEqual(Buffer.from([255]));
    expect(packed(`d920${'61'.repeat(32)}`)).toBe('a'.repeat(32));
    expect(packed(`dc0010${'01'.repeat(16)}`)).toEqual(Array(16).fill(1));
  });

  test('objects, references and igbinary as bytes and flags, which nothing executes', () => {
    for (const text of [
      'O:8:"stdClass":0:{}',
      'C:11:"ArrayObject":21:{x:i:0;a:0:{};m:a:0:{}}',
      'E:6:"Suit:H";',
      'a:1:{i:0;O:8:"stdClass":0:{}}',
      'a:2:{i:0;a:0:{}i:1;R:2;}',
      'a:1:{d:1.5;i:1;}',
      'a:1:{i:0;i:1;',
      's:3:"ab";',
      'b:2;',
      'i:1.5;',
      'n;',
      '',
    ]) {
      expect(read(text, 4), text).toEqual({ data: Buffer.from(text), flags: 4 });
    }
    const object = Buffer.from('82c0a8737464436c617373a16101', 'hex');
    expect(read(object, 7)).toEqual({ data: object, flags: 7 });
    for (const flags of [5, 8, 15]) {
      expect(read('x', flags)).toEqual({ data: Buffer.from('x'), flags });
    }
    const serialized = Buffer.from('O:8:"stdClass":0:{}');
    const compressed = framed(deflateSync(serialized), serialized.length);
    expect(read(compressed, 52)).toEqual({ data: serialized, flags: 4 });
  });

  test('what fastlz compressed', () => {
    expect(read(Buffer.from('BQAAAARhYmNkZQ==', 'base64'), 80)).toBe('abcde');
    const repeated = Buffer.from('ZAAAAAFhYuBWAQJiYWI=', 'base64');
    expect(read(repeated, 80)).toBe('ab'.repeat(50));
    expectRefused(() => read(repeated.subarray(0, -1), 80), 'DECODE');
    expectRefused(() => read('abc', 80), 'DECODE');
    const bomb = Buffer.concat([Buffer.from('ffffffff', 'hex'), repeated.subarray(4)]);
    expectRefused(() => read(bomb, 80), 'DECODE');
  });

  test('what names no algorithm that it knows as bytes and flags', () => {
    expect(read('text of Python', 16)).toEqual({ data: Buffer.from('text of Python'), flags: 16 });
  });

  test('nothing that does not keep the promise of its flags', () => {
    for (const [data, flags] of [
      ['hello', 1],
      ['', 1],
      ['', 2],
      ['1,5', 2],
      ['{', 6],
      ['abc', 48],
      ['hello world', 48],
    ] as const) {
      expectRefused(() => read(data, flags), 'DECODE');
    }
    expectRefused(() => read(framed(deflateSync('hello'), 6), 48), 'DECODE');
  });
});

test('compression beside the preset is that of php-memcached', () => {
  const options = { preset: 'php-memcached', compression: { threshold: 100 } };
  const compressing = toSettings('a', options).codec;
  const text = 'ab'.repeat(1000);
  const { data, flags } = compressing.encode(text);
  expect(flags).toBe(48);
  expect((data as Buffer).readUInt32LE(0)).toBe(2000);
  expect(codec.decode(data as Buffer, flags)).toBe(text);
  expect(compressing.encode([text]).flags).toBe(54);
});

test('compression with fastlz is what php-memcached does untold', () => {
  const { codec: compressing } = valuesOf('php-memcached', {
    compression: { threshold: 0, algorithm: 'fastlz' },
  });
  const text = 'ab'.repeat(50);
  const { data, flags } = compressing.encode(text);
  expect(flags).toBe(80);
  expect((data as Buffer).toString('hex')).toBe('64000000016162e05901');
  expect(read(data as Buffer, flags)).toBe(text);
  expect(compressing.encode([text]).flags).toBe(86);
  expect(read(compressing.encode([text]).data as Buffer, 86)).toEqual([text]);
  for (const short of ['', 'a', 'hello', 'a'.repeat(15)]) {
    expect(compressing.encode(short)).toEqual({ data: short, flags: 0 });
  }
  const noise = Buffer.from(Uint8Array.from({ length: 256 }, (_, n) => (n * 167 + 13) % 256));
  expect(compressing.encode(noise)).toEqual({ data: noise, flags: 0 });
  const zlib = toSettings('a', { preset: 'php-memcached', compression: { threshold: 100 } }).codec;
  expect(zlib.decode(data as Buffer, flags)).toBe(text);
  expect(compressing.decode(zlib.encode(text).data as Buffer, 48)).toBe(text);
});

test('what a PHP client would read back is read back here too', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.object({ maxDepth: 1, values: [fc.string(), fc.integer()] }),
  );
  forAll(value, (input) => {
    const { data, flags } = codec.encode(input);
    expect(read(data as string, flags)).toEqual(input);
  });
});
