import { setTimeout as sleep } from 'node:timers/promises';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { freshKeys, openClient, ownServer, pairs } from '../contract/helpers';
import { variants } from '../support/variants';
import { Oracle, recovers, resourcesReturn, valueFor, warmUp } from './oracle';

const timeout = 500;
const failing = ['CONNECTION', 'TIMEOUT', 'SERVER_DOWN'];

/** An empty server at the place of one that is gone. */
async function startAgain(server: MemcachedServer): Promise<MemcachedServer> {
  const again = await startMemcached({ port: server.port as number });
  onTestFinished(() => again.stop());
  return again;
}

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test('F34 a server that is replaced by an empty one: real misses and nothing else', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout });
    const before = await oracle.store(server, 50);
    await recovers(client);
    await server.kill();
    const again = await startAgain(server);
    await recovers(client);
    const { size, missing, errors } = await client.getMulti(before);
    expect({ size, missing, errors: errors.size }).toEqual({ size: 0, missing: before, errors: 0 });
    const after = await oracle.store(again, 50);
    oracle.mix(after);
    expect(await oracle.errors([])).toEqual([]);
    await oracle.checkTruth(again);
  });

  test('F35 two of three servers that die: only their keys fail, the others as fast as before', async () => {
    const servers = [await ownServer(), await ownServer(), await ownServer()];
    const alive = servers[0] as MemcachedServer;
    const client = openClient(
      servers.map(({ server }) => server),
      { ...options, timeout },
    );
    const keys = freshKeys(300);
    const stored = await client.setMulti(pairs(keys, (key) => valueFor(key)));
    expect(stored.ok).toBe(true);
    const kept = keys.filter((key) => client.locate(key).server === alive.server);
    const lost = keys.filter((key) => !kept.includes(key));
    expect([kept.length > 0, lost.length > 0]).toEqual([true, true]);

    await Promise.all(servers.slice(1).map((server) => server.kill()));
    for (let round = 0; round < 5; round += 1) {
      const failures = Promise.allSettled(lost.map((key) => client.get(key)));
      let settled = false;
      void failures.then(() => {
        settled = true;
      });
      for (const key of kept)
        expect(await client.get(key, { timeout: 10_000 })).toBe(valueFor(key));
      for (const outcome of await failures) {
        expect(failing).toContain((outcome as PromiseRejectedResult).reason.code);
      }
      expect(settled).toBe(true);
      const { missing, errors } = await client.getMulti(keys);
      expect(missing).toEqual([]);
      expect(new Set(errors.keys())).toEqual(new Set(lost));
    }
    const { p50 } = client.metrics().servers[alive.server]?.operations.get?.latency ?? { p50: 1e9 };
    expect(p50).toBeLessThan(timeout / 2); // nobody waits for the dead
  });

  test('F36 a server that goes and returns: its keys are its own all the time', async () => {
    const servers = [await ownServer(), await ownServer(), await ownServer()];
    const [first, second] = servers as [MemcachedServer, MemcachedServer];
    const names = servers.map(({ server }) => server);
    const client = openClient(names, { ...options, timeout });
    const keys = Array.from({ length: 500 }, (_, n) => `key-${n}`);
    const mapOf = () => keys.map((key) => client.locate(key).server);
    const before = mapOf();
    expect((await client.setMulti(pairs(keys, (key) => valueFor(key)))).ok).toBe(true);

    await first.kill();
    await vi.waitFor(async () => {
      const { errors } = await client.getMulti(keys);
      expect([...errors.values()].every(({ code }) => code === 'SERVER_DOWN')).toBe(true);
      expect(errors.size).toBeGreaterThan(0);
    }, 10_000);
    expect(mapOf()).toEqual(before); // nobody else gets its keys while it is down
    await startAgain(first);
    await vi.waitFor(async () => expect((await client.getMulti(keys)).errors.size).toBe(0), 10_000);
    expect(mapOf()).toEqual(before);
    expect((await client.getMulti(keys)).missing).toEqual(
      keys.filter((_, n) => before[n] === first.server),
    );

    // Taken out by the user: only its own keys move, and they return with it.
    client.setServers(names.slice(1));
    const moved = mapOf().map((server, n) => [before[n], server]);
    const needless = moved.filter(([was, is]) => was !== first.server && was !== is);
    expect(needless).toEqual([]);
    const key = keys[before.indexOf(second.server)] as string;
    expect(await client.get(key, { timeout: 10_000 })).toBe(valueFor(key));
    client.setServers(names);
    expect(mapOf()).toEqual(before);
  });

  test('F37 a server that comes and goes: nothing grows, and it is used when it stays', async () => {
    let server = await ownServer();
    const client = openClient(server.server, { ...options, timeout, shared: false });
    const oracle = new Oracle(client, { timeout });
    let isOver = false;
    const flapping = (async () => {
      for (let round = 0; round < 6; round += 1) {
        await sleep(500);
        await server.kill();
        await sleep(500);
        server = await startAgain(server);
      }
      isOver = true;
    })();
    let mostPending = 0;
    let mostConnections = 0;
    while (!isOver) {
      for (const key of freshKeys(5, 'written')) void oracle.write(key);
      await sleep(10);
      const metrics = client.metrics();
      mostPending = Math.max(mostPending, metrics.pending);
      for (const { connections } of Object.values(metrics.servers)) {
        mostConnections = Math.max(mostConnections, connections);
      }
    }
    await flapping;
    await oracle.errors(failing);
    // What is issued within a deadline is all that ever waits.
    expect(mostPending).toBeLessThanOrEqual((timeout / 10 + 200) * 5);
    expect(mostConnections).toBeLessThanOrEqual(4);
    await oracle.checkRecovery();
    expect(client.metrics().pending).toBe(0);
  });
});
