import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { anyJson, forAll } from './properties';
import { expectRefused } from './refusal';

const { codec, stored, read } = valuesOf('dalli');

function base64(value: unknown): string {
  return Buffer.from(stored(value)[0], 'latin1').toString('base64');
}

/** Marshal's version, then `text`. */
function marshalled(text: string): Buffer {
  return Buffer.from(`\x04\x08${text}`, 'latin1');
}

describe('for dalli a value is written as the bytes of Marshal.dump, with flags 1:', () => {
  test('text as UTF-8, Buffers as binary strings', () => {
    expect(base64('hello')).toBe('BAhJIgpoZWxsbwY6BkVU');
    expect(base64('')).toBe('BAhJIgAGOgZFVA==');
    expect(base64('caf\u00e9 \u65e5\u672c')).toBe('BAhJIhFjYWbDqSDml6XmnKwGOgZFVA==');
    expect(base64(Buffer.from([0, 1, 254, 255]))).toBe('BAgiCQAB/v8=');
    expect(stored('hello')[1]).toBe(1);
  });

  test('integers, however large', () => {
    expect(base64(0)).toBe('BAhpAA==');
    expect(base64(7)).toBe('BAhpDA==');
    expect(base64(-3)).toBe('BAhp+A==');
    expect(base64(2147483648)).toBe('BAhsKwcAAACA');
    expect(base64(9007199254740993n)).toBe('BAhsKwkBAAAAAAAgAA==');
    expect(base64(2n ** 64n)).toBe('BAhsKwoAAAAAAAAAAAEA');
  });

  test('floats, booleans, null as nil', () => {
    expect(base64(1.5)).toBe('BAhmCDEuNQ==');
    expect(base64(Number.POSITIVE_INFINITY)).toBe('BAhmCGluZg==');
    expect(base64(true)).toBe('BAhU');
    expect(base64(false)).toBe('BAhG');
    expect(base64(null)).toBe('BAgw');
  });

  test('arrays and objects as arrays and hashes, what is nested as JSON.stringify has it', () => {
    expect(base64([1, 'two', null])).toBe('BAhbCGkGSSIIdHdvBjoGRVQw');
    expect(base64({ a: 1, b: [true, 2] })).toBe('BAh7B0kiBmEGOgZFVGkGSSIGYgY7AFRbB1RpBw==');
    expect(base64({ d: new Date(0), u: undefined })).toBe(
      base64({ d: '1970-01-01T00:00:00.000Z' }),
    );
  });

  test('not at all where it has no form', () => {
    for (const value of [undefined, () => 1, new Map(), '\ud800', { n: 1n }]) {
      expectRefused(() => codec.encode(value), 'SERIALIZE');
    }
  });
});

describe('from dalli is read', () => {
  test('any value that this client writes for it', () => {
    const value = fc.oneof(anyJson, fc.double(), fc.bigInt({ min: 2n ** 53n }), fc.integer());
    forAll(value, (input) => {
      const { data, flags } = codec.encode(input);
      expect(codec.decode(data as Buffer, flags)).toStrictEqual(input);
    });
    forAll(fc.integer({ min: -70_000, max: 70_000 }), (input) => {
      expect(codec.decode(codec.encode(input).data as Buffer, 1)).toBe(input);
    });
  });

  test('symbols as text, in keys too', () => {
    expect(read(marshalled(':\x08sym'), 1)).toBe('sym');
    expect(read(marshalled('[\x07:\x06a;\x00'), 1)).toEqual(['a', 'a']);
    expect(read(marshalled('{\x06:\x06ai\x06'), 1)).toEqual({ a: 1 });
    expect(read(marshalled('I:\x08\xc3\xbcx\x06:\x06ET'), 1)).toBe('\u00fcx');
  });

  test('a string marked as text that is none, as a Buffer', () => {
    expect(read(marshalled('I"\x06\xff\x06:\x06ET'), 1)).toEqual(Buffer.from([255]));
  });

  test('what was stored raw, and text with the flag of dalli 5.0.4', () => {
    expect(read('caf\u00e9', 0)).toBe('caf\u00e9');
    expect(read(Buffer.from([255]), 0)).toEqual(Buffer.from([255]));
    expect(read('caf\u00e9', 4)).toBe('caf\u00e9');
    expectRefused(() => read(Buffer.from([255]), 4), 'DECODE');
  });

  test('the JSON of serializer: JSON', () => {
    expect(read('{"a":[1,null]}', 1)).toEqual({ a: [1, null] });
    expect(read('"x"', 1)).toBe('x');
  });

  test('zlib and gzip, the compressors it has', () => {
    const dumped = marshalled('i\x06');
    expect(read(deflateSync(dumped), 3)).toBe(1);
    expect(read(gzipSync(dumped), 3)).toBe(1);
    expect(read(deflateSync('raw'), 2)).toBe('raw');
    expectRefused(() => read('text', 2), 'DECODE');
  });

  test('Ruby objects as bytes and flags, which nothing executes', () => {
    for (const text of [
      'o:\x0bObject\x00',
      'o:\x0aRange\x08:\x09exclF:\x0abegini\x06:\x08endi\x08',
      'u:\x09Time\x0d\x00\x00\x00\x00\x00\x00\x00\x00',
      'c\x0bString',
      '/\x06a\x00',
      '}\x00i\x06',
      'I"\x06a\x06:\x0dencoding"\x0eShift_JIS',
      'S:\x06A\x00',
    ]) {
      const data = marshalled(text);
      expect(read(data, 1)).toEqual({ data, flags: 1 });
    }
    expect(read('neither', 1)).toEqual({ data: Buffer.from('neither'), flags: 1 });
    expect(read('hello', 16)).toEqual({ data: Buffer.from('hello'), flags: 16 });
  });
});

test('compression beside the preset is that of dalli', () => {
  const compressing = valuesOf('dalli', { compression: { threshold: 100 } });
  const text = 'ab'.repeat(100);
  const [data, flags] = compressing.stored(text);
  expect(flags).toBe(3);
  expect(data.charCodeAt(0)).toBe(0x78);
  expect(read(Buffer.from(data, 'latin1'), flags)).toBe(text);
});
