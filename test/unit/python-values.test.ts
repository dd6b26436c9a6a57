// The values of pylibmc, python-memcached and pymemcache.
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { anyJson, forAll } from './properties';
import { expectRefused } from './refusal';

describe.each([
  ['pylibmc', 4],
  ['python-memcached', 2],
  ['pymemcache', 2],
])('for %s a value is written', (preset, integers) => {
  const { codec, stored } = valuesOf(preset);

  test('as text with flags 16, as bytes with flags 0', () => {
    expect(stored('hello')).toEqual(['hello', 16]);
    expect(stored('')).toEqual(['', 16]);
    expect(stored(Buffer.from([0, 1, 254]))).toEqual(['\x00\x01\xfe', 0]);
  });

  test('as an integer with the flags of that client, however large', () => {
    expect(stored(0)).toEqual(['0', integers]);
    expect(stored(-0)).toEqual(['0', integers]);
    expect(stored(-3)).toEqual(['-3', integers]);
    expect(stored(1e21)).toEqual(['1000000000000000000000', integers]);
    expect(stored(2n ** 64n)).toEqual(['18446744073709551616', integers]);
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

describe.each(['pylibmc', 'python-memcached', 'pymemcache'])('from %s is read', (preset) => {
  const { read } = valuesOf(preset);

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
    expect(read(deflateSync('N.'), 9)).toBeNull();
  });

  test('a combination of types as bytes and flags', () => {
    for (const flags of [3, 5, 6, 17, 18, 20]) {
      expect(read('5', flags)).toEqual({ data: Buffer.from('5'), flags });
    }
  });

  test('nothing that does not keep the promise of its flags', () => {
    expectRefused(() => read('hello', 4), 'DECODE');
    expectRefused(() => read('hello', 24), 'DECODE');
    expectRefused(() => read(Buffer.from([0xff]), 16), 'DECODE');
  });

  test('no integer of so many digits that reading it would take seconds', () => {
    const digits = Buffer.alloc(20_000_000, '9');
    expectRefused(() => read(deflateSync(digits), 12), 'DECODE', 'a decimal integer');
    const pickle = Buffer.concat([Buffer.from('L'), digits, Buffer.from('L\n.')]);
    expect(read(deflateSync(pickle), 9)).toHaveProperty('data');
  });
});

test('bits that pylibmc overlooks are overlooked, and foreign to the others', () => {
  expect(valuesOf('pylibmc').read('42', 65540)).toBe(42);
  const foreign = { data: Buffer.from('42'), flags: 65540 };
  expect(valuesOf('python-memcached').read('42', 65540)).toEqual(foreign);
});

describe('a pickle', () => {
  const { read } = valuesOf('pylibmc');

  function unpickle(base64: string): unknown {
    return read(Buffer.from(base64, 'base64'), 1);
  }

  // pickle.dumps({'t': 'caf\xe9\n\\u0041 \U0001f389', 'b': b'\0\xff', 'e': b'', 'n': [None, True,
  // False], 'i': (0, 255, 65535, -1, 2**31, 2**53 + 1, -2**70), 'f': [1.5, float('inf')]}, protocol)
  const value = {
    t: 'caf\u00e9\n\\u0041 \u{1f389}',
    b: Buffer.from([0, 255]),
    e: Buffer.alloc(0),
    n: [null, true, false],
    i: [0, 255, 65535, -1, 2 ** 31, 2n ** 53n + 1n, -(2n ** 70n)],
    f: [1.5, Number.POSITIVE_INFINITY],
  };

  test.each([
    [
      0,
      'KGRwMApWdApwMQpWY2Fm6Vx1MDAwYVx1MDA1Y3UwMDQxIFxVMDAwMWYzODkKcDIKc1ZiCnAzCmNfY29kZWNzCmVuY29kZQpwNAooVlx1MDAwMP8KcDUKVmxhdGluMQpwNgp0cDcKUnA4CnNWZQpwOQpjX19idWlsdGluX18KYnl0ZXMKcDEwCih0UnAxMQpzVm4KcDEyCihscDEzCk5hSTAxCmFJMDAKYXNWaQpwMTQKKEkwCkkyNTUKSTY1NTM1CkktMQpMMjE0NzQ4MzY0OEwKTDkwMDcxOTkyNTQ3NDA5OTNMCkwtMTE4MDU5MTYyMDcxNzQxMTMwMzQyNEwKdHAxNQpzVmYKcDE2CihscDE3CkYxLjUKYUZpbmYKYXMu',
    ],
    [
      1,
      'fXEAKFgBAAAAdHEBWBEAAABjYWbDqQpcdTAwNDEg8J+OiXECWAEAAABicQNjX2NvZGVjcwplbmNvZGUKcQQoWAMAAAAAw79xBVgGAAAAbGF0aW4xcQZ0cQdScQhYAQAAAGVxCWNfX2J1aWx0aW5fXwpieXRlcwpxCilScQtYAQAAAG5xDF1xDShOSTAxCkkwMAplWAEAAABpcQ4oSwBL/03//0r/////TDIxNDc0ODM2NDhMCkw5MDA3MTk5MjU0NzQwOTkzTApMLTExODA1OTE2MjA3MTc0MTEzMDM0MjRMCnRxD1gBAAAAZnEQXXERKEc/+AAAAAAAAEd/8AAAAAAAAGV1Lg==',
    ],
    [
      2,
      'gAJ9cQAoWAEAAAB0cQFYEQAAAGNhZsOpClx1MDA0MSDwn46JcQJYAQAAAGJxA2NfY29kZWNzCmVuY29kZQpxBFgDAAAAAMO/cQVYBgAAAGxhdGluMXEGhnEHUnEIWAEAAABlcQljX19idWlsdGluX18KYnl0ZXMKcQopUnELWAEAAABucQxdcQ0oToiJZVgBAAAAaXEOKEsAS/9N//9K/////4oFAAAAgACKBwEAAAAAACCKCQAAAAAAAAAAwHRxD1gBAAAAZnEQXXERKEc/+AAAAAAAAEd/8AAAAAAAAGV1Lg==',
    ],
    [
      3,
      'gAN9cQAoWAEAAAB0cQFYEQAAAGNhZsOpClx1MDA0MSDwn46JcQJYAQAAAGJxA0MCAP9xBFgBAAAAZXEFQwBxBlgBAAAAbnEHXXEIKE6IiWVYAQAAAGlxCShLAEv/Tf//Sv////+KBQAAAIAAigcBAAAAAAAgigkAAAAAAAAAAMB0cQpYAQAAAGZxC11xDChHP/gAAAAAAABHf/AAAAAAAABldS4=',
    ],
    [
      4,
      'gASVgAAAAAAAAAB9lCiMAXSUjBFjYWbDqQpcdTAwNDEg8J+OiZSMAWKUQwIA/5SMAWWUQwCUjAFulF2UKE6IiWWMAWmUKEsAS/9N//9K/////4oFAAAAgACKBwEAAAAAACCKCQAAAAAAAAAAwHSUjAFmlF2UKEc/+AAAAAAAAEd/8AAAAAAAAGV1Lg==',
    ],
    [
      5,
      'gAWVgAAAAAAAAAB9lCiMAXSUjBFjYWbDqQpcdTAwNDEg8J+OiZSMAWKUQwIA/5SMAWWUQwCUjAFulF2UKE6IiWWMAWmUKEsAS/9N//9K/////4oFAAAAgACKBwEAAAAAACCKCQAAAAAAAAAAwHSUjAFmlF2UKEc/+AAAAAAAAEd/8AAAAAAAAGV1Lg==',
    ],
  ])('of plain values is those values: protocol %i', (_protocol, base64) => {
    expect(unpickle(base64)).toStrictEqual(value);
  });

  test('of a long text or integer is read', () => {
    const long = Buffer.concat([Buffer.from('X\xe8\x03\0\0', 'latin1'), Buffer.alloc(1000, 'a')]);
    expect(read(Buffer.concat([long, Buffer.from('.')]), 1)).toBe('a'.repeat(1000));
    const integer = Buffer.concat([
      Buffer.from('\x8b\x2c\x01\0\0', 'latin1'),
      Buffer.alloc(300, 1),
    ]);
    const expected = BigInt(`0x${'01'.repeat(300)}`);
    expect(read(Buffer.concat([integer, Buffer.from('.')]), 1)).toBe(expected);
    expect(read(Buffer.from('\x8a\x00.', 'latin1'), 1)).toBe(0);
  });

  test('of anything else is its bytes and flags, which nothing executes', () => {
    const pickles = [
      "cos\nsystem\n(S'id'\ntR.", // a call
      'c__builtin__\neval\n(V1\ntR.',
      '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.',
      'c_codecs\nencode\n(Vx\nVutf-16\ntR.', // bytes have one spelling only
      'c_codecs\nencode\n.', // a function that nobody calls
      '(c_codecs\nencode\nl.',
      'c__builtin__\nset\n((lp1\nI1\natR.',
      '\x80\x04\x8f(K\x01\x90.', // a set
      '(i__main__\nC\n.', // an instance
      'P1\n.', // a persistent id
      '\x80\x05\x96\x01\0\0\0\0\0\0\0a.', // a bytearray
      '}(K\x01u.', // a key without a value
      'K\x01', // no end
      '',
      '.',
      't.',
      'h\x05.',
      'K\x01K\x02a.',
      'I1x\n.',
      'V\\U00110000\n.',
      'F1.5.5\n.',
    ];
    for (const pickle of pickles) {
      const data = Buffer.from(pickle, 'latin1');
      expect(read(data, 1), pickle).toEqual({ data, flags: 1 });
      expect(read(deflateSync(data), 9)).toEqual({ data, flags: 1 });
    }
  });
});

test.each([
  ['pylibmc', 16],
  ['python-memcached', 16],
  ['pymemcache', 16],
])('compression beside the preset is that of %s', (preset, text) => {
  const { read } = valuesOf(preset);
  const compressing = valuesOf(preset, { compression: { threshold: 50 } });
  const [data, flags] = compressing.stored('ab'.repeat(50));
  expect(flags).toBe(text | 8);
  expect(data.length).toBeLessThan(50);
  expect(read(Buffer.from(data, 'latin1'), flags)).toBe('ab'.repeat(50));
});
