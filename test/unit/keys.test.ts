import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkPrefix,
  type Key,
  keyName,
  keyRoom,
  maxNamespaceLength,
  preparePrefix,
  writeKey,
} from '../../dist/keys.js';
import { anyInput, anyText, forAll, orInvalid } from './properties';
import { expectInvalid } from './refusal';

const none = preparePrefix('');

function written(key: unknown, prefix: Uint8Array = none): Buffer {
  const target = Buffer.alloc(10 + keyRoom);
  const length = writeKey(target, 10, key as Key, prefix);
  return target.subarray(10, 10 + length);
}

describe('a key', () => {
  test('is written as UTF-8 behind the offset', () => {
    expect(written('user:1')).toEqual(Buffer.from('user:1'));
    expect(written('cl\u00e9:\u65e5\u672c:\u{1f600}')).toEqual(
      Buffer.from('cl\u00e9:\u65e5\u672c:\u{1f600}'),
    );
    expect(written('x'.repeat(200))).toEqual(Buffer.from('x'.repeat(200)));
  });

  test('may be bytes, which need not be UTF-8', () => {
    expect(written(Buffer.from([0x80, 0xff, 0x21]))).toEqual(Buffer.from([0x80, 0xff, 0x21]));
    expect(written(new Uint8Array([0x41]))).toEqual(Buffer.from('A'));
    expect(written(new Uint8Array(new SharedArrayBuffer(2)).fill(0x41))).toEqual(Buffer.from('AA'));
  });

  test('has the prefix before it', () => {
    const prefix = preparePrefix('ns:', 'app:', '\u00e9:');
    expect(written('k', prefix)).toEqual(Buffer.from('ns:app:\u00e9:k'));
    expect(written(Buffer.from('k'), prefix)).toEqual(Buffer.from('ns:app:\u00e9:k'));
  });

  test('is at most 250 bytes, prefix included', () => {
    expect(written('x'.repeat(250))).toHaveLength(250);
    expect(written('\u00e9'.repeat(125))).toHaveLength(250);
    expectInvalid(() => written('x'.repeat(251)), 'key must be 1 to 250 bytes, got 251 bytes');
    expectInvalid(() => written('\u00e9'.repeat(126)), 'got 252 bytes');
    expectInvalid(() => written(Buffer.alloc(251, 'x')), 'got 251 bytes');
    const prefix = preparePrefix('p'.repeat(100));
    expect(written('x'.repeat(150), prefix)).toHaveLength(250);
    expectInvalid(
      () => written('x'.repeat(151), prefix),
      'key must be 1 to 150 bytes after 100 bytes of prefix and namespace, got 151 bytes',
    );
    expectInvalid(() => written(Buffer.alloc(151, 'x'), prefix));
    expectInvalid(() => written('\u00e9'.repeat(76), prefix));
  });

  test('is not empty, even behind a prefix', () => {
    expectInvalid(() => written(''), 'got 0 bytes');
    expectInvalid(() => written(Buffer.alloc(0)), 'got 0 bytes');
    expectInvalid(() => written('', preparePrefix('p')));
  });

  test.each(['a b', 'a\tb', 'a\r\ndelete x', '\0', 'a\x1f', 'a\x7f', ' ', `${'x'.repeat(99)} `])(
    'is not %j, as text or as bytes',
    (key) => {
      expectInvalid(() => written(key), /^key must have no byte below 0x21 and no 0x7f, got 0x/);
      expectInvalid(() => written(Buffer.from(key)), /^key must have no byte below 0x21/);
    },
  );

  test('says where the byte is that it must not have', () => {
    expectInvalid(() => written('ab\ncd'), 'got 0x0a at byte 2');
    expectInvalid(() => written('\u00e9 '), 'got 0x20 at byte 2');
    expectInvalid(() => written(Buffer.from('ab\x7f')), 'got 0x7f at byte 2');
  });

  test('may hold any other Unicode, U+0085 and U+2028 included', () => {
    expect(written('a\u0085\u2028\u00a0b')).toEqual(Buffer.from('a\u0085\u2028\u00a0b'));
  });

  test('is well-formed text, because two keys would become one otherwise', () => {
    for (const key of ['\ud800', 'a\udc00b', `${'x'.repeat(80)}\ud800`, '\ud800\ud800']) {
      expectInvalid(() => written(key), 'key must be well-formed text, got a lone surrogate');
    }
    expect(written('\ufffd')).toEqual(Buffer.from('\ufffd'));
  });

  test('is not a Buffer whose memory is gone', () => {
    const key = new Uint8Array(new ArrayBuffer(3)).fill(0x41);
    structuredClone(key.buffer, { transfer: [key.buffer] });
    expectInvalid(() => written(key), 'got 0 bytes');
  });

  test.each([1, null, undefined, {}, ['k'], Symbol('k'), true, 1n, new Uint16Array(1)])(
    'is not %o, which is not turned into text',
    (key) => {
      expectInvalid(() => written(key), 'key must be a string or a Buffer');
    },
  );

  test('is called what the argument is called', () => {
    const target = Buffer.alloc(keyRoom);
    expectInvalid(() => writeKey(target, 0, '', none, 'groupKey'), /^groupKey must be 1 to 250/);
  });

  test('never writes beyond the room that must be free', () => {
    const target = Buffer.alloc(keyRoom + 1, 0xee);
    const prefix = preparePrefix('p'.repeat(10));
    for (const key of ['\uffff'.repeat(240), '\u{1f600}'.repeat(120), 'x'.repeat(240)]) {
      orInvalid(() => writeKey(target, 0, key, prefix));
      expect(target[keyRoom]).toBe(0xee);
    }
  });

  test('obeys the rule or is refused, whatever it is', () => {
    const anyKey = anyInput(
      anyText,
      fc.stringMatching(/^[!-~]{60,70}$|^[\u00a1-\u00ff]{100,130}$|^[!-~]{240,255}$/),
      fc.uint8Array({ maxLength: 300 }),
    );
    const anyPrefix = fc.stringMatching(/^[a-z:]{0,200}$/);
    forAll(
      fc.tuple(anyKey, anyPrefix),
      ([input, prefix]) => {
        const key = input();
        const bytes = orInvalid(() => written(key, preparePrefix(prefix)));
        if (bytes === undefined) return;
        expect(bytes.length).toBeLessThanOrEqual(250);
        expect(bytes.every((byte) => byte > 0x20 && byte !== 0x7f)).toBe(true);
        const rest = bytes.subarray(prefix.length);
        expect(rest.equals(Buffer.from(key as string))).toBe(true);
      },
      500,
    );
  });
});

