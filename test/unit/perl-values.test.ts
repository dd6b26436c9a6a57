import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { forAll } from './properties';
import { expectRefused } from './refusal';

describe.each(['cache-memcached', 'cache-memcached-fast'])('for %s', (preset) => {
  const { codec, stored, read } = valuesOf(preset);

  test('ASCII and bytes have flags 0, text beyond it flags 4', () => {
    expect(stored('hello')).toEqual(['hello', 0]);
    expect(stored('caf\u00e9')).toEqual(['caf\xc3\xa9', 4]);
    expect(stored(Buffer.from([0, 254]))).toEqual(['\x00\xfe', 0]);
  });

  test('numbers are digits, booleans what Perl takes for them, the rest JSON', () => {
    expect(stored(42)).toEqual(['42', 0]);
    expect(stored(2n ** 64n)).toEqual(['18446744073709551616', 0]);
    expect(stored(true)).toEqual(['1', 0]);
    expect(stored(false)).toEqual(['0', 0]);
    expect(stored({ a: [1, null] })).toEqual(['{"a":[1,null]}', 0]);
    expect(stored(['\u00e9'])).toEqual(['["\xc3\xa9"]', 4]);
    expect(stored(null)).toEqual(['null', 0]);
    for (const value of [undefined, () => 1, new Map(), '\ud800']) {
      expectRefused(() => codec.encode(value), 'SERIALIZE');
    }
  });

  test('scalars are read as text, or as a Buffer where they are not UTF-8', () => {
    expect(read('42', 0)).toBe('42');
    expect(read('caf\u00e9', 0)).toBe('caf\u00e9');
    expect(read('', 0)).toBe('');
    expect(read(Buffer.from('caf\xe9', 'latin1'), 0)).toEqual(Buffer.from('caf\xe9', 'latin1'));
    expect(read('caf\u00e9', 4)).toBe('caf\u00e9');
    expectRefused(() => read(Buffer.from([255]), 4), 'DECODE');
  });

  test('what Storable froze, and unknown flags, come back as bytes and flags', () => {
    const frozen = Buffer.from('BQsCAAAAAgiBCgFh', 'base64');
    expect(read(frozen, 1)).toEqual({ data: frozen, flags: 1 });
    expect(read(gzipSync(frozen), 3)).toEqual({ data: frozen, flags: 1 });
    expect(read('x', 16)).toEqual({ data: Buffer.from('x'), flags: 16 });
  });

  test('gzip is read, and written with compression', () => {
    const text = 'ab'.repeat(100);
    expect(read(gzipSync(text), 2)).toBe(text);
    expectRefused(() => read(text, 2), 'DECODE');
    const compressing = valuesOf(preset, { compression: { threshold: 100 } });
    const [data, flags] = compressing.stored(text);
    expect(flags).toBe(2);
    expect(data.startsWith('\x1f\x8b')).toBe(true);
    expect(compressing.stored('\u00e9'.repeat(100))[1]).toBe(6);
  });

  test('text that is written comes back', () => {
    forAll(fc.string(), (input) => {
      const { data, flags } = codec.encode(input);
      expect(read(data, flags)).toBe(input);
    });
  });
});
