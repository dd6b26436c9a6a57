import { startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { variants } from '../support/variants';
import {
  connectionsOf,
  expectConnections,
  failure,
  failures,
  freshKey,
  openClient,
  ownServer,
  runScript,
} from './helpers';

describe.each(variants)('sharing of connections, $name', ({ options }) => {
  const single = { ...options, connections: 1 };

  test('equal clients share them', async () => {
    const server = await ownServer();
    const clients = [1, 2, 3].map(() => openClient(server.server, single));
    await Promise.all(clients.map((client) => client.set('key', 'value')));
    await expectConnections(server, 1);
  });

  test('clients that share them keep their own options', async () => {
    const server = await ownServer();
    const first = openClient(server.server, { ...single, prefix: 'first:' });
    const second = openClient(server.server, { ...single, prefix: 'second:', maxValueSize: 10 });
    await first.set('key', 'of the first');
    expect(await second.get('key')).toBeUndefined();
    expect((await failure(second.set('key', 'more than ten bytes'))).code).toBe('TOO_LARGE');
    await second.set('key', 'short');
    expect(await first.get('key')).toBe('of the first');
  });

  test('a client with shared: false has its own', async () => {
    const server = await ownServer();
    const clients = [1, 2, 3].map(() => openClient(server.server, { ...single, shared: false }));
    await Promise.all(clients.map((client) => client.set('key', 'value')));
    await expectConnections(server, 3);
  });

  test('a client opens no more of them than its option says, whatever the load', async () => {
    const server = await ownServer();
    const limits = { ...options, connections: 2 };
    const clients = [openClient(server.server, limits), openClient(server.server, limits)];
    const load = Array.from({ length: 1000 }, (_, n) => clients[n % 2]?.set(freshKey(), n));
    expect((await Promise.all(load)).every(Boolean)).toBe(true);
    const opened = await connectionsOf(server);
    expect(opened).toBeGreaterThanOrEqual(1);
    expect(opened).toBeLessThanOrEqual(2);
  });

  test('they are closed when the last of the clients is', async () => {
    const server = await ownServer();
    const [first, second] = [openClient(server.server, single), openClient(server.server, single)];
    await Promise.all([first.get('key'), second.get('key')]);
    await first.close();
    expect(await second.set('key', 'value')).toBe(true);
    await expectConnections(server, 1);
    await second.close();
    await expectConnections(server, 0);
  });

  test('they are closed when all of the clients are at once, though the server never answers', async () => {
    const server = await startScriptedServer(() => {});
    onTestFinished(() => server.stop());
    const silent = { ...single, timeout: 600_000, connectTimeout: 600_000 };
    for (const count of [2, 3, 2]) {
      const clients = Array.from({ length: count }, () => openClient(server.server, silent));
      const pending = failures(clients.map((client) => client.get('key')));
      await vi.waitFor(() => expect(server.open).toBe(1), 10_000);
      await Promise.all(clients.map((client) => client.close({ timeout: 0 })));
      for (const { code } of await pending) expect(code).toBe('CLOSED');
      await vi.waitFor(() => expect(server.open).toBe(0), 10_000);
    }
  });

  test('a client made after the last one was closed works like the first', async () => {
    const server = await ownServer();
    for (let round = 0; round < 5; round += 1) {
      const client = openClient(server.server, single);
      expect(await client.set('key', round)).toBe(true);
      await client.close();
    }
  });

  test('setServers of one client leaves an equal one where it was', async () => {
    const [old, other] = [await ownServer(), await ownServer()];
    const [moving, staying] = [openClient(old.server, single), openClient(old.server, single)];
    await moving.set('key', 'on the old server');
    moving.setServers(other.server);
    await moving.set('key', 'on the other');
    expect(await staying.get('key')).toBe('on the old server');
    expect(staying.locate('key').server).toBe(old.server);
  });

  test('eight worker threads of a process share them', async () => {
    const server = await ownServer();
    const made = `new Client(${JSON.stringify(server.server)}, ${JSON.stringify(single)})`;
    const worker = `
      const { Client } = require('libmemcached');
      const client = ${made};
      client.set('key', 1).then(() => require('node:worker_threads').parentPort.postMessage(''));
      setInterval(() => client, 1000);`;
    const { stdout, code } = await runScript(`
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      (async () => {
        const client = ${made};
        await client.set('key', 1);
        for (let n = 0; n < 8; n++) {
          await once(new Worker(${JSON.stringify(worker)}, { eval: true }), 'message');
        }
        const stats = (await client.stats()).values().next().value;
        console.log(stats.curr_connections);
        process.exit();
      })();`);
    expect(code).toBe(0);
    expect(Number(stdout)).toBe(1);
  });
});
