import { startProxy } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { freshKey, openClient, ownServer, randomIntegers, serverStats } from '../contract/helpers';
import { variants } from '../support/variants';
import { Oracle, recovers, resourcesReturn, valueFor, warmUp } from './oracle';

const timeout = 1000;

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  /** A client of a memcached, through a proxy. */
  async function start() {
    const server = await ownServer();
    const proxy = await startProxy(server.server);
    onTestFinished(() => proxy.stop());
    const client = openClient(proxy.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout, size: 100 });
    const present = await oracle.store(server, 30);
    await recovers(client); // connected
    return { server, proxy, client, oracle, present };
  }

  test('F11 a connection that is reset behind any number of bytes', async () => {
    const { server, proxy, client, oracle, present } = await start();
    const random = randomIntegers(11);
    for (let round = 0; round < 15; round += 1) {
      proxy.setFaults({ cut: { afterBytes: random(5000), by: 'reset' } });
      oracle.mix(present);
      for (const key of await oracle.store(server, 10)) void oracle.remove(key);
      await oracle.errors(['CONNECTION', 'PROTOCOL', 'SERVER_DOWN']);
      proxy.setFaults({});
      await recovers(client);
    }
    expect((await oracle.errors(['CONNECTION', 'PROTOCOL', 'SERVER_DOWN'])).length).toBeGreaterThan(
      0,
    );
    await oracle.checkRecovery(present);
    await oracle.checkTruth(server);
  });

  test('F12 a connection that the server ends between two requests', async () => {
    const { server, proxy, oracle, present } = await start();
    for (const key of present.slice(0, 10)) {
      proxy.endAll();
      await oracle.read(key);
      expect(await oracle.errors([])).toEqual([]); // by a second attempt where need be
    }
    for (const _ of present) {
      proxy.endAll();
      await oracle.write(freshKey());
    }
    await oracle.errors(['CONNECTION', 'SERVER_DOWN']);
    expect(proxy.accepted).toBeGreaterThan(10);
    await oracle.checkRecovery(present);
    await oracle.checkTruth(server);
  });

  test('F12 a connection that memcached ends because it is idle', async () => {
    const server = await ownServer({ args: ['-o', 'idle_timeout=1'] });
    const client = openClient(server.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout });
    const present = await oracle.store(server, 5);
    await recovers(client);
    const kicked = async () => Number((await serverStats(server)).get('idle_kicks'));
    await vi.waitFor(async () => expect(await kicked()).toBeGreaterThan(0), 15_000);
    for (const key of present) await oracle.read(key);
    expect(await oracle.errors([])).toEqual([]);
    oracle.mix(present);
    await oracle.errors(['CONNECTION']);
    await oracle.checkTruth(server);
  });

  /**
   * Does `operation` through connections that are cut behind 0, `step`, ... bytes of replies: it fails with
   * one of `codes`, until it is answered. Gives the bytes that it took.
   */
  async function bytesUntilAnswered(
    operation: 'read' | 'write',
    by: 'end' | 'stall',
    { deadline, step, codes }: { deadline: number; step: number; codes: readonly string[] },
  ): Promise<number> {
    const server = await ownServer();
    const proxy = await startProxy(server.server);
    onTestFinished(() => proxy.stop());
    for (let afterBytes = 0; ; afterBytes += step) {
      proxy.setFaults({ cut: { afterBytes, by } });
      const own = { connections: 1, shared: false, timeout: deadline };
      const client = openClient(proxy.server, { ...options, ...own });
      const oracle = new Oracle(client, { timeout: deadline });
      const [present] = (await oracle.store(server, 1)) as [string];
      await (operation === 'read' ? oracle.read(present) : oracle.write(freshKey()));
      const errors = await oracle.errors(codes);
      proxy.setFaults({});
      if (afterBytes % 10 === 0) await oracle.checkRecovery([present]);
      await client.close();
      await oracle.checkTruth(server);
      if (errors.length === 0) return afterBytes;
    }
  }

  // Everything below the shortest reply is cut within a header or a value.
  describe.each([
    ['read', `VALUE present-1 0 ${valueFor('present-1').length}\r\n\r\nEND\r\n`.length],
    ['write', 'STORED\r\n'.length - 1],
  ] as const)('the reply to a %s', (operation, shortest) => {
    test('F13 that ends within a header or within a value', async () => {
      const cut = { deadline: timeout, step: 1, codes: ['CONNECTION', 'PROTOCOL'] };
      expect(await bytesUntilAnswered(operation, 'end', cut)).toBeGreaterThan(shortest);
    });

    test('F14 that stalls within a header or within a value', async () => {
      const cut = { deadline: 150, step: 6, codes: ['TIMEOUT', 'CONNECTION'] };
      expect(await bytesUntilAnswered(operation, 'stall', cut)).toBeGreaterThan(shortest);
    });
  });

  test('F16 replies that are split at every byte', async () => {
    const { server, client, proxy, oracle, present } = await start();
    for (let split = 1; split <= 40; split += 1) {
      proxy.setFaults({ split });
      await everythingWorks(client, `split-${split}`);
    }
    oracle.mix(present);
    expect(await oracle.errors([])).toEqual([]);
    await oracle.checkTruth(server);
  });

  test('F17 replies that are merged', async () => {
    const { server, client, proxy, oracle, present } = await start();
    proxy.setFaults({ coalesce: 20 });
    oracle.mix(present);
    await everythingWorks(client, 'merged');
    expect(await oracle.errors([])).toEqual([]);
    await oracle.checkTruth(server);
  });
});

/** Every kind of reply, each expected. */
async function everythingWorks(client: ReturnType<typeof openClient>, key: string): Promise<void> {
  const text = 'END\r\nVALUE \r\n\0';
  const results = await Promise.all([
    client.get(key),
    client.add(key, text),
    client.add(key, 'again'),
    client.get(key),
    client.gets(key),
    client.append(key, '!'),
    client.getMulti([key, `${key}-not`]),
    client.touch(key, 100),
    client.delete(key),
    client.delete(key),
    client.incr(key, 1, { initial: 41 }),
    client.incr(key),
  ]);
  const [absent, added, refused, value, token, appended, found, ...rest] = results;
  expect([absent, added, refused, value, appended]).toEqual([undefined, true, false, text, true]);
  expect(token?.value).toBe(text);
  expect([...found]).toEqual([[key, `${text}!`]]);
  expect(found.missing).toEqual([`${key}-not`]);
  expect(rest).toEqual([true, true, false, 41, 42]);
}
