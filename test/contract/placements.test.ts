import { type ClientOptions, presets } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { freshKey, freshKeys, openClient, pairs, serversFor, storedItem } from './helpers';

/** The rings of other clients: the presets' own, and what stands beside them. */
const rings: [name: string, ring: ClientOptions][] = [
  ...Object.entries(presets)
    .filter(([, { ring }]) => ring.placement !== undefined)
    .map(([name, { ring }]): [string, ClientOptions] => [name, { ...ring }]),
  ['npm memcache with ModulaHash', { placement: 'memcache-modula' }],
  ['spymemcached with Ketama', { placement: 'spymemcached-ketama' }],
  ['spymemcached as libmemcached', { placement: 'spymemcached-ketama-libmemcached' }],
  ['Cache::Memcached::Fast with ketama_points', { ketamaPoints: 150 }],
];

describe.each(variants)('the ring of another client, $name', ({ options }) => {
  const cluster = serversFor(options, 3);

  /** The servers that hold the key, read from each of them directly. */
  async function holders(key: string): Promise<string[]> {
    const items = await Promise.all(cluster.servers.map((server) => storedItem(server, key)));
    return cluster.names.filter((_name, index) => items[index] !== undefined);
  }

  test.each(rings)('%s: keys lie where locate says', async (_, ring) => {
    const client = openClient(cluster.names, { ...options, ...ring });
    // npm memcache's hash often puts keys that resemble each other on one server.
    const ofEachServer = new Map(freshKeys(2000).map((key) => [client.locate(key).index, key]));
    expect(ofEachServer.size).toBe(cluster.servers.length);
    const others = [...freshKeys(30), `Zoë-${freshKey()}`, `鍵-${freshKey()}`, `😀${freshKey()}`];
    const keys = [...ofEachServer.values(), ...others];
    expect(await client.setMulti(pairs(keys, (key) => key))).toMatchObject({ ok: true });
    for (const key of keys) expect(await holders(key)).toEqual([client.locate(key).server]);
    expect(Object.fromEntries(await client.getMulti(keys))).toEqual(
      Object.fromEntries(pairs(keys, (key) => key)),
    );
  });

  test.each(rings)('%s: every operation on a key goes there', async (_, ring) => {
    const client = openClient(cluster.names, { ...options, ...ring });
    for (const key of freshKeys(4)) {
      expect(await client.add(key, 'b')).toBe(true);
      expect(await client.append(key, 'c')).toBe(true);
      expect(await client.prepend(key, 'a')).toBe(true);
      const item = await client.gets(key);
      expect(item?.value).toBe('abc');
      expect(await client.cas(key, '5', item?.cas as bigint)).toBe('stored');
      expect(await client.incr(key, 2)).toBe(7);
      expect(await client.decr(key, 1)).toBe(6);
      expect(await client.touch(key, 50)).toBe(true);
      expect(await client.getAndTouch(key, 50)).toBeDefined();
      expect(await client.replace(key, 'new')).toBe(true);
      expect(await client.has(key)).toBe(true);
      expect(await client.get(key)).toBe('new');
      expect(await holders(key)).toEqual([client.locate(key).server]);
      expect(await client.delete(key)).toBe(true);
      expect(await holders(key)).toEqual([]);
    }
  });

  test.each(rings)('%s: groupKey, prefix and namespace decide as everywhere', async (_, ring) => {
    const client = openClient(cluster.names, { ...options, ...ring, prefix: 'app:' });
    const keys = freshKeys(10);
    const groupKey = 'user:7';
    await client.setMulti(
      pairs(keys, () => 'value'),
      { groupKey },
    );
    const { server } = client.locate('anything', { groupKey });
    for (const key of keys) expect(await holders(`app:${key}`)).toEqual([server]);

    const plain = openClient(cluster.names, { ...options, ...ring });
    const apart = openClient(cluster.names, { ...options, ...ring, namespace: 'app:' });
    for (const key of keys) {
      expect(client.locate(key).server).toBe(plain.locate(`app:${key}`).server);
      expect(apart.locate(key).server).toBe(plain.locate(key).server);
    }
  });

  test.each(rings)('%s: setServers keeps the rule', async (_, ring) => {
    const moving = openClient(cluster.names.slice(0, 1), { ...options, ...ring });
    moving.setServers(cluster.names);
    const like = openClient(cluster.names, { ...options, ...ring });
    const keys = freshKeys(20);
    await moving.setMulti(pairs(keys, () => 'value'));
    for (const key of keys) {
      expect(moving.locate(key)).toEqual(like.locate(key));
      expect(await holders(key)).toEqual([like.locate(key).server]);
    }
  });
});

describe('the placements', () => {
  const many = Array.from({ length: 150 }, (_, n) => `10.0.0.${n}:11211:${1 + (n % 4)}`);

  test.each(rings)('%s: locate tells index and weight of the server as given', (_, ring) => {
    const client = openClient(many, ring);
    for (let n = 0; n < 200; n += 1) {
      const { index, server, weight } = client.locate(`key-${n}`);
      expect(`${server}:${weight}`).toBe(many[index]);
    }
  });

  test.each(rings)('%s: hash is the number that the rule makes of a key', (_, ring) => {
    const client = openClient(many, ring);
    const hash = client.hash('key');
    expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
    if (ring.placement !== undefined) expect(client.hash('key', ring.placement)).toBe(hash);
    expect(client.hash('key', 'md5')).toBe(openClient(many[0], {}).hash('key', 'md5'));
  });

  test.each(rings)('%s: a key of any bytes has a place', (_, ring) => {
    const client = openClient(many, ring);
    for (const bytes of ['ff', 'c0af', 'eda080', 'f4908080', 'e697', '80616263']) {
      expect(client.locate(Buffer.from(bytes, 'hex')).index).toBeLessThan(150);
    }
  });

  test('of other numbers are other rings, though engines are shared', () => {
    const clients = [10, 11, 11].map((ketamaPoints) => openClient(many, { ketamaPoints }));
    const [ten, eleven, again] = clients.map((client) =>
      Array.from({ length: 1000 }, (_, n) => client.locate(`key-${n}`).index),
    );
    expect(eleven).toEqual(again);
    expect(eleven).not.toEqual(ten);
  });

  test('refuse weights that would fill the memory with points', () => {
    const heavy = ['a:11211:4000000000', 'b'];
    expect(() => openClient(heavy, { preset: 'memcache' })).toThrow('at most 4194304 points');
    expect(openClient(heavy, { preset: 'python-memcached' }).locate('key').index).toBe(0);
  });

  test('show their circle, if they have one', () => {
    const client = openClient(many.slice(0, 3), { preset: 'dalli' }) as unknown as {
      ringPoints(): { point: number; server: number }[];
    };
    const points = client.ringPoints();
    expect(points).toHaveLength(480);
    expect(points.map(({ point }) => point)).toEqual(
      points.map(({ point }) => point).toSorted((a, b) => a - b),
    );
    expect(new Set(points.map(({ server }) => server))).toEqual(new Set([0, 1, 2]));
  });
});
