import { type ClientOptions, serializers } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { expectTtl, freshKey, oneServer, openClient, ownServer, storedItem } from './helpers';

describe.each(variants)('options, $name', ({ options }) => {
  const cache = oneServer(options);

  test('may all be given at once', async () => {
    const every: ClientOptions = {
      ...options,
      prefix: 'app:',
      namespace: 'ns.',
      hashWithNamespace: true,
      ttl: 300,
      ketama: true,
      hash: 'md5',
      sortHosts: true,
      connections: 2,
      connectTimeout: 5000,
      timeout: 5000,
      maxPending: 50,
      maxPendingBytes: 100_000,
      maxValueSize: 10_000,
      failures: 'miss',
      serializer: serializers.string,
      compression: { threshold: 100, level: 1, algorithm: 'zlib' },
      noDelay: false,
      keepAlive: 30_000,
      shared: false,
    };
    const client = openClient(cache.server.server, every);
    const key = freshKey();
    expect(await client.set(key, 'x'.repeat(1000))).toBe(true);
    expect(await client.get(key)).toBe('x'.repeat(1000));
    expect((await storedItem(cache.server, `ns.app:${key}`))?.data.length).toBeLessThan(100);
    await expectTtl(cache.server, `ns.app:${key}`, 300);
  });

  test('that are undefined count as left out', async () => {
    const client = openClient(cache.server.server, {
      ...options,
      prefix: undefined,
      ttl: undefined,
      compression: undefined,
    } as never);
    const key = freshKey();
    await client.set(key, 'value', { ttl: undefined, groupKey: undefined } as never);
    expect((await storedItem(cache.server, key))?.data).toBe('value');
  });

  test.each([true, false, 1000, 32_767_000])('keepAlive may be %s', async (keepAlive) => {
    const client = openClient(cache.server.server, { ...options, keepAlive });
    expect(await client.set(freshKey(), 1)).toBe(true);
  });

  test('are read once: what is changed afterwards changes nothing', async () => {
    const given = { ...options, prefix: 'before:', compression: { threshold: 100 } };
    const client = openClient(cache.server.server, given);
    given.prefix = 'after:';
    given.compression.threshold = 1_000_000;
    const key = freshKey();
    await client.set(key, 'x'.repeat(1000));
    expect((await storedItem(cache.server, `before:${key}`))?.data.length).toBeLessThan(100);
  });

  test('of a call are read once, too', async () => {
    const given = { prefix: 'before:', ttl: 100 };
    const key = freshKey();
    const write = cache.client.set(key, 'value', given);
    given.prefix = 'after:';
    given.ttl = 5000;
    await write;
    await expectTtl(cache.server, `before:${key}`, 100);
  });
});

describe('raw behaviours of libmemcached', () => {
  test('are taken by their names, within their ranges', async () => {
    const server = await ownServer();
    const client = openClient(server.server, {
      engine: 'libmemcached',
      behaviors: { tcp_keepidle: 120, socket_send_size: 262_144, socket_recv_size: 65_536 },
    });
    expect(await client.set('key', 'value')).toBe(true);
    expect(await client.get('key')).toBe('value');
  });
});
