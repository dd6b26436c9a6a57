import { expect } from 'vitest';
import { failure, freshKey, freshKeys, pairs } from '../helpers';
import { type BadInput, each } from './row';

export const batches: BadInput[] = [
  {
    name: 'B28 a multi-get of no key, one key, the same key twice and 100,000 keys',
    refused: each(
      { nothing: undefined, null: null, text: 'key', number: 5, object: { key: 1 } },
      (client, keys) => client.getMulti(keys as never),
    ),
    async also({ client }) {
      const key = freshKey();
      await client.set(key, 'value');
      expect((await client.getMulti([])).size).toBe(0);
      expect([...(await client.getMulti([key]))]).toEqual([[key, 'value']]);
      expect([...(await client.getMulti([key, key]))]).toEqual([[key, 'value']]);

      const many = Array.from({ length: 100_000 }, (_, n) => (n % 100 ? `absent-${n}` : key));
      const result = await client.getMulti(many);
      expect([...result]).toEqual([[key, 'value']]);
      expect(result.missing).toHaveLength(99_000);
      expect(result.errors.size).toBe(0);
    },
  },
  {
    name: 'B29 one bad key among good ones is the only one that fails',
    async also({ client }) {
      const good = freshKeys(10);
      const bad = ['', 'with space', 'k'.repeat(251), 'a\r\nb', '\ud800'];
      const mixed = good.flatMap((key, n) => (n < bad.length ? [key, bad[n] as string] : [key]));

      const written = await client.setMulti(pairs(mixed, () => 'value'));
      expect(written.applied).toEqual(good);
      expect(new Set(written.errors.keys())).toEqual(new Set(bad));

      const read = await client.getMulti(mixed);
      expect(new Set(read.keys())).toEqual(new Set(good));
      expect(read.missing).toEqual([]);
      expect(new Set(read.errors.keys())).toEqual(new Set(bad));

      const removed = await client.deleteMulti(mixed);
      expect(removed.applied).toEqual(good);
      expect(new Set(removed.errors.keys())).toEqual(new Set(bad));
      for (const { errors } of [written, read, removed]) {
        for (const error of errors.values()) expect(error.code).toBe('INVALID_ARGUMENT');
      }
    },
  },
  {
    name: 'B30 lists with holes, proxies, and lists that change while they are read',
    async also({ client }) {
      const [one, two] = freshKeys(2) as [string, string];
      await client.setMulti({ [one]: 1, [two]: 2 });

      const sparse = [one];
      sparse[2] = two;
      const holes = await client.getMulti(sparse).catch((error: unknown) => error);
      if (holes instanceof Error) expect(holes).toMatchObject({ code: 'INVALID_ARGUMENT' });
      else expect([...(holes as Map<string, unknown>).keys()].sort()).toEqual([one, two].sort());

      const proxy = new Proxy([one, two], {});
      expect((await client.getMulti(proxy)).size).toBe(2);

      const shrinking = [one, two, 'a', 'b', 'c'];
      Object.defineProperty(shrinking, 1, {
        get: () => {
          shrinking.length = 2;
          return two;
        },
      });
      const shrunk = await client.getMulti(shrinking);
      expect([...shrunk.keys()].sort()).toEqual([one, two].sort());

      const growing = { [one]: 'new' };
      Object.defineProperty(growing, two, {
        enumerable: true,
        get: () => {
          growing[freshKey()] = 'added while it was read';
          return 'also new';
        },
      });
      expect((await client.setMulti(growing)).applied).toEqual([one, two]);

      const mistake = new Error('in the list');
      const failing = {
        *[Symbol.iterator]() {
          yield one;
          throw mistake;
        },
      };
      const error = await failure(client.getMulti(failing as never));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', cause: mistake });
      expect(await client.get(one)).toBe('new');
    },
  },
];
