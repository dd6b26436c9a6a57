// The readers of pickles, PHP's serialize, Marshal and MessagePack on what no honest writer makes.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOrRefused, valuesOf } from './presetValues';
import { forAll } from './properties';

const formats = [
  ['a pickle', 'pylibmc', 1],
  ['what PHP serialized', 'php-memcached', 4],
  ['MessagePack', 'php-memcached', 7],
  ['Marshal', 'dalli', 1],
] as const;

/** Honest data of each format, to be damaged. */
const samples: Record<string, readonly string[]> = {
  'a pickle': [
    'gAWVFgAAAAAAAAB9lCiMAWGUSwGMAWKUXZQoiEsCZXUu',
    'KGRwMApWYQpwMQpJMQpzVmIKcDIKKGxwMwpJMDEKYUkyCmFzLg==',
    'gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAEAAAB4cQJYBgAAAGxhdGluMXEDhnEEUnEFaAVlLg==',
  ],
  'what PHP serialized': ['YToyOntzOjE6ImEiO2k6MTtzOjE6ImIiO2E6Mjp7aTowO2I6MTtpOjE7ZDoyLjU7fX0='],
  MessagePack: ['gqFhAaFiksPLP/gAAAAAAAA='],
  Marshal: ['BAh7B0kiBmEGOgZFVGkGSSIGYgY7AFRbB1RpBw==', 'BAhbCGwrCQEAAAAAACAAZggxLjVJIgZhBjoGRVQ='],
};

describe.each(formats)('%s', (name, preset, flags) => {
  const { codec } = valuesOf(preset);
  const honest = (samples[name] ?? []).map((base64) => Buffer.from(base64, 'base64'));

  test('of any bytes is a value or those bytes, and nothing is left behind', () => {
    const opcodes = fc.constantFrom(
      ...Buffer.from('\x80\x02(.0]})ae usdtlIKMJXUcRqhpg\x94{["i;:@a:1:{'),
    );
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(opcodes, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)),
    );
    forAll(
      hostile,
      (bytes) => void expect(readOrRefused(codec, bytes, flags)).not.toBeUndefined(),
      3000,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('cut or with a byte changed is a value or those bytes', () => {
    const damaged = fc.tuple(fc.constantFrom(...honest), fc.nat(), fc.nat(255), fc.boolean());
    forAll(
      damaged,
      ([sample, position, byte, cut]) => {
        const at = position % sample.length;
        const data = Buffer.from(cut ? sample.subarray(0, at) : sample);
        if (!cut) data[at] = byte;
        expect(readOrRefused(codec, data, flags)).not.toBeUndefined();
      },
      3000,
    );
  });

  test('followed by more bytes is foreign', () => {
    for (const sample of honest) {
      const data = Buffer.concat([sample, Buffer.from('x')]);
      expect(codec.decode(data, flags)).toEqual({ data, flags });
    }
  });
});

/** `depth` lists, one in the other. */
const nestings: Record<string, (depth: number) => Buffer> = {
  'a pickle': (depth) => Buffer.from(`${']'.repeat(depth)}${'a'.repeat(depth - 1)}.`),
  'what PHP serialized': (depth) =>
    Buffer.from(`${'a:1:{i:0;'.repeat(depth)}i:1;${'}'.repeat(depth)}`),
  MessagePack: (depth) => Buffer.from(`${'91'.repeat(depth)}01`, 'hex'),
  Marshal: (depth) => Buffer.from(`\x04\x08${'[\x06'.repeat(depth)}0`, 'latin1'),
};

describe.each(formats)('the depth of %s', (name, preset, flags) => {
  const { codec } = valuesOf(preset);
  const nest = nestings[name] as (depth: number) => Buffer;

  test('is at most 1000', () => {
    expect(codec.decode(nest(900), flags)).toBeInstanceOf(Array);
    for (const depth of [1100, 100_000]) {
      expect(codec.decode(nest(depth), flags)).toHaveProperty('data');
    }
  });
});

describe('a key', () => {
  const evil = [
    ['pylibmc', 1, Buffer.from('}(\x8c\x09__proto__}\x8c\x01xK\x01su.', 'latin1')],
    ['php-memcached', 4, Buffer.from('a:1:{s:9:"__proto__";a:1:{s:1:"x";i:1;}}')],
    ['php-memcached', 7, Buffer.from('\x81\xa9__proto__\x81\xa1x\x01', 'latin1')],
    ['dalli', 1, Buffer.from('\x04\x08{\x06:\x0e__proto__{\x06:\x06xi\x06', 'latin1')],
  ] as const;

  test.each(evil)('__proto__ of %s is a property and no prototype', (preset, flags, data) => {
    const value = valuesOf(preset).read(data, flags) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.x).toBeUndefined();
    expect(value).toStrictEqual(JSON.parse('{"__proto__":{"x":1}}'));
  });

  const twice = [
    ['pylibmc', 1, Buffer.from('}(K\x011\x8c\x011K\x02u.'.replace('\x011', '\x01K\x07'), 'latin1')],
    ['php-memcached', 7, Buffer.from('\x82\x01\xa1a\xa11\xa1b', 'latin1')],
    ['dalli', 1, Buffer.from('\x04\x08{\x07i\x060I"\x061\x06:\x06ET0', 'latin1')],
  ] as const;

  test.each(twice)(
    'that two keys of %s would share makes the value foreign',
    (preset, flags, data) => {
      expect(valuesOf(preset).read(data, flags)).toEqual({ data, flags });
    },
  );

  test('that is a tuple, a float or bytes makes the value foreign', () => {
    const { read } = valuesOf('pylibmc');
    for (const key of ['K\x01\x85', 'G?\xf8\0\0\0\0\0\0', 'C\x01x', 'N', '\x88']) {
      expect(read(Buffer.from(`}${key}K\x01s.`, 'latin1'), 1)).toHaveProperty('data');
    }
    expect(read(Buffer.from('}K\x05K\x01s.', 'latin1'), 1)).toEqual({ 5: 1 });
  });
});

