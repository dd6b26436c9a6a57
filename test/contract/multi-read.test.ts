import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import {
  commandCounts,
  freshKey,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  pairs,
} from './helpers';

describe.each(variants)('reading many keys, $name', ({ options }) => {
  const cache = oneServer(options);

  async function stored(count: number): Promise<string[]> {
    const keys = freshKeys(count);
    await cache.client.setMulti(pairs(keys, (key) => `value of ${key}`));
    return keys;
  }

  describe('getMulti', () => {
    test('answers a Map of the hits and a list of what is missing', async () => {
      const [one, two] = (await stored(2)) as [string, string];
      const absent = freshKey();
      const result = await cache.client.getMulti([one, absent, two]);
      expect(result).toBeInstanceOf(Map);
      expect(new Map(result)).toEqual(
        new Map([
          [one, `value of ${one}`],
          [two, `value of ${two}`],
        ]),
      );
      expect(result.missing).toEqual([absent]);
      expect(result.errors).toEqual(new Map());
    });

    test('tells stored nulls and empty values from misses', async () => {
      const [nothing, empty, absent] = freshKeys(3) as [string, string, string];
      await cache.client.set(nothing, null);
      await cache.client.set(empty, '');
      const result = await cache.client.getMulti([nothing, empty, absent]);
      expect(new Map(result)).toEqual(
        new Map([
          [nothing, null],
          [empty, ''],
        ]),
      );
      expect(result.missing).toEqual([absent]);
    });

    test('answers an empty result for no keys, and asks nothing', async () => {
      const before = await commandCounts(cache);
      const result = await cache.client.getMulti([]);
      expect(result.size).toBe(0);
      expect(result.missing).toEqual([]);
      expect(result.errors.size).toBe(0);
      expect(await commandCounts(cache)).toEqual(before);
    });

    test('answers a key once that was asked several times', async () => {
      const [present] = (await stored(1)) as [string];
      const absent = freshKey();
      const result = await cache.client.getMulti([present, absent, present, absent, present]);
      expect([...result]).toEqual([[present, `value of ${present}`]]);
      expect(result.missing).toEqual([absent]);
    });

    test('answers a key once that was asked as text and as several Buffers', async () => {
      const [present] = (await stored(1)) as [string];
      const absent = freshKey();
      const asked = [present, absent].flatMap((key) => [Buffer.from(key), key, Buffer.from(key)]);
      const result = await cache.client.getMulti(asked);
      expect([...result]).toEqual([[present, `value of ${present}`]]);
      expect(result.missing).toEqual([absent]);
      const absentBytes = [1, 2].map(() => Buffer.from('fc41', 'hex'));
      expect((await cache.client.getMulti(absentBytes)).missing).toEqual(['0xfc41']);
    });

    test('answers 10,000 keys, every other one missing', async () => {
      const keys = await stored(5000);
      const absent = freshKeys(5000);
      const asked = keys.flatMap((key, index) => [key, absent[index] as string]);
      const result = await cache.client.getMulti(asked);
      expect(result.size).toBe(5000);
      expect(keys.every((key) => result.get(key) === `value of ${key}`)).toBe(true);
      expect(new Set(result.missing)).toEqual(new Set(absent));
      expect(result.errors.size).toBe(0);
    });

    test('answers a thousand keys of 250 bytes', async () => {
      const keys = freshKeys(1000, 'long').map((key) => key.padEnd(250, '.'));
      const absent = freshKeys(1000, 'none').map((key) => key.padEnd(250, '.'));
      await cache.client.setMulti(pairs(keys, (key) => key));
      const result = await cache.client.getMulti([...keys, ...absent]);
      expect(keys.every((key) => result.get(key) === key)).toBe(true);
      expect(result.missing).toHaveLength(1000);
    });

    test('answers many large values', async () => {
      const keys = freshKeys(100);
      const values = keys.map((key) => `${key}:`.padEnd(100_000, key));
      await Promise.all(keys.map((key, index) => cache.client.set(key, values[index])));
      const result = await cache.client.getMulti(keys);
      expect(keys.every((key, index) => result.get(key) === values[index])).toBe(true);
      await cache.client.deleteMulti(keys);
    });

    test('puts the prefix of the call before every key and takes it off the results', async () => {
      const [one, two] = freshKeys(2) as [string, string];
      await cache.client.set(`user:${one}`, 'prefixed');
      await cache.client.set(two, 'not prefixed');
      const result = await cache.client.getMulti([one, two], { prefix: 'user:' });
      expect(new Map(result)).toEqual(new Map([[one, 'prefixed']]));
      expect(result.missing).toEqual([two]);
    });

    test('takes keys as bytes, from any iterable, and names them as text', async () => {
      const [one, two] = (await stored(2)) as [string, string];
      function* keys(): Generator<string | Buffer> {
        yield Buffer.from(one);
        yield two;
        yield Buffer.from('größe');
      }
      const result = await cache.client.getMulti(keys());
      expect(new Map(result)).toEqual(
        new Map([
          [one, `value of ${one}`],
          [two, `value of ${two}`],
        ]),
      );
      expect(result.missing).toEqual(['größe']);
      expect((await cache.client.getMulti(new Set([one, two]))).size).toBe(2);
    });

    test('names keys that are no text in hexadecimal, as errors do', async () => {
      const [one, two, absent] = ['ff41', 'fe41', 'fd41'].map((hex) => Buffer.from(hex, 'hex'));
      await cache.client.set(one as Buffer, 'one');
      await cache.client.set(two as Buffer, 'two');
      const keys = [one, two, absent, Buffer.from('ff20', 'hex')] as Buffer[];
      const result = await cache.client.getMulti(keys);
      expect([...result]).toEqual([
        ['0xff41', 'one'],
        ['0xfe41', 'two'],
      ]);
      expect(result.missing).toEqual(['0xfd41']);
      expect([...result.errors.keys()]).toEqual(['0xff20']);
      expect(result.errors.get('0xff20')?.key).toBe('0xff20');
      const removed = await cache.client.deleteMulti(keys);
      expect(removed).toMatchObject({ applied: ['0xff41', '0xfe41'], refused: ['0xfd41'] });
    });

    test('serves calls of one turn separately, also when they share keys', async () => {
      const keys = await stored(30);
      const calls = keys.map((_key, start) => cache.client.getMulti(keys.slice(start)));
      const sizes = (await Promise.all(calls)).map((result) => result.size);
      expect(sizes).toEqual(keys.map((_key, start) => keys.length - start));
    });

    test('reads where groupKey routes', async () => {
      const servers = [cache.server, await ownServer(), await ownServer()];
      const client = openClient(
        servers.map(({ server }) => server),
        options,
      );
      const keys = freshKeys(20);
      await client.setMulti(
        pairs(keys, (key) => key),
        { groupKey: 'group' },
      );
      expect((await client.getMulti(keys, { groupKey: 'group' })).size).toBe(20);
      expect((await client.getMulti(keys)).missing.length).toBeGreaterThan(0);
    });
  });

  describe('one key that fails', () => {
    test('an invalid key is an error of its own and leaves the others alone', async () => {
      const [one, two] = (await stored(2)) as [string, string];
      const result = await cache.client.getMulti([one, 'not a key', two]);
      expect([...result.keys()].sort()).toEqual([one, two].sort());
      expect(result.missing).toEqual([]);
      expect([...result.errors.keys()]).toEqual(['not a key']);
      expect(result.errors.get('not a key')).toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    test('a value that cannot be decoded is an error of its own and leaves the others alone', async () => {
      const [one, two] = (await stored(2)) as [string, string];
      const broken = freshKey();
      await raw(cache.server, `set ${broken} 4294967295 0 3\r\n{"a\r\n`);
      const result = await cache.client.getMulti([one, broken, two]);
      expect([...result.keys()].sort()).toEqual([one, two].sort());
      expect(result.missing).toEqual([]);
      expect(result.errors.get(broken)).toMatchObject({ code: 'DECODE', key: broken });
    });
  });

  describe('getsMulti', () => {
    test('answers value and token of each hit', async () => {
      const [one, two] = (await stored(2)) as [string, string];
      const absent = freshKey();
      const result = await cache.client.getsMulti([one, two, absent]);
      expect(result.get(one)).toEqual({ value: `value of ${one}`, cas: expect.any(BigInt) });
      expect(result.get(one)).toEqual(await cache.client.gets(one));
      expect(result.get(two)).toEqual(await cache.client.gets(two));
      expect(result.missing).toEqual([absent]);
      expect(result.errors.size).toBe(0);
    });
  });
});
