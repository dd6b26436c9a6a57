import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemcachedError } from '../../dist/errors.js';
import { serializers } from '../../dist/serializers/index.js';
import { anyInput, anyJson, anyText, forAll } from './properties';
import { expectRefused } from './refusal';

const { json } = serializers;

/** Through the bytes, as a server would keep them. */
function roundTrip(value: unknown): unknown {
  const { data, flags } = json.serialize(value);
  return json.deserialize(Buffer.from(data as string), flags);
}

function stored(value: unknown): [data: string, flags: number] {
  const { data, flags } = json.serialize(value);
  return [data.toString(), flags];
}

describe('the default serializer writes', () => {
  test('text as flags 0, which every client reads', () => {
    expect(stored('caf\u00e9')).toEqual(['caf\u00e9', 0]);
    expect(stored('')).toEqual(['', 0]);
  });

  test('numbers in decimal, so that incr and decr work on them', () => {
    expect(stored(10)).toEqual(['10', 0x2000]);
    expect(stored(10n)).toEqual(['10', 0x3000]);
  });

  test('everything else with a flag for its type', () => {
    expect(stored(Buffer.from('bytes'))).toEqual(['bytes', 0x1000]);
    expect(stored({ a: [1, null] })).toEqual(['{"a":[1,null]}', 0x4000]);
    expect(stored(true)).toEqual(['true', 0x4000]);
    expect(stored(null)).toEqual(['null', 0x4000]);
    expect(stored(new Date(1500))).toEqual(['1500', 0x5000]);
  });

  test('no flag that another client gives a meaning: none but bits 12 to 15', () => {
    const values = ['', 1, 1n, true, null, {}, Buffer.from(''), new Date(), '\ud800'];
    for (const value of values) expect(json.serialize(value).flags & ~0xf000).toBe(0);
  });
});

