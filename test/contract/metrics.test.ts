import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import {
  failure,
  freshKey,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  whileStopped,
} from './helpers';

describe.each(variants)('metrics, $name', ({ options }) => {
  const cache = oneServer(options);

  test('count answers, misses and failures by server and operation', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    const [key, absent] = [freshKey(), freshKey()];
    await client.set(key, 'text');
    await client.set(key, 'text again');
    await client.get(key);
    await client.get(absent);
    await client.get(absent);
    await failure(client.incr(key));
    const { operations } = client.metrics().servers[cache.server.server] ?? {};
    expect(operations).toMatchObject({
      set: { count: 2, misses: 0, failures: 0 },
      get: { count: 3, misses: 2, failures: 0 },
      incr: { count: 1, misses: 0, failures: 1 },
    });
    expect(Object.keys(operations ?? {}).sort()).toEqual(['get', 'incr', 'set']);
  });

  test('hold the latencies of each operation, in a histogram that adds up', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    await Promise.all(Array.from({ length: 100 }, () => client.set(freshKey(), 1)));
    const latency = client.metrics().servers[cache.server.server]?.operations.set?.latency;
    if (latency === undefined) throw new Error('no latencies');
    expect(latency.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    const bounds = latency.buckets.map(({ below }) => below);
    expect(bounds).toEqual(bounds.toSorted((left, right) => left - right));
    expect(latency.mean).toBe(latency.sum / 100);
    const { p50, p90, p99, p999, max } = latency;
    for (const [less, more] of [
      [0, p50],
      [p50, p90],
      [p90, p99],
      [p99, p999],
      [p999, max],
    ]) {
      expect(less).toBeLessThanOrEqual(more as number);
    }
    expect(max).toBeLessThan(bounds.at(-1) as number);
    expect(max).toBeGreaterThanOrEqual((bounds.at(-1) as number) * (15 / 16) - 0.001);
  });

  test('count a server once that is listed several times, all it did together', async () => {
    const { server } = cache.server;
    const client = openClient([server, server, server], {
      ...options,
      ketama: false,
      shared: false,
    });
    const keys = freshKeys(60);
    expect(new Set(keys.map((key) => client.locate(key).index)).size).toBe(3);
    await Promise.all(keys.map((key) => client.set(key, 1)));
    const { servers } = client.metrics();
    expect(Object.keys(servers)).toEqual([server]);
    expect(servers[server]?.connects).toBeGreaterThanOrEqual(3);
    const set = servers[server]?.operations.set;
    expect(set).toMatchObject({ count: 60, misses: 0, failures: 0 });
    const buckets = set?.latency.buckets ?? [];
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    const bounds = buckets.map(({ below }) => below);
    expect(bounds).toEqual(bounds.toSorted((left, right) => left - right));
    expect(new Set(bounds).size).toBe(bounds.length);
    expect(set?.latency.max).toBeLessThan(bounds.at(-1) as number);
  });

  test('only ever grow', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    const counts: number[] = [];
    for (let round = 1; round <= 3; round += 1) {
      await client.set(freshKey(), round);
      counts.push(client.metrics().servers[cache.server.server]?.operations.set?.count as number);
    }
    expect(counts).toEqual([1, 2, 3]);
  });

  test('tell what is pending and connected, and the state of the breaker', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, timeout: 600_000, shared: false });
    expect(client.metrics()).toMatchObject({ pending: 0, pendingBytes: 0 });
    await client.set('key', 'value');
    await whileStopped(server, async () => {
      const waiting = Array.from({ length: 5 }, () => client.set('key', 'x'.repeat(100)));
      const metrics = client.metrics();
      expect(metrics.pending).toBe(5);
      expect(metrics.pendingBytes).toBeGreaterThanOrEqual(500);
      expect(metrics.servers[server.server]).toMatchObject({ breaker: 'closed' });
      expect(metrics.servers[server.server]?.connections).toBeGreaterThan(0);
      const closing = client.close({ timeout: 0 });
      await Promise.allSettled(waiting);
      await closing;
    });
  });

  test('show a breaker that is open', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, options);
    await vi.waitFor(async () => {
      expect((await failure(client.get('key'))).code).toBe('SERVER_DOWN');
    }, 10_000);
    expect(client.metrics().servers[server.server]).toMatchObject({
      breaker: 'open',
      connections: 0,
    });
  });

  test('count the failures that were answered as misses', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, { ...options, failures: 'miss' });
    await client.get('key');
    await client.set('key', 1);
    expect(client.metrics().forgiven).toBe(2);
  });

  test('are plain data, and a snapshot', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    await client.set(freshKey(), 1);
    const before = client.metrics();
    const text = JSON.stringify(before);
    expect(text).toContain(cache.server.server);
    await client.set(freshKey(), 1);
    expect(JSON.stringify(before)).toBe(text);
    expect(JSON.stringify(client.metrics())).not.toBe(text);
  });
});
