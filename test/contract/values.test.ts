import { serializers } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { failure, failures, freshKey, freshKeys, oneServer, openClient, pairs } from './helpers';

/** The flag bits to which some other client of a shared fleet gives a meaning (interop facts). */
const FOREIGN_FLAGS = 0b1111_1111_1111;

describe.each(variants)('values, $name', ({ options }) => {
  const cache = oneServer(options);

  const values: [string, unknown][] = [
    ['text', 'plain text'],
    ['text in many scripts', 'Zoë 東京 🎉 \u0000 \u2028'],
    ['text that looks like a number', '007'],
    ['text that looks like JSON', '{"a":1}'],
    ['text that looks like true', 'true'],
    ['text with line ends', 'a\r\nb\r\nEND\r\n'],
    ['empty text', ''],
    ['bytes', Buffer.from([0, 13, 10, 255, 128])],
    ['no bytes', Buffer.alloc(0)],
    ['an integer', 42],
    ['a negative integer', -1],
    ['zero', 0],
    ['a fraction', 0.1],
    ['the largest double', Number.MAX_VALUE],
    ['the smallest double', Number.MIN_VALUE],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['-0', -0],
    ['a bigint', 2n ** 100n],
    ['a negative bigint', -1n],
    ['true', true],
    ['false', false],
    ['null', null],
    ['a Date', new Date('2024-02-29T12:34:56.789Z')],
    ['a Date before 1970', new Date(-1)],
    ['an object', { name: 'Ada', nested: { list: [1, 'two', null, true] } }],
    ['an empty object', {}],
    ['an array', [1, 'two', [3], { four: 4 }]],
    ['an empty array', []],
    ['an object with awkward names', JSON.parse('{"__proto__":1,"constructor":2,"":3}')],
  ];

  describe('the default codec answers what was stored:', () => {
    test.each(values)('%s', async (_name, value) => {
      const key = freshKey();
      await cache.client.set(key, value);
      const answer = await cache.client.get(key);
      expect(answer).toStrictEqual(value);
      expect(Object.is(answer, value) || typeof value === 'object').toBe(true);
      expect((await cache.client.getMulti([key])).get(key)).toStrictEqual(value);
    });

    test('a Uint8Array comes back as its bytes', async () => {
      const key = freshKey();
      const bytes = new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(2, 5);
      await cache.client.set(key, bytes);
      const answer = await cache.client.get(key);
      expect(answer).toBeInstanceOf(Uint8Array);
      expect([...(answer as Uint8Array)]).toEqual([2, 3, 4]);
    });

    test('an object with toJSON comes back as what that gives', async () => {
      const key = freshKey();
      await cache.client.set(key, { toJSON: () => ({ plain: true }) });
      expect(await cache.client.get(key)).toEqual({ plain: true });
    });
  });

  test('text has flags 0, and no other type has the flags of another client', async () => {
    for (const [name, value] of values) {
      const key = freshKey();
      await cache.client.set(key, value);
      const flags = (await cache.client.getRaw(key))?.flags as number;
      if (typeof value === 'string') expect(flags, name).toBe(0);
      else expect(flags & FOREIGN_FLAGS, name).toBe(0);
    }
  });

  test('a number that can be counted is stored as its digits', async () => {
    const key = freshKey();
    await cache.client.set(key, 41);
    expect((await cache.client.getRaw(key))?.data.toString()).toBe('41');
    expect(await cache.client.incr(key)).toBe(42);
    expect(await cache.client.get(key)).toBe(42);
  });

  describe('what cannot be stored rejects with SERIALIZE and sends nothing:', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const refused: [string, unknown][] = [
      ['undefined', undefined],
      ['a function', () => 1],
      ['a symbol', Symbol('s')],
      ['an object that contains itself', cycle],
      [
        'an object whose toJSON throws',
        {
          toJSON: () => {
            throw new Error('secret');
          },
        },
      ],
      ['a bigint inside an object', { n: 1n }],
    ];

    test.each(refused)('%s', async (_name, value) => {
      const key = freshKey();
      await cache.client.set(key, 'stays');
      const errors = await failures([
        cache.client.set(key, value),
        cache.client.replace(key, value),
        cache.client.add(freshKey(), value),
      ]);
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'SERIALIZE', maybeApplied: false });
      }
      expect(await cache.client.get(key)).toBe('stays');
    });
  });

  describe('what cannot be decoded', () => {
    test('rejects with DECODE, names the key and can still be read raw', async () => {
      const key = freshKey();
      await cache.client.set(key, { valid: true });
      const { flags } = (await cache.client.getRaw(key)) as { flags: number };
      await cache.client.setRaw(key, '{"not valid', flags);
      const error = await failure(cache.client.get(key));
      expect(error).toMatchObject({ code: 'DECODE', key, operation: 'get' });
      expect(error.message).not.toContain('not valid');
      expect(await failure(cache.client.gets(key))).toMatchObject({ code: 'DECODE' });
      expect(await failure(cache.client.getAndTouch(key, 10))).toMatchObject({ code: 'DECODE' });
      expect((await cache.client.getRaw(key))?.data.toString()).toBe('{"not valid');
    });

    test('leaves the other operations of the turn alone', async () => {
      const [bad, ...good] = freshKeys(50) as [string, ...string[]];
      await raw(cache.server, `set ${bad} 4294967295 0 1\r\nx\r\n`);
      await cache.client.setMulti(pairs(good, (key) => key));
      const outcomes = await Promise.allSettled([bad, ...good].map((key) => cache.client.get(key)));
      expect(outcomes[0]?.status).toBe('rejected');
      expect(outcomes.slice(1)).toEqual(good.map((value) => ({ status: 'fulfilled', value })));
    });
  });

  describe('the other built-in serializers', () => {
    test('raw takes Buffers and gives Buffers', async () => {
      const client = openClient(cache.server.server, { ...options, serializer: serializers.raw });
      const key = freshKey();
      await client.set(key, Buffer.from([1, 2, 3]));
      expect(await client.get(key)).toEqual(Buffer.from([1, 2, 3]));
      await cache.client.set(key, 'text');
      expect(await client.get(key)).toEqual(Buffer.from('text'));
      expect(await failure(client.set(key, { not: 'bytes' }))).toMatchObject({ code: 'SERIALIZE' });
    });

    test('string takes strings and gives strings', async () => {
      const client = openClient(cache.server.server, {
        ...options,
        serializer: serializers.string,
      });
      const key = freshKey();
      await client.set(key, '東京');
      expect(await client.get(key)).toBe('東京');
      await raw(cache.server, `set ${key} 0 0 2\r\n42\r\n`);
      expect(await client.get(key)).toBe('42');
    });

    test('v8 keeps what structured clone keeps', async () => {
      const client = openClient(cache.server.server, { ...options, serializer: serializers.v8 });
      const key = freshKey();
      const value = {
        map: new Map([[1, new Set(['a'])]]),
        date: new Date(0),
        big: 5n,
        nothing: undefined,
        text: /x/g,
      };
      await client.set(key, value);
      expect(await client.get(key)).toStrictEqual(value);
      await raw(cache.server, `set ${key} 0 0 3\r\nabc\r\n`);
      const outcome = await client.get(key).catch((error: unknown) => error);
      expect(outcome === 'abc' || (outcome as { code?: string }).code === 'DECODE').toBe(true);
      expect(await failure(client.set(key, () => 1))).toMatchObject({ code: 'SERIALIZE' });
    });

    test('json is the default', async () => {
      const client = openClient(cache.server.server, { ...options, serializer: serializers.json });
      const key = freshKey();
      await client.set(key, { a: 1 });
      expect(await cache.client.get(key)).toEqual({ a: 1 });
    });
  });
});