describe('the default serializer brings back', () => {
  test.each([
    0,
    -0,
    1.5,
    -1e-7,
    1e21,
    2 ** 53,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0n,
    -(2n ** 70n),
    true,
    false,
    null,
    '',
    '10',
    'null',
    '\ufffd',
    '\ufeffbyte order mark',
    '\ud800 half a pair',
    'line\r\nbreak\0',
    [],
    {},
    [1, 'two', null, { three: [] }],
    new Date(0),
    new Date(-1),
    new Date(8.64e15),
    new Date(Number.NaN),
  ])('%o', (value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  test('bytes as a Buffer, and a part of a larger one as that part', () => {
    expect(roundTrip(Buffer.from([0, 255]))).toEqual(Buffer.from([0, 255]));
    expect(roundTrip(new Uint8Array([1, 2, 3]).subarray(1))).toEqual(Buffer.from([2, 3]));
    expect(roundTrip(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });

  test('nested values as JSON does', () => {
    const value = { date: new Date(0), gone: undefined, nan: Number.NaN };
    expect(roundTrip(value)).toEqual({ date: '1970-01-01T00:00:00.000Z', nan: null });
    expect(roundTrip(Object.assign(new (class Point {})(), { x: 1 }))).toEqual({ x: 1 });
    expect(roundTrip(Object.assign(Object.create(null), { x: 1 }))).toEqual({ x: 1 });
    expect(roundTrip(new URL('http://a/'))).toBe('http://a/');
  });

  test('any value of the types it names', () => {
    const value = fc.oneof(
      anyText,
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt(),
      fc.boolean(),
      fc.date({ noInvalidDate: false }),
      anyJson,
    );
    forAll(
      value,
      (input) => {
        expect(roundTrip(input)).toStrictEqual(input);
      },
      500,
    );
    forAll(fc.uint8Array(), (input) => {
      expect(roundTrip(input)).toEqual(Buffer.from(input));
    });
  });
});

describe('the default serializer refuses', () => {
  test.each([undefined, () => 1, Symbol('s')])('%o', (value) => {
    expectRefused(() => json.serialize(value), 'SERIALIZE', 'value must be a string, Buffer,');
  });

  test('what JSON would empty', () => {
    const values = [
      new Map([[1, 2]]),
      new Set([1]),
      Promise.resolve(1),
      /x/,
      new Error('x'),
      new WeakMap(),
      new ArrayBuffer(2),
      new Float64Array(2),
      new DataView(new ArrayBuffer(2)),
    ];
    for (const value of values) {
      expectRefused(() => json.serialize(value), 'SERIALIZE', 'value must have a JSON form');
    }
  });

  test('what JSON.stringify fails on, with its cause', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const failing = {
      toJSON() {
        throw new RangeError('mine');
      },
    };
    for (const value of [cyclic, { nested: failing }, { big: 1n }]) {
      expectRefused(() => json.serialize(value), 'SERIALIZE', 'JSON.stringify fails on');
    }
    expectRefused(() => json.serialize({ toJSON: () => undefined }), 'SERIALIZE', 'JSON form');
  });

  test('bytes whose memory is gone', () => {
    const bytes = new Uint8Array(3);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expectRefused(() => json.serialize(bytes), 'SERIALIZE', 'got a detached Buffer');
  });

  test('without showing the value', () => {
    try {
      json.serialize(Symbol('secret'));
    } catch (error) {
      expect((error as MemcachedError).message).not.toContain('secret');
    }
    expect.assertions(1);
  });
});

describe('the default serializer reads', () => {
  function read(data: string | Buffer, flags: number): unknown {
    return json.deserialize(Buffer.from(data as string), flags);
  }

  test('what decr leaves: blanks behind the number', () => {
    expect(read('9 ', 0x2000)).toBe(9);
    expect(read('99   ', 0x3000)).toBe(99n);
  });

  test('a counter that outgrew a number as a bigint, exactly', () => {
    expect(read('9007199254740993', 0x2000)).toBe(9007199254740993n);
    expect(read('18446744073709551615', 0x2000)).toBe(18446744073709551615n);
  });

  test.each([
    [0x2000, 'ten'],
    [0x2000, ''],
    [0x2000, '0x10'],
    [0x3000, '1.5'],
    [0x3000, ''],
    [0x4000, '{"a":'],
    [0x4000, ''],
    [0x5000, '1.5'],
    [0x5000, '8640000000000001'],
    [0x5000, 'today'],
  ])('nothing from flags %d and %j', (flags, data) => {
    expectRefused(() => read(data, flags), 'DECODE', 'stored value must be');
  });

  test('no flags but its own', () => {
    for (const flags of [1, 2, 4, 8, 16, 48, 256, 0x7000, 0x2001, 0x10000, 0xffffffff]) {
      expectRefused(() => read('1', flags), 'DECODE', `got flags ${flags} (getRaw reads it)`);
    }
  });

  test('no text that is not UTF-8', () => {
    expectRefused(() => read(Buffer.from([0xff, 0xfe]), 0), 'DECODE', 'must be UTF-8');
    expectRefused(() => read(Buffer.from([0x22, 0xff, 0x22]), 0x4000), 'DECODE', 'must be JSON');
    expect(read(Buffer.from('\ufffd'), 0)).toBe('\ufffd');
  });

  test('nothing that it shows in an error', () => {
    try {
      read('secret', 0x4000);
    } catch (error) {
      expect((error as MemcachedError).message).not.toContain('secret');
      expect((error as MemcachedError).cause).toBeUndefined();
    }
    expect.assertions(2);
  });
});

test('any value is stored or refused with SERIALIZE, any item read or refused with DECODE', () => {
  forAll(anyInput(), (input) => {
    const value = input();
    try {
      json.serialize(value);
    } catch (error) {
      // What hostile objects throw is wrapped by the codec.
      if ((error as Error).message !== 'the caller was called') {
        expect((error as MemcachedError).code).toBe('SERIALIZE');
      }
    }
  });
  const flags = fc.oneof(
    fc.nat(7).map((type) => type << 12),
    fc.nat(),
  );
  forAll(fc.tuple(fc.uint8Array(), flags), ([bytes, stored]) => {
    try {
      expect(json.deserialize(Buffer.from(bytes), stored)).not.toBeUndefined();
    } catch (error) {
      expect((error as MemcachedError).code).toBe('DECODE');
    }
  });
});
