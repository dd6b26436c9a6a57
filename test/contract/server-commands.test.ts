import { type Client, MemcachedError, type ServerWideOptions } from 'libmemcached';
import { type MemcachedServer, startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import {
  commandCounts,
  failure,
  freshKey,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  pairs,
  patient,
  serversFor,
  whileStopped,
} from './helpers';

describe.each(variants)('commands for whole servers, $name', ({ options }) => {
  const cache = oneServer(options);

  test('version answers what each server runs', async () => {
    const [, running] = /^VERSION (\S+)/.exec(await raw(cache.server, 'version\r\n')) ?? [];
    expect(await cache.client.version()).toEqual(new Map([[cache.server.server, running]]));
  });

  test('ping answers the milliseconds a round trip took', async () => {
    const answer = await cache.client.ping();
    expect([...answer.keys()]).toEqual([cache.server.server]);
    expect(answer.get(cache.server.server)).toBeTypeOf('number');
    expect(answer.get(cache.server.server)).toBeGreaterThanOrEqual(0);
  });

  describe('stats', () => {
    test('answers the general statistics, numbers as numbers', async () => {
      const stats = (await cache.client.stats()).get(cache.server.server);
      expect(stats).toMatchObject({ pid: cache.server.pid, pointer_size: 64 });
      expect(stats).toMatchObject({ version: expect.any(String), uptime: expect.any(Number) });
      expect(await cache.client.stats('general')).toMatchObject(
        new Map([[cache.server.server, { pid: cache.server.pid }]]),
      );
    });

    test('answers each section with its own names', async () => {
      await cache.client.set(freshKey(), 'so that there is an item');
      const section = async (name: string): Promise<Record<string, unknown>> =>
        (await cache.client.stats(name as 'items')).get(cache.server.server) as never;
      expect(Object.keys(await section('items')).join()).toMatch(/items:\d+:number/);
      expect(await section('slabs')).toMatchObject({ active_slabs: expect.any(Number) });
      expect(await section('settings')).toMatchObject({ maxconns: expect.any(Number) });
      expect(Object.keys(await section('sizes'))).not.toEqual([]);
    });

    test('answers the connections, where the protocol can ask for them', async () => {
      const conns = (await cache.client.stats('conns')).get(cache.server.server);
      if (options.protocol === 'binary') expect(conns).toMatchObject({ code: 'UNSUPPORTED' });
      else expect(Object.keys(conns as object).join()).toMatch(/\d+:addr/);
    });

    test('reset sets the counters back', async () => {
      await cache.client.set(freshKey(), 1);
      const counted = async (): Promise<unknown> =>
        ((await cache.client.stats()).get(cache.server.server) as Record<string, unknown>).cmd_set;
      expect(await counted()).toBeGreaterThan(0);
      await cache.client.stats('reset');
      expect(await counted()).toBe(0);
    });
  });

  describe('flush', () => {
    test('empties every server', async () => {
      const servers = [await ownServer(), await ownServer()];
      const client = openClient(
        servers.map(({ server }) => server),
        options,
      );
      const keys = freshKeys(50);
      await client.setMulti(pairs(keys, () => 1));
      expect(await client.flush()).toEqual(new Map(servers.map(({ server }) => [server, true])));
      expect((await client.getMulti(keys)).missing).toHaveLength(50);
    });

    test('with a delay empties them later', async () => {
      const server = await ownServer();
      const client = openClient(server.server, options);
      await client.set('key', 'value');
      expect(await client.flush({ delay: 2 })).toEqual(new Map([[server.server, true]]));
      expect(await client.get('key')).toBe('value');
      await vi.waitFor(async () => expect(await client.get('key')).toBeUndefined(), 10_000);
    });

    test.each([-1, 1.5, 2 ** 31, 2 ** 31 - 1, Date.now(), '5'])(
      'names the delay when it refuses %o, and asks nothing',
      async (delay) => {
        const before = await commandCounts(cache);
        const error = await failure(cache.client.flush({ delay: delay as number }));
        expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'flush' });
        expect(error.message).toMatch(/^delay must be a whole number/);
        expect(await commandCounts(cache)).toEqual(before);
      },
    );

    test('is an error entry of a server that does not allow it', async () => {
      const server = await ownServer({ args: ['-F'] });
      const client = openClient(server.server, options);
      await client.set('key', 'stays');
      expect((await client.flush()).get(server.server)).toBeInstanceOf(MemcachedError);
      expect(await client.get('key')).toBe('stays');
    });
  });

  describe('when one of the servers does not answer', () => {
    const cluster = serversFor({ ...options, timeout: 300 }, 2);

    test.each(['version', 'ping', 'stats', 'flush'] as const)(
      '%s has an error as its entry, beside the answer of the other',
      async (command) => {
        const [stopped, healthy] = cluster.servers as [MemcachedServer, MemcachedServer];
        const answer = await whileStopped<Map<string, unknown>>(stopped, () =>
          cluster.client[command](),
        );
        expect([...answer.keys()].sort()).toEqual([stopped.server, healthy.server].sort());
        expect(answer.get(stopped.server)).toBeInstanceOf(MemcachedError);
        expect(answer.get(stopped.server)).toMatchObject({
          code: expect.stringMatching(/^(TIMEOUT|CONNECTION|SERVER_DOWN)$/),
          server: stopped.server,
          operation: command,
        });
        expect(answer.get(healthy.server)).not.toBeInstanceOf(Error);
      },
    );

    test.each(['version', 'ping', 'stats'] as const)(
      '%s has not changed anything there',
      async (command) => {
        const [stopped] = cluster.servers as [MemcachedServer];
        await cluster.client.version(patient); // connects
        const answer = await whileStopped<Map<string, unknown>>(stopped, () =>
          cluster.client[command](),
        );
        expect(answer.get(stopped.server)).toMatchObject({ maybeApplied: false });
      },
    );
  });

  describe('options', () => {
    const calls: [string, (client: Client, options: ServerWideOptions) => Promise<unknown>][] = [
      ['version', (client, given) => client.version(given)],
      ['ping', (client, given) => client.ping(given)],
      ['stats', (client, given) => client.stats('general', given)],
      ['flush', (client, given) => client.flush(given)],
    ];

    test.each(calls)('%s sends nothing under a signal that is aborted', async (_name, call) => {
      const key = freshKey();
      await cache.client.set(key, 'stays');
      const before = await commandCounts(cache);
      const answer = await call(cache.client, { signal: AbortSignal.abort() });
      expect(answer).toEqual(
        new Map([[cache.server.server, expect.objectContaining({ code: 'ABORTED' })]]),
      );
      expect(await commandCounts(cache)).toEqual(before);
      expect(await cache.client.get(key)).toBe('stays');
    });

    test.each(calls)('%s is ended by a signal', async (_name, call) => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 600_000 });
      await client.version(patient);
      const abort = new AbortController();
      await whileStopped(server, async () => {
        const answer = call(client, { signal: abort.signal });
        setTimeout(() => abort.abort(), 100);
        expect(await answer).toEqual(
          new Map([[server.server, expect.objectContaining({ code: 'ABORTED' })]]),
        );
      });
      await client.close({ timeout: 100 });
    });

    test.each(calls)(
      '%s takes no prefix and no group key: it is for all items',
      async (_name, call) => {
        for (const given of [{ prefix: 'app:' }, { groupKey: 'user' }] as object[]) {
          const error = await failure(call(cache.client, given));
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
        }
      },
    );
  });
});

