import { describe, expect, test } from 'vitest';
import { serializers } from '../../dist/serializers/index.js';
import { anyJson, forAll } from './properties';
import { expectRefused } from './refusal';

const { raw, string, v8 } = serializers;

test('the serializers a user may choose are json, raw, string and v8', () => {
  expect(Object.keys(serializers)).toEqual(['json', 'raw', 'string', 'v8']);
  expect(Object.isFrozen(serializers)).toBe(true);
});

describe('raw', () => {
  test('takes bytes and gives them back, whatever the flags', () => {
    const bytes = Buffer.from([0, 255, 10]);
    expect(raw.serialize(bytes)).toEqual({ data: bytes, flags: 0 });
    expect(raw.serialize(new Uint8Array([1]))).toEqual({ data: Buffer.from([1]), flags: 0 });
    for (const flags of [0, 1, 0xffffffff]) expect(raw.deserialize(bytes, flags)).toEqual(bytes);
  });

  test('takes nothing else, and does not show it', () => {
    for (const value of ['text', 1e9, null, undefined, {}, [1], new Uint16Array(1)]) {
      expectRefused(
        () => raw.serialize(value),
        'SERIALIZE',
        /^value must be a Buffer or Uint8Array/,
      );
    }
    expectRefused(() => raw.serialize('secret'), 'SERIALIZE', /got a string$/);
  });

  test('does not keep a large block alive for a small value', () => {
    const block = Buffer.alloc(1024 * 1024, 1);
    const value = raw.deserialize(block.subarray(10, 20), 0) as Buffer;
    expect(value).toEqual(Buffer.alloc(10, 1));
    expect(value.buffer.byteLength).toBeLessThan(100_000);
    expect(raw.deserialize(block, 0)).toBe(block);
  });
});

describe('string', () => {
  test('takes text and gives it back, whatever the flags', () => {
    expect(string.serialize('caf\u00e9')).toEqual({ data: 'caf\u00e9', flags: 0 });
    expect(string.deserialize(Buffer.from('caf\u00e9'), 16)).toBe('caf\u00e9');
  });

  test('takes and gives nothing but text', () => {
    for (const value of [1, null, Buffer.from('x')]) {
      expectRefused(() => string.serialize(value), 'SERIALIZE', 'value must be a string');
    }
    expectRefused(() => string.serialize('\ud800'), 'SERIALIZE', 'lone surrogate');
    expectRefused(() => string.deserialize(Buffer.from([0xff]), 0), 'DECODE', 'must be UTF-8');
  });
});

describe('v8', () => {
  function roundTrip(value: unknown): unknown {
    const { data, flags } = v8.serialize(value);
    return v8.deserialize(data as Buffer, flags);
  }

  test('brings back what structuredClone takes', () => {
    const cyclic: Record<string, unknown> = { map: new Map([[1, new Set([/x/g])]]) };
    cyclic.self = cyclic;
    const copy = roundTrip(cyclic) as typeof cyclic;
    expect(copy.self).toBe(copy);
    expect(copy.map).toEqual(cyclic.map);
    for (const value of ['text', 1n, null, new Date(0), new Float64Array([1.5]), [undefined]]) {
      expect(roundTrip(value)).toStrictEqual(value);
    }
  });

  test('reads typed arrays out of a shared block, in memory of their own', () => {
    const { data, flags } = v8.serialize(new Uint8Array([1, 2, 3]));
    const block = Buffer.concat([Buffer.alloc(100_000), data as Buffer, Buffer.alloc(100_000)]);
    const stored = block.subarray(100_000, 100_000 + data.length);
    const value = v8.deserialize(stored, flags) as Uint8Array;
    block.fill(0);
    expect([...value]).toEqual([1, 2, 3]);
  });

  test('takes neither undefined nor what cannot be cloned', () => {
    expectRefused(() => v8.serialize(undefined), 'SERIALIZE', 'value must not be undefined');
    for (const value of [() => 'secret', Symbol('secret'), Promise.resolve(), { f: () => 1 }]) {
      expectRefused(() => v8.serialize(value), 'SERIALIZE', /^value must be what structuredClone/);
    }
  });

  test('reads its own flags, and text such as a counter that incr made', () => {
    expect(v8.deserialize(Buffer.from('5'), 0)).toBe('5');
    expectRefused(() => v8.deserialize(Buffer.from('5'), 0x2000), 'DECODE', 'got flags 8192');
    expectRefused(() => v8.deserialize(Buffer.from('5'), 0x6000), 'DECODE', 'structured clone');
  });

  test('brings back any JSON value', () => {
    forAll(anyJson, (value) => {
      expect(roundTrip(value)).toStrictEqual(value);
    });
  });
});
