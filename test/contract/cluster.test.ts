import { Client, type ClientOptions } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import {
  failure,
  freshKey,
  freshKeys,
  openClient,
  pairs,
  patient,
  serversFor,
  storedItem,
  whileStopped,
} from './helpers';

describe.each(variants)('a cluster of three servers, $name', ({ options }) => {
  const cluster = serversFor(options, 3);

  /** The servers that hold the key, read from each of them directly. */
  async function holders(key: string): Promise<string[]> {
    const items = await Promise.all(cluster.servers.map((server) => storedItem(server, key)));
    return cluster.names.filter((_name, index) => items[index] !== undefined);
  }

  describe('locate', () => {
    test('names the one server that holds the key', async () => {
      const keys = freshKeys(60);
      await cluster.client.setMulti(pairs(keys, () => 'value'));
      for (const key of keys)
        expect(await holders(key)).toEqual([cluster.client.locate(key).server]);
    });

    test('tells server, host, port, path, index and weight', () => {
      const place = cluster.client.locate(freshKey());
      const index = cluster.names.indexOf(place.server);
      expect(place).toMatchObject({
        server: cluster.names[index],
        host: '127.0.0.1',
        port: cluster.servers[index]?.port,
        index,
        weight: 1,
      });
      expect(place.path ?? null).toBeNull();
    });

    test('spreads 3,000 keys over all servers', () => {
      const counts = new Map(cluster.names.map((name) => [name, 0]));
      for (let n = 0; n < 3000; n += 1) {
        const { server } = cluster.client.locate(`spread-${n}`);
        counts.set(server, (counts.get(server) as number) + 1);
      }
      for (const count of counts.values()) expect(count).toBeGreaterThan(500);
    });

    test('gives a heavier server more keys', () => {
      const weighted = openClient(
        cluster.names.map((name, index) => `${name}:${index === 0 ? 8 : 1}`),
        options,
      );
      const keys = Array.from({ length: 3000 }, (_, n) => `weighted-${n}`);
      const heavy = keys.filter((key) => weighted.locate(key).index === 0).length;
      expect(heavy).toBeGreaterThan(2000);
      expect(
        weighted.locate(keys.find((key) => weighted.locate(key).index === 0) as string).weight,
      ).toBe(8);
    });

    test('moves few keys when a server joins a consistent ring, most of them under modula', () => {
      const keys = Array.from({ length: 2000 }, (_, n) => `join-${n}`);
      const moved = (choice: object): number => {
        const before = openClient(cluster.names.slice(0, 2), { ...options, ...choice });
        const after = openClient(cluster.names, { ...options, ...choice });
        return keys.filter((key) => before.locate(key).server !== after.locate(key).server).length;
      };
      expect(moved({})).toBeLessThan(1000);
      expect(moved({ distribution: 'modula' })).toBeGreaterThan(1000);
    });
  });

  describe('hash', () => {
    test('is an unsigned 32-bit number for every algorithm the library has', () => {
      const algorithms = 'default md5 crc fnv1_64 fnv1a_64 fnv1_32 fnv1a_32 murmur murmur3 jenkins';
      for (const algorithm of algorithms.split(' ')) {
        const hash = cluster.client.hash('some-key', algorithm as 'md5');
        expect(Number.isInteger(hash), algorithm).toBe(true);
        expect(hash, algorithm).toBeGreaterThanOrEqual(0);
        expect(hash, algorithm).toBeLessThan(2 ** 32);
      }
    });

    test('of md5 is the first four bytes of the digest, little-endian', () => {
      expect(cluster.client.hash('hello', 'md5')).toBe(
        Buffer.from('5d41402a', 'hex').readUInt32LE(),
      );
    });

    test('without an algorithm is what the ring puts keys through', () => {
      const hashOf = (options: ClientOptions) => {
        const client = new Client('127.0.0.1', options);
        return [client.hash('hello'), client.hash('hello', options.hash ?? 'md5')];
      };
      const [plain, crc] = hashOf({ hash: 'crc' });
      expect(plain).toBe(crc);
      // KETAMA_WEIGHTED is set behind the hash, and takes its place.
      const [weighted, own] = hashOf({ hash: 'crc', ketama: 'weighted' });
      expect(weighted).not.toBe(own);
      expect(weighted).toBe(cluster.client.hash('hello', 'md5'));
    });
  });

  describe('groupKey', () => {
    test('puts different keys on one server', async () => {
      const keys = freshKeys(30);
      await Promise.all(keys.map((key) => cluster.client.set(key, key, { groupKey: 'user:7' })));
      const { server } = cluster.client.locate('anything', { groupKey: 'user:7' });
      expect(server).toBe(cluster.client.locate('user:7').server);
      for (const key of keys) expect(await holders(key)).toEqual([server]);
    });

    test('is what it was at the call, also for the last of 5,000 entries', async () => {
      const keys = freshKeys(5000);
      const groups = freshKeys(50, 'group').filter((group, _, [first]) => {
        return group.length === first?.length;
      });
      const [first] = groups as [string];
      const home = cluster.client.locate(first).server;
      const elsewhere = groups.find((group) => cluster.client.locate(group).server !== home);
      const groupKey = Buffer.from(first);
      const written = cluster.client.setMulti(
        pairs(keys, () => 'value'),
        { groupKey },
      );
      groupKey.write(elsewhere as string);
      expect(await written).toMatchObject({ ok: true });
      const found = await cluster.client.getMulti(keys, { groupKey: first });
      expect(found.missing).toEqual([]);
      expect(found.size).toBe(5000);
    });

    test('is taken by every method of a key', async () => {
      const key = freshKey();
      const home = cluster.client.locate(key).server;
      const groupKey = freshKeys(50, 'group').find(
        (group) => cluster.client.locate(group).server !== home,
      ) as string;
      const by = { groupKey };
      expect(await cluster.client.add(key, 'b', by)).toBe(true);
      expect(await cluster.client.get(key)).toBeUndefined();
      expect(await cluster.client.get(key, by)).toBe('b');
      expect(await cluster.client.append(key, 'c', by)).toBe(true);
      expect(await cluster.client.prepend(key, 'a', by)).toBe(true);
      const item = await cluster.client.gets(key, by);
      expect(item?.value).toBe('abc');
      expect(await cluster.client.cas(key, '5', item?.cas as bigint, by)).toBe('stored');
      expect(await cluster.client.incr(key, 2, by)).toBe(7);
      expect(await cluster.client.decr(key, 1, by)).toBe(6);
      expect((await cluster.client.getRaw(key, by))?.data.toString()).toBe('6');
      expect(await cluster.client.touch(key, 50, by)).toBe(true);
      expect(await cluster.client.getAndTouch(key, 50, by)).toBeDefined();
      expect(await cluster.client.replace(key, 1, by)).toBe(true);
      expect(await cluster.client.setRaw(key, 'raw', 0, by)).toBe(true);
      expect(await cluster.client.update(key, (value) => `${String(value)}!`, by)).toBe('raw!');
      expect(await cluster.client.getOrSet(key, by, () => 'loaded')).toBe('raw!');
      expect(await cluster.client.has(key, by)).toBe(true);
      expect(await holders(key)).toEqual([cluster.client.locate(groupKey).server]);
      expect((await cluster.client.deleteMulti([key], by)).applied).toEqual([key]);
      expect(await cluster.client.delete(key, by)).toBe(false);
    });
  });

  describe('setServers', () => {
    test('sends later operations to the new servers', async () => {
      const moving = openClient(cluster.names[0], { ...options, shared: false });
      const key = freshKey();
      await moving.set(key, 'on the first');
      moving.setServers(cluster.names[1] as string);
      expect(moving.locate(key).server).toBe(cluster.names[1]);
      expect(await moving.get(key)).toBeUndefined();
      await moving.set(key, 'on the second');
      expect(await holders(key)).toEqual([cluster.names[0], cluster.names[1]]);
    });

    test('lets operations in flight finish on the old ones', async () => {
      const moving = openClient(cluster.names[0], { ...options, shared: false });
      const keys = freshKeys(300);
      const writes = keys.map((key) => moving.set(key, 'value'));
      moving.setServers([cluster.names[1] as string, cluster.names[2] as string]);
      expect(await Promise.all(writes)).toEqual(keys.map(() => true));
      for (const key of keys.slice(0, 20)) expect(await holders(key)).toEqual([cluster.names[0]]);
      expect((await moving.getMulti(keys)).missing).toHaveLength(300);
    });

    test('may be called again and again under load', async () => {
      const moving = openClient(cluster.names, { ...options, shared: false });
      const writes: Promise<boolean>[] = [];
      for (let round = 0; round < 20; round += 1) {
        moving.setServers(cluster.names.slice(round % 3));
        for (const key of freshKeys(20)) writes.push(moving.set(key, round));
        if (round % 4 === 0) await writes.at(-1);
      }
      expect((await Promise.all(writes)).every(Boolean)).toBe(true);
    });

    test('refuses a bad list and stays on the ring it has', async () => {
      const moving = openClient(cluster.names, options);
      const before = freshKeys(50).map((key) => [key, moving.locate(key).server] as const);
      for (const bad of [[], ['host:0'], [cluster.names[0], 'not a host:11211']]) {
        const attempt = async (): Promise<void> => moving.setServers(bad as string[]);
        expect(await failure(attempt())).toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
      for (const [key, server] of before) expect(moving.locate(key).server).toBe(server);
    });
  });

  describe('one server that does not answer', () => {
    test('fails only its own keys, and a multi-get answers the rest', async () => {
      const impatient = openClient(cluster.names, { ...options, timeout: 300, shared: false });
      const keys = freshKeys(90);
      await impatient.setMulti(
        pairs(keys, (key) => key),
        patient,
      );
      const [stopped] = cluster.servers as [MemcachedServer];
      const lost = keys.filter((key) => impatient.locate(key).server === stopped.server);
      const kept = keys.filter((key) => !lost.includes(key));

      await whileStopped(stopped, async () => {
        const [single, multi, written] = await Promise.all([
          Promise.all(kept.map((key) => impatient.get(key))),
          impatient.getMulti(keys),
          impatient.setMulti(pairs(keys, () => 'new')),
        ]);
        expect(single).toHaveLength(kept.length);
        expect(new Set(multi.keys())).toEqual(new Set(kept));
        expect(multi.missing).toEqual([]);
        expect(new Set(multi.errors.keys())).toEqual(new Set(lost));
        for (const error of multi.errors.values()) {
          expect(error.code).toMatch(/^(TIMEOUT|CONNECTION|SERVER_DOWN)$/);
          expect(error.server).toBe(stopped.server);
        }
        expect(written.ok).toBe(false);
        expect(written.refused).toEqual([]);
        expect(written.applied).toEqual(kept);
        expect(new Set(written.errors.keys())).toEqual(new Set(lost));
        const error = await failure(impatient.get(lost[0] as string));
        expect(error.server).toBe(stopped.server);
      });
    });
  });
});