const inText = variants.filter(({ options }) => options.protocol === 'text');

describe.each(inText)('flush as the server receives it, $name', ({ options }) => {
  const thirtyDays = 30 * 24 * 60 * 60;

  /** The word behind `flush_all`. */
  async function sentFor(delay: number): Promise<number> {
    const flushes: string[] = [];
    const server = await startScriptedServer(async (connection) => {
      for (;;) {
        const line = await connection.readLine();
        if (line.startsWith('flush_all')) flushes.push(line);
        await connection.write(line.startsWith('get') ? 'END\r\n' : 'OK\r\n');
      }
    });
    onTestFinished(() => server.stop());
    const client = openClient(server.server, options);
    expect(await client.flush({ delay })).toEqual(new Map([[server.server, true]]));
    expect(flushes).toEqual([expect.stringMatching(/^flush_all \d+$/)]);
    return Number(flushes[0]?.split(' ')[1]);
  }

  test('has a delay of up to 30 days as it is', async () => {
    expect(await sentFor(10)).toBe(10);
    expect(await sentFor(thirtyDays)).toBe(thirtyDays);
  });

  test('has a longer one as the point in time that memcached would take it for', async () => {
    const pointInTime = Date.now() / 1000 + thirtyDays + 1;
    const sent = await sentFor(thirtyDays + 1);
    expect(sent).toBeGreaterThan(pointInTime - 5);
    expect(sent).toBeLessThan(pointInTime + 5);
  });
});
