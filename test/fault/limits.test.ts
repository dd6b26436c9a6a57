import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProxy } from 'libmemcached/testing';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openClient, ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { raw } from '../support/raw';
import { recovery, stalls } from '../support/stalls';
import { variants } from '../support/variants';
import { compile } from './compile';
import { timed, watch } from './elapsed';
import { runLimited } from './limited';
import { Oracle, resourcesReturn, warmUp } from './oracle';

const timeout = 300;

const preload = [compile('no-threads', ['-shared', '-fPIC'])];

describe.each(variants)('F28 a server that is full, $name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  /** Connections of others: as many as the server lets in. */
  async function fill(port: number): Promise<Socket[]> {
    const sockets = Array.from({ length: 60 }, () =>
      connect(port, '127.0.0.1').on('error', () => {}),
    );
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await sleep(300);
    return sockets;
  }

  test.each(['maxconns_fast', 'no_maxconns_fast'])(
    'with %s: an error, never a miss',
    async (mode) => {
      const server = await ownServer({ args: ['-c', '40', '-o', mode] });
      const proxy = await startProxy(server.server);
      onTestFinished(() => proxy.stop());
      const connections = 2;
      const client = openClient(proxy.server, {
        ...options,
        timeout,
        connectTimeout: timeout,
        connections,
      });
      const oracle = new Oracle(client, { timeout });
      const present = await oracle.store(server, 40);
      const others = await fill(server.port as number);

      for (const key of present) {
        await oracle.read(key);
        await oracle.write(`written-${key}`);
        await sleep(20);
      }
      const errors = await oracle.errors([
        'CONNECTION',
        'TIMEOUT',
        'SERVER_DOWN',
        'SERVER_ERROR',
        'PROTOCOL',
      ]);
      expect(errors).toHaveLength(80);

      for (const socket of others) socket.destroy();
      // Over once it lets somebody in.
      await vi.waitFor(
        async () => expect(await raw(server, 'version\r\n')).toMatch(/^VERSION/),
        10_000,
      );
      await oracle.checkRecovery(present);
      await oracle.checkTruth(server);
    },
  );
});

describe.each(variants)('F29 a process without free descriptors, $name', ({ options }) => {
  beforeAll(() => stalls.ready);

  test('fails with CONNECTION and EMFILE, uses what it has, and recovers', async () => {
    const [connected, other] = [await ownServer(), await ownServer()];
    const run = await runLimited(
      'ulimit -n 64',
      `${watch}
      const { openSync, closeSync } = require('node:fs');
      const servers = ${JSON.stringify([connected.server, other.server])};
      const client = new Client(servers, ${JSON.stringify({ ...options, connections: 1 })});
      const keyOf = (server) => {
        for (let n = 0; ; n++) if (client.locate('key-' + n).server === server) return 'key-' + n;
      };
      const [near, far] = servers.map(keyOf);
      const told = (call) => call.catch(({ code, maybeApplied }) => [code, maybeApplied]);
      (async () => {
        console.log(await client.set(near, 'there'));
        const files = [];
        try { for (;;) files.push(openSync('/dev/null')); } catch ({ code }) { console.log(code); }
        console.log(await told(client.get(far)), await told(client.set(far, 'x')), await client.get(near));
        files.forEach((file) => closeSync(file));
        const start = now();
        while (!(await client.set(far, 'back').catch(() => false))) await new Promise((r) => setTimeout(r, 10));
        tellElapsed(start);
        await client.close();
      })();`,
    );
    const { elapsed, ending } = timed(run);
    const refused = "[ 'CONNECTION', false ]";
    expect(ending).toEqual(quietEnd(`true\nEMFILE\n${refused} ${refused} there\n`));
    expect(elapsed).toBeLessThanOrEqual(recovery);
  });
});

describe.each(variants)('F30 a process that cannot start threads, $name', ({ options }) => {
  test('refuses a client with a clean error, and makes it when it can', async () => {
    const server = await ownServer();
    const main = `
      const make = () => ${newClient(server, options)};
      process.env.NO_THREADS = '1';
      try { make(); } catch (error) { console.log(error instanceof MemcachedError, error.code); }
      delete process.env.NO_THREADS;
      const client = make();
      console.log(await client.set('key', 'value'));
      await client.close();`;
    expect(await runMain(main, { preload })).toEqual(quietEnd('true CONNECTION\ntrue\n'));
  });
});
