import type { Client, ClientOptions } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { failure, freshKey, freshKeys, openClient, serversFor, storedItem } from './helpers';

describe.each(variants)('prefixes and namespaces, $name', ({ options }) => {
  const cluster = serversFor(options, 3);

  function open(more: ClientOptions): Client {
    return openClient(cluster.names, { ...options, ...more });
  }

  async function isStored(key: string): Promise<boolean> {
    const items = await Promise.all(cluster.servers.map((server) => storedItem(server, key)));
    return items.some((item) => item !== undefined);
  }

  describe('prefix', () => {
    test('is put before every key and hashed with it', async () => {
      const client = open({ prefix: 'app:' });
      for (const key of freshKeys(20)) {
        await client.set(key, 'value');
        expect(await isStored(`app:${key}`)).toBe(true);
        expect(await isStored(key)).toBe(false);
        expect(client.locate(key)).toEqual(cluster.client.locate(`app:${key}`));
        expect(await cluster.client.get(`app:${key}`)).toBe('value');
      }
    });

    test('is taken off results', async () => {
      const client = open({ prefix: 'app:' });
      const [present, absent] = freshKeys(2) as [string, string];
      expect((await client.setMulti({ [present]: 1 })).applied).toEqual([present]);
      const result = await client.getMulti([present, absent]);
      expect([...result.keys()]).toEqual([present]);
      expect(result.missing).toEqual([absent]);
      for await (const [key] of client.getMultiStream([present])) expect(key).toBe(present);
    });

    test('counts towards the 250 bytes of a key', async () => {
      const client = open({ prefix: 'p'.repeat(100) });
      expect(await client.set('k'.repeat(150), 'fits')).toBe(true);
      expect(await failure(client.set('k'.repeat(151), 'does not'))).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });

    test('of a call comes after that of the client', async () => {
      const client = open({ prefix: 'app:' });
      const key = freshKey();
      await client.set(key, 'value', { prefix: 'user:' });
      expect(await isStored(`app:user:${key}`)).toBe(true);
      expect(await client.get(key, { prefix: 'user:' })).toBe('value');
      expect(await client.get(key)).toBeUndefined();
    });
  });

  describe('withPrefix', () => {
    test('is a view on the same client, and views nest', async () => {
      const client = open({ prefix: 'a:' });
      const view = client.withPrefix('b:').withPrefix('c:');
      const key = freshKey();
      await view.set(key, 'value', { prefix: 'd:' });
      expect(await isStored(`a:b:c:d:${key}`)).toBe(true);
      expect(await client.get(`b:c:d:${key}`)).toBe('value');
      const result = await view.getMulti([key], { prefix: 'd:' });
      expect([...result]).toEqual([[key, 'value']]);
    });

    test('does not change the client it came from', async () => {
      const client = open({});
      const key = freshKey();
      client.withPrefix('view:');
      await client.set(key, 'value');
      expect(await isStored(key)).toBe(true);
    });

    test('keeps the defaults of the client', async () => {
      const client = open({ ttl: 1000, maxValueSize: 10 });
      const view = client.withPrefix('view:');
      expect(await failure(view.set('k', 'more than ten bytes'))).toMatchObject({
        code: 'TOO_LARGE',
      });
    });
  });

  describe('namespace', () => {
    test('is sent but not hashed', async () => {
      const client = open({ namespace: 'ns.' });
      for (const key of freshKeys(20)) {
        await client.set(key, 'value');
        expect(await isStored(`ns.${key}`)).toBe(true);
        expect(await isStored(key)).toBe(false);
        expect(client.locate(key)).toEqual(cluster.client.locate(key));
        expect(await client.get(key)).toBe('value');
      }
    });

    test('is hashed with hashWithNamespace', () => {
      const client = open({ namespace: 'ns.', hashWithNamespace: true });
      for (const key of freshKeys(30))
        expect(client.locate(key)).toEqual(cluster.client.locate(`ns.${key}`));
    });

    test('is taken off results', async () => {
      const client = open({ namespace: 'ns.' });
      const [present, absent] = freshKeys(2) as [string, string];
      await client.setMulti({ [present]: 1 });
      const result = await client.getMulti([present, absent]);
      expect([...result]).toEqual([[present, 1]]);
      expect(result.missing).toEqual([absent]);
    });

    test('comes before the prefix', async () => {
      const client = open({ namespace: 'ns.', prefix: 'app:' });
      const key = freshKey();
      await client.set(key, 'value');
      expect(await isStored(`ns.app:${key}`)).toBe(true);
      expect(client.locate(key)).toEqual(cluster.client.locate(`app:${key}`));
    });

    test('serves every method', async () => {
      const client = open({ namespace: 'ns.' });
      const [key, counter] = freshKeys(2) as [string, string];
      expect(await client.add(key, 'b')).toBe(true);
      expect(await client.append(key, 'c')).toBe(true);
      expect(await client.cas(key, 'd', (await client.gets(key))?.cas as bigint)).toBe('stored');
      expect(await client.touch(key, 100)).toBe(true);
      expect(await client.incr(counter, 1, { initial: 7 })).toBe(7);
      expect(await client.incr(counter)).toBe(8);
      expect(await isStored(`ns.${counter}`)).toBe(true);
      expect(await client.delete(key)).toBe(true);
      expect(await isStored(`ns.${key}`)).toBe(false);
    });

    test('counts towards the 250 bytes of a key, and spoils no other key of the turn', async () => {
      const client = open({ namespace: 'n'.repeat(100) });
      const key = freshKey();
      const long = client.set('k'.repeat(151), 'does not fit');
      const outcomes = await Promise.allSettled([
        client.set(key, 'fits'),
        long,
        client.set('k'.repeat(150), 'fits'),
        client.getMulti([key, 'k'.repeat(151), 'k'.repeat(150)]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect(await failure(long)).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(await client.get(key)).toBe('fits');
    });
  });
});