describe('a prefix', () => {
  test('obeys the rule of keys, but may be empty', () => {
    expect(checkPrefix('', 'prefix')).toBe('');
    expect(checkPrefix('app:\u00e9:', 'prefix')).toBe('app:\u00e9:');
    for (const prefix of ['a b', 'a\n', '\ud800', 5, null, Buffer.from('a')]) {
      expectInvalid(() => checkPrefix(prefix, 'prefix'), /^prefix must/);
    }
  });

  test('leaves room for a key', () => {
    expect(checkPrefix('x'.repeat(249), 'prefix')).toHaveLength(249);
    expectInvalid(() => checkPrefix('x'.repeat(250), 'prefix'), 'at most 249 bytes, got 250 bytes');
    expectInvalid(
      () => preparePrefix('x'.repeat(127), 'y'.repeat(123)),
      'prefix must be at most 249 bytes together with the namespace, got 250 bytes',
    );
  });

  test('is at most 127 bytes as a namespace, as in libmemcached', () => {
    expect(checkPrefix('x'.repeat(127), 'namespace', maxNamespaceLength)).toHaveLength(127);
    expectInvalid(
      () => checkPrefix('x'.repeat(128), 'namespace', maxNamespaceLength),
      'namespace must be at most 127 bytes, got 128 bytes',
    );
  });
});

describe('the name of a key in an error', () => {
  test('is the key itself where it is text', () => {
    expect(keyName('user:1')).toBe('user:1');
    expect(keyName(Buffer.from('cl\u00e9'))).toBe('cl\u00e9');
  });

  test('is hexadecimal where it is not', () => {
    expect(keyName(Buffer.from([0xff, 0x41]))).toBe('0xff41');
  });

  test('is none for what is no key at all', () => {
    expect(keyName({ id: 1 })).toBeUndefined();
    expect(keyName(Buffer.alloc(0))).toBe('');
  });

  test('has neither control characters nor great length', () => {
    expect(keyName('a\r\nb\x7f')).toBe('a\\x0d\\x0ab\\x7f');
    expect(keyName('x'.repeat(1000))).toBe(`${'x'.repeat(250)}...`);
    expect(keyName(Buffer.alloc(1000, 'x'))).toHaveLength(253);
  });
});