describe('a value that refers to itself', () => {
  test('in parts is that part again, once for each reference', () => {
    const shared = Buffer.from('](]q\x00K\x01ah\x00e.', 'latin1');
    expect(valuesOf('pylibmc').read(shared, 1)).toEqual([[1], [1]]);
    const ruby = Buffer.from('\x04\x08[\x07[\x06i\x06@\x06', 'latin1');
    expect(valuesOf('dalli').read(ruby, 1)).toEqual([[1], [1]]);
  });

  test('in a circle is foreign', () => {
    for (const [preset, data] of [
      ['pylibmc', ']q\x00h\x00a.'],
      ['dalli', '\x04\x08[\x06@\x00'],
    ] as const) {
      expect(valuesOf(preset).read(Buffer.from(data, 'latin1'), 1)).toHaveProperty('data');
    }
  });

  test('so often that it would stand for billions is foreign', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) =>
        `](h${String.fromCharCode(n)}h${String.fromCharCode(n)}eq${String.fromCharCode(n + 1)}`,
    );
    const pickle = Buffer.from(`]q\x00${doubling.join('')}.`, 'latin1');
    expect(valuesOf('pylibmc').read(pickle, 1)).toHaveProperty('data');
  });

  test('in PHP is foreign', () => {
    const { read } = valuesOf('php-memcached');
    for (const text of ['a:2:{i:0;i:1;i:1;R:2;}', 'a:2:{i:0;a:0:{}i:1;r:2;}']) {
      expect(read(text, 4)).toEqual({ data: Buffer.from(text), flags: 4 });
    }
  });
});

describe('what declares more than there is', () => {
  test.each([
    ['pylibmc', 1, 'X\xff\xff\xff\x7fab.'],
    ['pylibmc', 1, '\x8d\xff\xff\xff\xff\xff\xff\xff\xffab.'],
    ['php-memcached', 4, 'a:2000000000:{i:0;i:1;}'],
    ['php-memcached', 4, 's:9999999999999999999999:"a";'],
    ['php-memcached', 4, 's:-1:"a";'],
    ['php-memcached', 7, `${'\xdd\x00\x0f\xff\xff'.repeat(500)}`],
    ['php-memcached', 7, '\xdf\xff\xff\xff\xff\x01\x01'],
    ['dalli', 1, '\x04\x08[\x04\xff\xff\xff\x3f0'],
    ['dalli', 1, '\x04\x08"\xfa'],
  ] as const)('is foreign and takes no memory: %s %i %o', (preset, flags, text) => {
    const data = Buffer.from(text, 'latin1');
    expect(valuesOf(preset).read(data, flags)).toEqual({ data, flags });
  });
});
