import { CacheMiss, MemcachedError } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { expectTtl, failure, freshKey, oneServer, openClient, ownServer } from './helpers';

describe.each(variants)('compare and set, $name', ({ options }) => {
  const cache = oneServer(options);

  async function tokenOf(key: string): Promise<bigint> {
    return (await cache.client.gets(key))?.cas as bigint;
  }

  describe('cas', () => {
    test('stores when nobody has written since the token was read', async () => {
      const key = freshKey();
      await cache.client.set(key, 'old');
      expect(await cache.client.cas(key, 'new', await tokenOf(key))).toBe('stored');
      expect(await cache.client.get(key)).toBe('new');
    });

    test("answers 'exists' and stores nothing when somebody has", async () => {
      const key = freshKey();
      await cache.client.set(key, 'old');
      const token = await tokenOf(key);
      await cache.client.set(key, 'newer');
      expect(await cache.client.cas(key, 'mine', token)).toBe('exists');
      expect(await cache.client.get(key)).toBe('newer');
    });

    test("answers 'notFound' when the key is gone", async () => {
      const key = freshKey();
      await cache.client.set(key, 'old');
      const token = await tokenOf(key);
      await cache.client.delete(key);
      expect(await cache.client.cas(key, 'new', token)).toBe('notFound');
      expect(await cache.client.has(key)).toBe(false);
    });

    test('takes the tokens of getRaw and getsMulti as well', async () => {
      const key = freshKey();
      await cache.client.set(key, 1);
      const raw = await cache.client.getRaw(key);
      expect(await cache.client.cas(key, 2, raw?.cas as bigint)).toBe('stored');
      const multi = await cache.client.getsMulti([key]);
      expect(await cache.client.cas(key, 3, multi.get(key)?.cas as bigint)).toBe('stored');
      expect(await cache.client.get(key)).toBe(3);
    });

    test('lets one of many writers with the same token win', async () => {
      const key = freshKey();
      await cache.client.set(key, 'start');
      const token = await tokenOf(key);
      const writers = Array.from({ length: 20 }, (_, index) => cache.client.cas(key, index, token));
      const answers = await Promise.all(writers);
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'exists')).toHaveLength(19);
      expect(await cache.client.get(key)).toBe(answers.indexOf('stored'));
    });

    test('takes a token that no server has given yet', async () => {
      const key = freshKey();
      await cache.client.set(key, 'value');
      expect(await cache.client.cas(key, 'new', 10n ** 19n - 1n)).toBe('exists');
      expect(await cache.client.get(key)).toBe('value');
    });

    test('stores nothing for the largest token either, whether it can send it or not', async () => {
      const key = freshKey();
      await cache.client.set(key, 'value');
      const answer = await cache.client
        .cas(key, 'new', 2n ** 64n - 1n)
        .catch((error) => error.code);
      expect(['exists', 'UNSUPPORTED']).toContain(answer);
      expect(await cache.client.get(key)).toBe('value');
    });
  });

  describe('update', () => {
    test('gives the current value to the function and stores what it returns', async () => {
      const key = freshKey();
      await cache.client.set(key, { visits: 1 });
      const stored = await cache.client.update(key, (current) => ({
        visits: (current as { visits: number }).visits + 1,
      }));
      expect(stored).toEqual({ visits: 2 });
      expect(await cache.client.get(key)).toEqual({ visits: 2 });
    });

    test('gives undefined on a miss and adds what it returns', async () => {
      const key = freshKey();
      const given: unknown[] = [];
      const stored = await cache.client.update(key, (current) => {
        given.push(current);
        return 'first';
      });
      expect(given).toEqual([undefined]);
      expect(stored).toBe('first');
      expect(await cache.client.get(key)).toBe('first');
    });

    test('gives null for a stored null', async () => {
      const key = freshKey();
      await cache.client.set(key, null);
      expect(await cache.client.update(key, (current) => [current])).toEqual([null]);
    });

    test('replaces an item that the deserializer calls a miss', async () => {
      const key = freshKey();
      const versioned = openClient(cache.server.server, {
        ...options,
        serializer: {
          serialize: (value) => ({ data: String(value), flags: 2 }),
          deserialize(data, flags) {
            if (flags !== 2) throw new CacheMiss();
            return Number(data);
          },
        },
      });
      await cache.client.set(key, 'of an older version');
      const given: unknown[] = [];
      const count = (current: number | undefined) => {
        given.push(current);
        return (current ?? 0) + 1;
      };
      expect(await versioned.update(key, count)).toBe(1);
      expect(await versioned.update(key, count)).toBe(2);
      expect(given).toEqual([undefined, 1]);
    });

    test('leaves the item alone when the function returns undefined', async () => {
      const [present, absent] = [freshKey(), freshKey()];
      await cache.client.set(present, 'stays');
      const token = await tokenOf(present);
      await cache.client.update(present, () => undefined);
      await cache.client.update(absent, () => undefined);
      expect(await tokenOf(present)).toBe(token);
      expect(await cache.client.has(absent)).toBe(false);
    });

    test('loses no update of many at once, on a key that is not there yet', async () => {
      const key = freshKey();
      const other = openClient(cache.server.server, { ...options, shared: false });
      const updates = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? cache.client : other).update(key, (n) => ((n as number | undefined) ?? 0) + 1),
      );
      const stored = await Promise.all(updates);
      expect([...stored].sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      expect(await cache.client.get(key)).toBe(20);
    });

    test('calls the function again with the newer value when another writer came between', async () => {
      const key = freshKey();
      await cache.client.set(key, ['a']);
      let calls = 0;
      await cache.client.update(key, async (current) => {
        calls += 1;
        if (calls === 1) await cache.client.set(key, ['a', 'b']);
        return [...(current as string[]), 'c'];
      });
      expect(calls).toBe(2);
      expect(await cache.client.get(key)).toEqual(['a', 'b', 'c']);
    });

    test('rejects with what the function throws and leaves the item', async () => {
      const key = freshKey();
      await cache.client.set(key, 'stays');
      const mistake = new Error('in the function');
      const update = cache.client.update(key, () => {
        throw mistake;
      });
      await expect(update).rejects.toSatisfy(
        (error: Error) => error === mistake || error.cause === mistake,
      );
      expect(await cache.client.get(key)).toBe('stays');
    });

    test('rejects with the very error of the function, whose operation and key stay as they are', async () => {
      const thrown = [
        new MemcachedError('DECODE', 'of the caller', { operation: 'mine', key: 'other' }),
        Object.freeze(new MemcachedError('DECODE', 'frozen')),
        Object.freeze(new Error('frozen')),
        undefined,
      ];
      for (const mistake of thrown) {
        const call = cache.client.update(freshKey(), () => {
          throw mistake;
        });
        await expect(call).rejects.toBe(mistake);
      }
      expect(thrown[0]).toMatchObject({ operation: 'mine', key: 'other' });
    });

    test('is UNSUPPORTED where the server keeps no tokens, and stores nothing', async () => {
      const server = await ownServer({ args: ['-C'] });
      const client = openClient(server.server, options);
      const key = freshKey();
      await client.set(key, 'stays');
      const change = vi.fn(() => 'changed');
      expect(await failure(client.update(key, change))).toMatchObject({
        code: 'UNSUPPORTED',
        operation: 'update',
        key,
        maybeApplied: false,
      });
      expect(change).not.toHaveBeenCalled();
      expect(await client.get(key)).toBe('stays');
    });

    test('takes a ttl', async () => {
      const key = freshKey();
      await cache.client.update(key, () => 'added', { ttl: 300 });
      await expectTtl(cache.server, key, 300);
      await cache.client.update(key, () => 'changed', 600);
      await expectTtl(cache.server, key, 600);
    });
  });
});
