import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import {
  commandCounts,
  failure,
  failures,
  freshKey,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  pairs,
  patient,
  storedItem,
  whileStopped,
} from './helpers';

/** Longer than any test runs: an operation with this deadline does not end by it. */
const NEVER = 600_000;

describe.each(variants)('deadlines and signals, $name', ({ options }) => {
  describe('timeout', () => {
    test('rejects every operation of a server that does not answer', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 250 });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        const reads = [client.get('key'), client.gets('key'), client.getAndTouch('key', 5)];
        const writes = [client.set('key', 1), client.incr('key'), client.delete('key')];
        const errors = await failures([...reads, ...writes]);
        const codes = errors.map(({ code }) => code);
        expect(codes[0]).toBe('TIMEOUT');
        // Several timeouts open the breaker, and what still waits then has not been sent.
        expect(codes.filter((code) => code !== 'TIMEOUT' && code !== 'SERVER_DOWN')).toEqual([]);
      });
      await vi.waitFor(() => client.get('key', patient), 10_000);
    });

    test('says that a write that was sent may have been applied, and a read was not', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 250, connections: 1 });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        expect(await failure(client.set('key', 'new'))).toMatchObject({
          code: 'TIMEOUT',
          operation: 'set',
          key: 'key',
          server: server.server,
          maybeApplied: true,
        });
      });
      await vi.waitFor(() => client.get('key', patient), 10_000);
      await whileStopped(server, async () => {
        expect(await failure(client.get('key'))).toMatchObject({
          code: 'TIMEOUT',
          maybeApplied: false,
        });
      });
    });

    test('never applies later what it reported as not applied', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 250, connections: 1 });
      await client.set('warm', 'connection', patient);
      const keys = freshKeys(200);
      const outcomes = await whileStopped(server, () =>
        Promise.allSettled(keys.map((key) => client.set(key, 'late'))),
      );
      await vi.waitFor(() => client.get('warm', patient), 10_000);
      for (const [index, key] of keys.entries()) {
        const { reason } = outcomes[index] as PromiseRejectedResult;
        if (reason.maybeApplied === false) expect(await storedItem(server, key)).toBeUndefined();
      }
    });

    test('is what ends an operation on a connection that never answered, too', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, connectTimeout: NEVER });
      await whileStopped(server, async () => {
        expect(await failure(client.set('key', 'value', { timeout: 100 }))).toMatchObject({
          code: 'TIMEOUT',
          // The kernel has accepted the connection: without a first question the write is on its way.
          maybeApplied: options.engine === 'pipelined',
        });
      });
    });

    test('of the call comes before that of the client', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: NEVER });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        expect((await failure(client.get('key', { timeout: 100 }))).code).toBe('TIMEOUT');
        const { errors } = await client.getMulti(['key'], { timeout: 100 });
        expect(errors.get('key')?.code).toMatch(/^(TIMEOUT|SERVER_DOWN)$/);
      });
    });

    test('leaves answers right after the server has come back', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 100 });
      const keys = freshKeys(100);
      await client.setMulti(
        pairs(keys, (key) => `value of ${key}`),
        patient,
      );
      for (let round = 0; round < 3; round += 1) {
        await whileStopped(server, () => Promise.allSettled(keys.map((key) => client.get(key))));
        await vi.waitFor(() => client.get('key', patient), 10_000);
        const values = await client.getMulti(keys, patient);
        expect(values.errors.size).toBe(0);
        for (const key of keys) expect(values.get(key)).toBe(`value of ${key}`);
      }
    });

    test('does not strike an answer that arrived while the event loop was busy', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 1000 });
      await client.set('key', 'value', patient);
      const read = client.get('key');
      await new Promise(setImmediate);
      const busyUntil = performance.now() + 1500;
      while (performance.now() < busyUntil);
      expect(await read).toBe('value');
    });
  });

  describe('signal', () => {
    const cache = oneServer(options);

    test('that is aborted already rejects with ABORTED and sends nothing', async () => {
      const key = freshKey();
      const signal = AbortSignal.abort(new Error('too late'));
      const before = await commandCounts(cache);
      const errors = await failures([
        cache.client.get(key, { signal }),
        cache.client.set(key, 'value', { signal }),
        cache.client.incr(key, 1, { initial: 1, signal }),
        cache.client.delete(key, { signal }),
      ]);
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'ABORTED', key, maybeApplied: false });
      }
      expect(await commandCounts(cache)).toEqual(before);
    });

    test('that is aborted later rejects what still waits, and says so about writes', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: NEVER });
      await client.set('key', 'value', patient);
      const abort = new AbortController();
      await whileStopped(server, async () => {
        const { signal } = abort;
        const calls = [client.get('key', { signal }), client.set('key', 'new', { signal })];
        await sleep(100);
        abort.abort();
        const [read, write] = await failures(calls);
        expect(read).toMatchObject({ code: 'ABORTED', operation: 'get', maybeApplied: false });
        expect(write).toMatchObject({ code: 'ABORTED', operation: 'set' });
      });
      await client.close({ timeout: 100 });
    });

    test('that only inherits from AbortSignal is refused', async () => {
      const given = { signal: Object.create(AbortSignal.prototype) as AbortSignal };
      const calls: [string, Promise<unknown>][] = [
        ['get', cache.client.get('key', given)],
        ['set', cache.client.set('key', 1, given)],
        ['getMulti', cache.client.getMulti(['key'], given)],
        ['setMulti', cache.client.setMulti({ key: 1 }, given)],
        ['getOrSet', cache.client.getOrSet('key', given, () => 1)],
        ['version', cache.client.version(given)],
      ];
      const errors = await failures(calls.map(([, call]) => call));
      for (const [index, error] of errors.entries()) {
        const operation = calls[index]?.[0];
        expect(error, operation).toMatchObject({ code: 'INVALID_ARGUMENT', operation });
      }
    });

    test('leaves operations alone that have none', async () => {
      const abort = new AbortController();
      const keys = freshKeys(20);
      const others = keys.map((key) => cache.client.set(key, key));
      const aborted = keys.map((key) => cache.client.get(key, { signal: abort.signal }));
      abort.abort();
      await Promise.allSettled(aborted);
      expect(await Promise.all(others)).toEqual(keys.map(() => true));
      expect((await cache.client.getMulti(keys)).size).toBe(20);
    });

    test('that is aborted in the turn of the call rejects it', async () => {
      const abort = new AbortController();
      const read = cache.client.get(freshKey(), { signal: abort.signal });
      abort.abort();
      expect(await failure(read)).toMatchObject({ code: 'ABORTED' });
    });

    test('is left without listeners once the operations are over', async () => {
      const { signal } = new AbortController();
      const keys = freshKeys(20);
      await Promise.all(keys.map((key) => cache.client.set(key, 1, { signal })));
      await cache.client.getMulti(keys, { signal });
      await Promise.allSettled([cache.client.get('bad key', { signal })]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    test('may be that of many operations without a warning', async () => {
      const warnings: Error[] = [];
      const listener = (warning: Error): number => warnings.push(warning);
      process.on('warning', listener);
      const { signal } = new AbortController();
      await Promise.all(freshKeys(50).map((key) => cache.client.set(key, 1, { signal })));
      await new Promise(setImmediate);
      process.off('warning', listener);
      expect(warnings).toEqual([]);
    });

    test('aborts a multi-get as errors of its keys or as a rejection, never as misses', async () => {
      const signal = AbortSignal.abort();
      const result = await cache.client.getMulti(freshKeys(3), { signal }).catch((error) => error);
      if (result instanceof Map) {
        const { missing, errors } = result as Awaited<ReturnType<typeof cache.client.getMulti>>;
        expect(missing).toEqual([]);
        expect([...errors.values()].map(({ code }) => code)).toEqual(Array(3).fill('ABORTED'));
      } else {
        expect(result).toMatchObject({ code: 'ABORTED' });
      }
    });

    test('and timeout may be given together', async () => {
      const key = freshKey();
      const { signal } = new AbortController();
      expect(await cache.client.set(key, 'v', { signal, timeout: 5000, ttl: 60 })).toBe(true);
      expect(await raw(cache.server, `mg ${key} v\r\n`)).toMatch(/^VA 1/);
    });
  });
});
