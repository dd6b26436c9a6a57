import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, checkData, miss } from '../../dist/codec.js';
import { CacheMiss, MemcachedError } from '../../dist/errors.js';
import { toSettings } from '../../dist/options.js';
import { presets } from '../../dist/presets.js';
import { serializers } from '../../dist/serializers/index.js';
import { anyInput, forAll, orInvalid } from './properties';
import { expectInvalid, expectRefused, refusal } from './refusal';

const { codec } = toSettings('a', {});

/** The codec of a serializer with these functions. */
function codecWith(functions: object): Codec {
  const idle = { serialize: () => ({ data: '', flags: 0 }), deserialize: () => null };
  return toSettings('a', { serializer: { ...idle, ...functions } }).codec;
}

describe('a codec', () => {
  test('leaves text as text, to be written as UTF-8 once', () => {
    expect(codec.encode('text')).toEqual({ data: 'text', flags: 0 });
  });

  test('reads a value out of a larger block', () => {
    const block = Buffer.from('before[1,2]caf\u00e9after');
    expect(codec.decode(block, 0x4000, 6, 11)).toEqual([1, 2]);
    expect(codec.decode(block, 0, 11, 16)).toBe('caf\u00e9');
    expect(codec.decode(block, 0x1000, 0, 6)).toEqual(Buffer.from('before'));
    expect(codec.decode(block, 0, 3, 3)).toBe('');
  });

  test('reads text strictly', () => {
    expect(codec.decode(Buffer.from('\ufffd'), 0)).toBe('\ufffd');
    expectRefused(() => codec.decode(Buffer.from([0xc3]), 0), 'DECODE', 'must be UTF-8');
  });

  test('is that of the chosen serializer', () => {
    const { codec: raw } = toSettings('a', { serializer: serializers.raw });
    expect(raw.decode(Buffer.from('text'), 0)).toEqual(Buffer.from('text'));
    expectRefused(() => raw.encode('text'), 'SERIALIZE');
    const beside = { serializer: serializers.json, preset: 'pylibmc' };
    expect(toSettings('a', beside).codec.encode('text').flags).toBe(0);
  });
});

describe('the size of a value', () => {
  test('is counted in bytes after encoding', () => {
    const { codec: small } = toSettings('a', { maxValueSize: 6 });
    expect(small.encode('\u00e9'.repeat(3)).data).toHaveLength(3);
    expectRefused(
      () => small.encode('\u00e9'.repeat(4)),
      'TOO_LARGE',
      'value must be at most 6 bytes after encoding, got 8 bytes',
    );
    expect(small.encode(Buffer.alloc(6)).data).toHaveLength(6);
    expectRefused(() => small.encode(Buffer.alloc(7)), 'TOO_LARGE', 'got 7 bytes');
    expectRefused(() => small.encode([1, 2, 3]), 'TOO_LARGE', 'got 7 bytes');
  });

  test('is at most 1 MiB by default', () => {
    expect(codec.encode('x'.repeat(1_048_576)).flags).toBe(0);
    expectRefused(() => codec.encode('x'.repeat(1_048_577)), 'TOO_LARGE');
  });
});

describe('what a serialize hook does wrong', () => {
  test('is a SERIALIZE error with what it threw as the cause', () => {
    const cause = new TypeError('mine');
    const error = refusal(() =>
      codecWith({
        serialize() {
          throw cause;
        },
      }).encode(1),
    );
    expect(error.code).toBe('SERIALIZE');
    expect(error.message).toBe('value could not be serialized');
    expect(error.cause).toBe(cause);
  });

  test('is its own error where it throws one of the package', () => {
    const own = new MemcachedError('SERIALIZE', 'value must be a user');
    const error = refusal(() =>
      codecWith({
        serialize() {
          throw own;
        },
      }).encode(1),
    );
    expect(error).toBe(own);
  });

  test.each([
    [undefined, 'return { data, flags }, got undefined'],
    ['text', 'return { data, flags }, got a string'],
    [Promise.resolve({ data: '', flags: 0 }), 'return { data, flags }, got a promise'],
    [{}, 'return flags from 0 to 4294967295, got undefined'],
    [{ data: '', flags: -1 }, 'got -1'],
    [{ data: '', flags: 2 ** 32 }, 'got 4294967296'],
    [{ data: '', flags: 1.5 }, 'got 1.5'],
    [{ data: '', flags: '0' }, 'got a string'],
    [{ flags: 0 }, 'return data as a Buffer or well-formed string, got undefined'],
    [{ data: 5, flags: 0 }, 'got a number'],
    [{ data: '\ud800', flags: 0 }, 'return data as a Buffer or well-formed string'],
    [{ data: new Uint16Array(1), flags: 0 }, 'got an object'],
  ])('is named: %o', (result, message) => {
    expectRefused(() => codecWith({ serialize: () => result }).encode(1), 'SERIALIZE', message);
  });

  test('in a promise that rejects ends no process', () => {
    const serialize = () => Promise.reject(new Error('nobody waits for this'));
    expectRefused(() => codecWith({ serialize }).encode(1), 'SERIALIZE', 'got a promise');
  });

  test('is read once', () => {
    let reads = 0;
    const result = {
      flags: 0,
      get data() {
        return ++reads === 1 ? 'first' : 5;
      },
    };
    expect(codecWith({ serialize: () => result }).encode(1).data).toBe('first');
  });

  test('does not include a Uint8Array as data', () => {
    const bytes = new Uint8Array([1, 2]);
    const encoded = codecWith({ serialize: () => ({ data: bytes, flags: 9 }) }).encode(1);
    expect(encoded).toEqual({ data: Buffer.from([1, 2]), flags: 9 });
  });
});

