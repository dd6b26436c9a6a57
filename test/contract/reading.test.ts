import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { freshKey, freshKeys, oneServer } from './helpers';

describe.each(variants)('reading, $name', ({ options }) => {
  const cache = oneServer(options);

  describe('get', () => {
    test('answers the value that was set', async () => {
      const key = freshKey();
      await cache.client.set(key, { name: 'Ada', born: 1815 });
      expect(await cache.client.get(key)).toEqual({ name: 'Ada', born: 1815 });
    });

    test('answers undefined for a key that is not there', async () => {
      expect(await cache.client.get(freshKey())).toBeUndefined();
    });

    test('answers null for a stored null', async () => {
      const key = freshKey();
      await cache.client.set(key, null);
      expect(await cache.client.get(key)).toBeNull();
    });

    test.each([
      ['string', ''],
      ['Buffer', Buffer.alloc(0)],
    ])('answers an empty %s as itself, not as a miss', async (_type, empty) => {
      const key = freshKey();
      await cache.client.set(key, empty);
      expect(await cache.client.get(key)).toEqual(empty);
    });

    test('reads text that another client stored with flags 0', async () => {
      const key = freshKey();
      await raw(cache.server, `set ${key} 0 0 5\r\nhello\r\n`);
      expect(await cache.client.get(key)).toBe('hello');
    });

    test('takes a key as a string or as its bytes', async () => {
      const key = freshKey('größe');
      await cache.client.set(key, 1);
      expect(await cache.client.get(Buffer.from(key))).toBe(1);
      await cache.client.set(Buffer.from(key), 2);
      expect(await cache.client.get(key)).toBe(2);
    });

    test('reads a thousand keys asked in one turn, each with its own value', async () => {
      const keys = freshKeys(1000);
      await Promise.all(keys.map((key) => cache.client.set(key, `value of ${key}`)));
      const values = await Promise.all(keys.map((key) => cache.client.get(key)));
      expect(values).toEqual(keys.map((key) => `value of ${key}`));
    });

    test('mixes hits and misses of one turn without confusing them', async () => {
      const keys = freshKeys(200);
      const present = keys.filter((_key, index) => index % 3 === 0);
      await Promise.all(present.map((key) => cache.client.set(key, key)));
      const values = await Promise.all(keys.map((key) => cache.client.get(key)));
      expect(values).toEqual(keys.map((key, index) => (index % 3 === 0 ? key : undefined)));
    });

    test('gives every caller a value of its own, also when both ask for one key at once', async () => {
      const key = freshKey();
      await cache.client.set(key, Buffer.from('shared'));
      const [one, other] = await Promise.all([cache.client.get(key), cache.client.get(key)]);
      (one as Buffer).fill(0);
      expect(String(other)).toBe('shared');
      expect(String(await cache.client.get(key))).toBe('shared');
    });

    test('reads a value of almost one mebibyte back byte for byte', async () => {
      const key = freshKey();
      const value = Buffer.from(
        Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) ^ (i >> 8)),
      );
      await cache.client.set(key, value);
      expect(value.equals((await cache.client.get(key)) as Buffer)).toBe(true);
    });

    test('reads bytes that look like protocol text', async () => {
      const key = freshKey();
      const value = Buffer.from('END\r\nVALUE x 0 1\r\n\0\r\nSERVER_ERROR\r\n');
      await cache.client.set(key, value);
      expect(await cache.client.get(key)).toEqual(value);
    });
  });

  describe('gets', () => {
    test('answers the value with a token that every write changes', async () => {
      const key = freshKey();
      await cache.client.set(key, 'first');
      const first = await cache.client.gets(key);
      expect(first).toEqual({ value: 'first', cas: expect.any(BigInt) });
      expect((await cache.client.gets(key))?.cas).toBe(first?.cas);

      await cache.client.set(key, 'second');
      const second = await cache.client.gets(key);
      expect(second?.value).toBe('second');
      expect(second?.cas).not.toBe(first?.cas);
    });

    test('tells a stored null from a miss', async () => {
      const key = freshKey();
      expect(await cache.client.gets(key)).toBeUndefined();
      await cache.client.set(key, null);
      expect(await cache.client.gets(key)).toMatchObject({ value: null });
    });
  });

  describe('getRaw', () => {
    test('answers bytes, flags and token as they are stored', async () => {
      const key = freshKey();
      await raw(cache.server, `set ${key} 4294967295 0 3\r\n{"a\r\n`);
      const [, cas] = /^HD c(\d+)/.exec(await raw(cache.server, `mg ${key} c\r\n`)) ?? [];
      expect(await cache.client.getRaw(key)).toEqual({
        data: Buffer.from('{"a'),
        flags: 4294967295,
        cas: BigInt(cas as string),
      });
    });

    test('answers an empty Buffer for an empty item and undefined for none', async () => {
      const key = freshKey();
      expect(await cache.client.getRaw(key)).toBeUndefined();
      await raw(cache.server, `set ${key} 7 0 0\r\n\r\n`);
      expect(await cache.client.getRaw(key)).toMatchObject({ data: Buffer.alloc(0), flags: 7 });
    });
  });

  test('get, gets, getRaw and has of one key in one turn each answer in their own way', async () => {
    const [present, absent] = freshKeys(2) as [string, string];
    await cache.client.set(present, 'value');
    const ask = (key: string): Promise<unknown[]> =>
      Promise.all([
        cache.client.get(key),
        cache.client.gets(key),
        cache.client.has(key),
        cache.client.getRaw(key),
        cache.client.getMulti([key]).then(({ size }) => size),
        cache.client.get(key),
      ]);
    const [hits, misses] = await Promise.all([ask(present), ask(absent)]);
    const cas = expect.any(BigInt);
    expect(hits).toEqual([
      'value',
      { value: 'value', cas },
      true,
      { data: Buffer.from('value'), flags: 0, cas },
      1,
      'value',
    ]);
    expect(misses).toEqual([undefined, undefined, false, undefined, 0, undefined]);
  });

  describe('has', () => {
    test('answers whether the key is there', async () => {
      const key = freshKey();
      expect(await cache.client.has(key)).toBe(false);
      await cache.client.set(key, null);
      expect(await cache.client.has(key)).toBe(true);
      await cache.client.delete(key);
      expect(await cache.client.has(key)).toBe(false);
    });

    test('answers true for an item that cannot be decoded', async () => {
      const key = freshKey();
      await raw(cache.server, `set ${key} 4294967295 0 3\r\n{"a\r\n`);
      expect(await cache.client.has(key)).toBe(true);
    });

    test('leaves the expiry of the item alone', async () => {
      const key = freshKey();
      await cache.client.set(key, 'value', 1000);
      await cache.client.has(key);
      expect(await raw(cache.server, `mg ${key} t\r\n`)).toMatch(/^HD t(9\d\d|1000)\r\n/);
    });
  });
});
