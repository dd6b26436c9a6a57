import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { forAll } from './properties';
import { expectRefused } from './refusal';

const { codec } = toSettings('a', { preset: 'php-memcached' });

function stored(value: unknown): [data: string, flags: number] {
  const { data, flags } = codec.encode(value);
  return [data.toString('latin1' as never), flags];
}

function read(data: string | Buffer, flags: number): unknown {
  return codec.decode(Buffer.from(data as string), flags);
}

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

  test('what PHP, igbinary or msgpack serialized as bytes and flags, which nothing executes', () => {
    for (const flags of [4, 5, 7, 8, 15]) {
      expect(read('O:8:"stdClass":0:{}', flags)).toEqual({
        data: Buffer.from('O:8:"stdClass":0:{}'),
        flags,
      });
    }
    const serialized = Buffer.from('a:0:{}');
    expect(read(framed(deflateSync(serialized), 6), 52)).toEqual({ data: serialized, flags: 4 });
  });

  test('what another algorithm compressed as bytes and flags', () => {
    const fastlz = Buffer.from('BQAAAARhYmNkZQ==', 'base64');
    expect(read(fastlz, 80)).toEqual({ data: fastlz, flags: 80 });
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
