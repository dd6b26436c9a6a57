// What a full server costs, and a process that has no descriptors or threads left.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProxy } from 'libmemcached/testing';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openClient, ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { recovery, stalls } from '../support/stalls';
import { variants } from '../support/variants';
import { compile } from './compile';
import { timed, watch } from './elapsed';
import { runLimited } from './limited';

const preload = [compile('no-threads', ['-shared', '-fPIC'])];

describe.each(variants)('F28 a server that is full, $name', ({ options }) => {
  test.each(['maxconns_fast', 'no_maxconns_fast'])(
    'with %s: meets no storm of connections',
    async (mode) => {
      const server = await ownServer({ args: ['-c', '40', '-o', mode] });
      const proxy = await startProxy(server.server);
      onTestFinished(() => proxy.stop());
      const others = Array.from({ length: 60 }, () =>
        connect(server.port as number, '127.0.0.1').on('error', () => {}),
      );
      onTestFinished(() => {
        for (const socket of others) socket.destroy();
      });
      await sleep(300);
      const limits = { timeout: 200, connectTimeout: 200, connections: 2, shared: false };
      const client = openClient(proxy.server, { ...options, ...limits });
      const codes: string[] = [];
      const start = performance.now();
      for (let n = 0; n < 100; n += 1) {
        await client.get(`key-${n}`).catch(({ code }) => codes.push(code));
        await sleep(10);
      }
      const seconds = (performance.now() - start) / 1000;
      expect(codes).toHaveLength(100);
      expect(codes.slice(10).filter((code) => code !== 'SERVER_DOWN').length).toBeLessThan(10);
      // Those before the breaker opens, and then its probes: fewer than 5 a second.
      expect(proxy.accepted).toBeLessThan(limits.connections * (6 + 5 * seconds));
    },
  );
});

describe.each(variants)('F29 a process without free descriptors, $name', ({ options }) => {
  test('is told that this is why', async () => {
    const server = await ownServer();
    const ending = await runLimited(
      'ulimit -n 64',
      `const { openSync } = require('node:fs');
      const client = new Client('${server.server}', ${JSON.stringify(options)});
      try { for (;;) openSync('/dev/null'); } catch {}
      client.get('key').catch(({ code, message }) => {
        console.log(code, /\\bEMFILE\\b/.test(message));
        process.exit();
      });`,
    );
    expect(ending).toEqual({ code: 0, signal: null, stderr: '', stdout: 'CONNECTION true\n' });
  });
});

describe.each(variants)('F30 a process that cannot start threads, $name', ({ options }) => {
  beforeAll(() => stalls.ready);

  test.each([
    ['127.0.0.1', recovery],
    // It takes a thread to look a name up: the next attempt comes after a second.
    ['localhost', 1000 + recovery],
  ])('answers every operation on %s, and recovers within %i ms', async (host, bound) => {
    const { port } = await ownServer();
    const main = `${watch}
      const client = ${newClient({ server: `${host}:${port}` }, options)};
      const isTold = (call) => call.then(() => true, (error) => error instanceof MemcachedError);
      process.env.NO_THREADS = '1';
      console.log(await isTold(client.get('key')), await isTold(client.set('key', 'value')));
      delete process.env.NO_THREADS;
      const start = now();
      while (!(await client.set('key', 'back').catch(() => false))) await sleep(10);
      tellElapsed(start);
      await client.close();`;
    const { elapsed, ending } = timed(await runMain(main, { preload }));
    expect(ending).toEqual(quietEnd('true true\n'));
    expect(elapsed).toBeLessThanOrEqual(bound);
  });

  test('closes a client, or changes its servers', async () => {
    const server = await ownServer();
    const main = `
      const client = ${newClient(server, options)};
      await client.set('key', 'value');
      process.env.NO_THREADS = '1';
      try { client.setServers('127.0.0.1:1'); } catch (error) {
        console.log(error instanceof MemcachedError, error.code);
      }
      console.log(await client.get('key'));
      await client.close();
      console.log('closed');`;
    expect(await runMain(main, { preload })).toEqual(quietEnd('true CONNECTION\nvalue\nclosed\n'));
  });
});