describe('what a deserialize hook does', () => {
  function decodeWith(deserialize: (data: Buffer, flags: number) => unknown): unknown {
    return codecWith({ deserialize }).decode(Buffer.from('..data..'), 7, 2, 6);
  }

  test('is given the bytes and the flags, the bytes to keep', () => {
    const value = decodeWith((data, flags) => [data, flags]);
    expect(value).toEqual([Buffer.from('data'), 7]);
    expect(decodeWith(() => null)).toBeNull();
  });

  test('is a miss when it throws CacheMiss', () => {
    const value = decodeWith(() => {
      throw new CacheMiss();
    });
    expect(value).toBe(miss);
  });

  test('is a DECODE error with the cause when it throws anything else', () => {
    const cause = new Error('mine');
    const error = refusal(() =>
      decodeWith(() => {
        throw cause;
      }),
    );
    expect(error.code).toBe('DECODE');
    expect(error.cause).toBe(cause);
  });

  test.each([
    ['a promise', () => Promise.resolve(1)],
    ['a promise that rejects', () => Promise.reject(new CacheMiss())],
    // biome-ignore lint/suspicious/noThenProperty: what it tests
    ['what get would take for a promise', () => ({ then: (done: (n: number) => void) => done(1) })],
  ])('is a DECODE error when it gives %s', (_what, deserialize) => {
    expectRefused(() => decodeWith(deserialize), 'DECODE', 'must not return a promise');
  });

  test('is a DECODE error when it gives undefined, which would look like a miss', () => {
    expectRefused(() => decodeWith(() => undefined), 'DECODE', 'throw CacheMiss');
  });
});

describe('data without a codec', () => {
  test('are a string or bytes', () => {
    expect(checkData('text')).toBe('text');
    expect(checkData(new Uint8Array([1]))).toEqual(Buffer.from([1]));
    expectInvalid(() => checkData(5), 'data must be a string or a Buffer, got 5');
    expectInvalid(() => checkData('\ud800'), 'data must be well-formed text, got a lone surrogate');
    expectInvalid(() => checkData(undefined, 'value'), /^value must be/);
  });

  test('are not bytes whose memory is gone', () => {
    const bytes = new Uint8Array(3);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expectInvalid(() => checkData(bytes), 'got a detached Buffer');
  });

  test('are one of them or refused, whatever they are', () => {
    forAll(anyInput(), (input) => {
      const data = orInvalid(() => checkData(input()));
      expect(data === undefined || typeof data === 'string' || Buffer.isBuffer(data)).toBe(true);
    });
  });
});

test('any value is encoded, SERIALIZE or TOO_LARGE; any item is decoded or DECODE', () => {
  const { codec: small } = toSettings('a', { maxValueSize: 50, compression: { threshold: 20 } });
  forAll(
    anyInput(),
    (input) => {
      try {
        expect(small.encode(input()).data.length).toBeLessThanOrEqual(50);
      } catch (error) {
        expect(['SERIALIZE', 'TOO_LARGE']).toContain((error as MemcachedError).code);
      }
    },
    300,
  );
  const codecs = Object.keys(presets).map((preset) => toSettings('a', { preset }).codec);
  const flags = fc.oneof(
    fc.nat(255),
    fc.nat(15).map((bits) => bits << 8),
    fc.nat(15).map((bits) => bits << 12),
    fc.nat(),
  );
  forAll(
    fc.tuple(fc.constantFrom(...codecs), fc.uint8Array(), flags),
    ([any, bytes, stored]) => {
      try {
        expect(any.decode(Buffer.from(bytes), stored)).not.toBeUndefined();
      } catch (error) {
        expect((error as MemcachedError).code).toBe('DECODE');
      }
    },
    3000,
  );
});
