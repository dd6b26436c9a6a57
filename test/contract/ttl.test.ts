import type { Client } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { expectTtl, freshKey, oneServer, openClient, remainingTtl } from './helpers';

const DAY = 86_400;
const never = -1;

describe.each(variants)('ttl, $name', ({ options }) => {
  const cache = oneServer(options);

  /** Every method that writes with a TTL, as a call that leaves `key` stored. */
  const writes: [string, (client: Client, key: string, ttl?: number | Date) => Promise<unknown>][] =
    [
      ['set', (client, key, ttl) => client.set(key, 'v', ttl)],
      ['add', (client, key, ttl) => client.add(key, 'v', ttl)],
      ['setRaw', (client, key, ttl) => client.setRaw(key, 'v', 0, ttl)],
      [
        'replace',
        async (client, key, ttl) => {
          await client.set(key, 'old', 5000);
          await client.replace(key, 'v', ttl);
        },
      ],
      [
        'cas',
        async (client, key, ttl) => {
          await client.set(key, 'old', 5000);
          const item = await client.gets(key);
          await client.cas(key, 'v', item?.cas as bigint, ttl);
        },
      ],
      ['update', (client, key, ttl) => client.update(key, () => 'v', { ttl })],
      ['getOrSet', (client, key, ttl) => client.getOrSet(key, { ttl }, () => 'v')],
      ['setMulti', (client, key, ttl) => client.setMulti({ [key]: 'v' }, { ttl })],
      ['addMulti', (client, key, ttl) => client.addMulti({ [key]: 'v' }, { ttl })],
      ['incr with initial', (client, key, ttl) => client.incr(key, 1, { initial: 1, ttl })],
      ['decr with initial', (client, key, ttl) => client.decr(key, 1, { initial: 1, ttl })],
    ];

  describe.each(writes)('%s', (_method, write) => {
    test('takes seconds', async () => {
      const key = freshKey();
      await write(cache.client, key, 500);
      await expectTtl(cache.server, key, 500);
    });

    test('never expires without one', async () => {
      const key = freshKey();
      await write(cache.client, key);
      expect(await remainingTtl(cache.server, key)).toBe(never);
    });

    test("uses the client's default, which 0 overrides", async () => {
      const client = openClient(cache.server.server, { ...options, ttl: 900 });
      const [byDefault, forEver] = [freshKey(), freshKey()];
      await write(client, byDefault);
      await write(client, forEver, 0);
      await expectTtl(cache.server, byDefault, 900);
      expect(await remainingTtl(cache.server, forEver)).toBe(never);
    });

    test('takes a Date', async () => {
      const key = freshKey();
      await write(cache.client, key, new Date(Date.now() + 700_000));
      await expectTtl(cache.server, key, 700);
    });

    test.each([30 * DAY, 30 * DAY + 1, 365 * DAY])('takes %d s as a time from now', async (ttl) => {
      const key = freshKey();
      await write(cache.client, key, ttl);
      await expectTtl(cache.server, key, ttl);
    });
  });

  describe('a bare number in place of options is the ttl', () => {
    test('of set, add, replace and setRaw', async () => {
      const key = freshKey();
      await cache.client.add(key, 'v', 100);
      await expectTtl(cache.server, key, 100);
      await cache.client.replace(key, 'v', 200);
      await expectTtl(cache.server, key, 200);
      await cache.client.set(key, 'v', 300);
      await expectTtl(cache.server, key, 300);
      await cache.client.setRaw(key, 'v', 0, 400);
      await expectTtl(cache.server, key, 400);
    });

    test('of cas, getOrSet and setMulti', async () => {
      const [key, loaded, multi] = [freshKey(), freshKey(), freshKey()];
      await cache.client.set(key, 'v');
      await cache.client.cas(key, 'w', (await cache.client.gets(key))?.cas as bigint, 100);
      await cache.client.getOrSet(loaded, 200, () => 'v');
      await cache.client.setMulti({ [multi]: 'v' }, 300);
      await expectTtl(cache.server, key, 100);
      await expectTtl(cache.server, loaded, 200);
      await expectTtl(cache.server, multi, 300);
    });
  });

  describe('touch', () => {
    test('changes the ttl and leaves the value', async () => {
      const key = freshKey();
      await cache.client.set(key, 'value', 100);
      expect(await cache.client.touch(key, 600)).toBe(true);
      await expectTtl(cache.server, key, 600);
      expect(await cache.client.get(key)).toBe('value');
    });

    test('takes 0, a Date and more than 30 days', async () => {
      const key = freshKey();
      await cache.client.set(key, 'value', 100);
      await cache.client.touch(key, 0);
      expect(await remainingTtl(cache.server, key)).toBe(never);
      await cache.client.touch(key, new Date(Date.now() + 400_000));
      await expectTtl(cache.server, key, 400);
      await cache.client.touch(key, 60 * DAY);
      await expectTtl(cache.server, key, 60 * DAY);
    });

    test('answers false for a key that is not there', async () => {
      expect(await cache.client.touch(freshKey(), 10)).toBe(false);
    });
  });

  describe('getAndTouch', () => {
    test('answers the value and gives it a new ttl', async () => {
      const key = freshKey();
      await cache.client.set(key, { n: 1 }, 100);
      expect(await cache.client.getAndTouch(key, 800)).toEqual({ n: 1 });
      await expectTtl(cache.server, key, 800);
    });

    test('answers undefined for a miss and null for a stored null', async () => {
      const key = freshKey();
      expect(await cache.client.getAndTouch(key, 10)).toBeUndefined();
      await cache.client.set(key, null);
      expect(await cache.client.getAndTouch(key, 10)).toBeNull();
    });
  });

  test('an item is gone when its ttl is over', async () => {
    const key = freshKey();
    await cache.client.set(key, 'soon gone', 1);
    await vi.waitFor(async () => expect(await cache.client.get(key)).toBeUndefined(), 10_000);
  });

  test('an item is gone when its Date has come', async () => {
    const key = freshKey();
    await cache.client.set(key, 'soon gone', new Date(Date.now() + 1000));
    await vi.waitFor(async () => expect(await cache.client.get(key)).toBeUndefined(), 10_000);
  });

  test('append, prepend, incr and decr leave the ttl of the item', async () => {
    const [text, counter] = [freshKey(), freshKey()];
    await cache.client.set(text, 'b', 500);
    await cache.client.set(counter, '5', 500);
    await cache.client.append(text, 'c');
    await cache.client.prepend(text, 'a');
    await cache.client.incr(counter, 2, { initial: 1, ttl: 50 });
    await cache.client.decr(counter, 1, { initial: 1, ttl: 50 });
    await expectTtl(cache.server, text, 500);
    await expectTtl(cache.server, counter, 500);
  });
});
