import { Client } from 'libmemcached';
import { describe, expect, onTestFinished, test } from 'vitest';
import { variants } from '../support/variants';
import { freshKey, openClient, runScript, serversFor, thrown } from './helpers';

describe.each(variants)('hot keys, $name', ({ options }) => {
  const cache = serversFor(options, 3);
  const alone = { ...options, shared: false };

  test('are those that were asked for most, the most frequent first', async () => {
    const client = openClient(cache.names, { ...alone, hotKeys: 10 });
    const keys = [freshKey(), freshKey(), freshKey()];
    const [often, rarely, once] = keys as [string, string, string];
    await client.set(often, 1);
    await Promise.all(Array.from({ length: 5 }, () => client.get(often)));
    await client.incr(often);
    await client.getMulti([often, rarely]);
    await client.delete(rarely);
    await client.get(once);
    expect(client.hotKeys()).toEqual([
      { key: often, count: 8, error: 0 },
      { key: rarely, count: 2, error: 0 },
      { key: once, count: 1, error: 0 },
    ]);
  });

  test('keep to their number, and say how far a count may be off', async () => {
    const client = openClient(cache.names, { ...alone, hotKeys: 4 });
    const hot = freshKey('hot');
    for (let round = 0; round < 30; round += 1) {
      await client.get(hot);
      await client.get(`cold-${round}`);
    }
    const hotKeys = client.hotKeys();
    expect(hotKeys).toHaveLength(4);
    expect(hotKeys[0]?.key).toBe(hot);
    const { count, error } = hotKeys[0] as { count: number; error: number };
    expect(count).toBeGreaterThanOrEqual(30);
    expect(count - error).toBeLessThanOrEqual(30);
    expect(hotKeys.reduce((sum, hotKey) => sum + hotKey.count, 0)).toBe(60);
  });

  test('are as they are sent, with namespace and prefix, and hexadecimal where they are no text', async () => {
    const client = openClient(cache.names, {
      ...alone,
      hotKeys: 10,
      namespace: 'ns:',
      prefix: 'app:',
    });
    await client.withPrefix('users:').get('größe');
    const other = openClient(cache.names, { ...alone, hotKeys: 10 });
    await other.get(Buffer.from([0xff, 0xfe]));
    expect(client.hotKeys()).toEqual([{ key: 'ns:app:users:größe', count: 1, error: 0 }]);
    expect(other.hotKeys()).toEqual([{ key: '0xfffe', count: 1, error: 0 }]);
  });

  test('know nothing of questions to servers', async () => {
    const client = openClient(cache.names, { ...alone, hotKeys: 10 });
    await client.stats('settings');
    await client.version();
    expect(client.hotKeys()).toEqual([]);
  });

  test('are shared by clients that share an engine, and by these only', async () => {
    const [one, other, apart] = [7, 7, 8].map((hotKeys) =>
      openClient(cache.names, { ...options, hotKeys }),
    ) as [Client, Client, Client];
    const key = freshKey();
    await one.get(key);
    await other.get(key);
    await apart.get(key);
    expect(other.hotKeys()).toEqual([{ key, count: 2, error: 0 }]);
    expect(apart.hotKeys()).toEqual([{ key, count: 1, error: 0 }]);
  });

  test('are counted for all worker threads', async () => {
    const made = `new Client(${JSON.stringify(cache.names)}, ${JSON.stringify({ ...options, hotKeys: 9 })})`;
    const worker = `
      const { Client } = require('libmemcached');
      const client = ${made};
      Promise.all(Array.from({ length: 100 }, () => client.get('of-all'))).then(() => client.close());`;
    const { stdout } = await runScript(`
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      (async () => {
        const client = ${made};
        await client.get('of-all');
        const workers = [1, 2, 3, 4].map(() => new Worker(${JSON.stringify(worker)}, { eval: true }));
        await Promise.all(workers.map((worker) => once(worker, 'exit')));
        console.log(JSON.stringify(client.hotKeys()));
        await client.close();
      })();`);
    expect(JSON.parse(stdout)).toEqual([{ key: 'of-all', count: 401, error: 0 }]);
  });

  test('begin anew with setServers', async () => {
    const client = openClient(cache.names, { ...alone, hotKeys: 5 });
    await client.get('before');
    client.setServers(cache.names.slice(1));
    await client.get('after');
    expect(client.hotKeys()).toEqual([{ key: 'after', count: 1, error: 0 }]);
  });

  test('are refused where nobody counts them, and once the client is closed', async () => {
    const deaf = openClient(cache.names, options);
    expect(thrown(() => deaf.hotKeys())).toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'hotKeys',
    });
    const client = openClient(cache.names, { ...options, hotKeys: 5 });
    await client.close();
    expect(thrown(() => client.hotKeys()).code).toBe('CLOSED');
  });
});

test.each([0, 10_001, 1.5, '10', true])('%j is no number of hot keys', (hotKeys) => {
  const made = () => {
    const client = new Client('127.0.0.1', { hotKeys: hotKeys as number });
    onTestFinished(() => client.close());
  };
  expect(thrown(made).message).toContain('hotKeys must be a whole number from 1 to 10000');
});
