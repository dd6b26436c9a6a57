import { Client } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import {
  connectionsOf,
  expectConnections,
  failure,
  failures,
  freshKey,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  pairs,
  patient,
  whileStopped,
} from './helpers';

describe.each(variants)('the life of a client, $name', ({ options }) => {
  const cache = oneServer(options);

  test('begins without a connection: it connects when it is first used', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, shared: false });
    await expectConnections(server, 0);
    await client.get('key');
    expect(await connectionsOf(server)).toBeGreaterThan(0);
  });

  test('may begin with a server that does not exist, and end without having been used', async () => {
    const client = new Client('127.0.0.1:1', options);
    await client.close();
  });

  describe('close', () => {
    test('settles everything that is under way', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      const keys = freshKeys(500);
      const calls: Promise<unknown>[] = keys.flatMap((key) => [
        client.set(key, key),
        client.get(key),
      ]);
      calls.push(client.getMulti(keys), client.stats());
      const outcomes = Promise.allSettled(calls);
      await client.close();
      for (const outcome of await outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('CLOSED');
      }
    });

    test('has settled every operation when it resolves', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      let settled = 0;
      const count = (): void => {
        settled += 1;
      };
      for (const key of freshKeys(200)) client.set(key, 1).then(count, count);
      await client.close();
      expect(settled).toBe(200);
    });

    test('waits for all of an operation on many keys', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      const keys = freshKeys(10_000);
      const written = client.setMulti(pairs(keys, (key) => key));
      await client.close();
      expect(await written).toMatchObject({ ok: true, errors: new Map() });
      expect((await cache.client.getMulti(keys)).missing).toEqual([]);
    });

    test('waits for what update and getOrSet store, also where it is still being made', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      const [updated, loaded] = freshKeys(2) as [string, string];
      let make: (value: string) => void = () => {};
      const made = new Promise<string>((resolve) => {
        make = resolve;
      });
      const calls = [client.update(updated, () => made), client.getOrSet(loaded, 60, () => made)];
      const closing = client.close();
      expect((await failure(client.update(updated, () => made))).code).toBe('CLOSED');
      make('made');
      expect(await Promise.all(calls)).toEqual(['made', 'made']);
      await closing;
      expect(await cache.client.get(updated)).toBe('made');
      expect(await cache.client.get(loaded)).toBe('made');
    });

    test('waits for what getOrSet loads and stores, also where its caller waits no more', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      let finish: (value: string) => void = () => {};
      const load = vi.fn(
        () =>
          new Promise<string>((resolve) => {
            finish = resolve;
          }),
      );
      const key = freshKey();
      const abort = new AbortController();
      const wait = failure(client.getOrSet(key, { signal: abort.signal }, load));
      await vi.waitFor(() => expect(load).toHaveBeenCalled());
      abort.abort();
      expect((await wait).code).toBe('ABORTED');

      const closed = vi.fn();
      const closing = client.close().then(closed);
      await cache.client.get(key);
      await new Promise(setImmediate);
      expect(closed).not.toHaveBeenCalled();
      finish('loaded');
      await closing;
      expect(await cache.client.get(key)).toBe('loaded');
    });

    test('with a timeout does not wait longer for what is being made', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      let make: (value: string) => void = () => {};
      const made = new Promise<string>((resolve) => {
        make = resolve;
      });
      const [updated, loaded] = freshKeys(2) as [string, string];
      const update = failure(client.update(updated, () => made));
      const loading = client.getOrSet(loaded, 60, () => made);
      await Promise.all([client.get(updated), client.get(loaded)]);
      await client.close({ timeout: 1 });
      make('made');
      expect(await update).toMatchObject({ code: 'CLOSED', maybeApplied: false });
      expect(await loading).toBe('made');
      expect((await cache.client.getMulti([updated, loaded])).size).toBe(0);
    });

    test('closes the connections', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, shared: false });
      await Promise.all(freshKeys(100).map((key) => client.set(key, 1)));
      expect(await connectionsOf(server)).toBeGreaterThan(0);
      await client.close();
      await expectConnections(server, 0);
    });

    test('does not wait for what a signal has taken back', async () => {
      for (let round = 0; round < 20; round += 1) {
        const client = openClient(cache.server.server, options);
        const abort = new AbortController();
        const read = failure(client.get('key', { signal: abort.signal }));
        const closed = client.close({ timeout: 600_000 });
        abort.abort();
        await closed;
        expect((await read).code).toBe('ABORTED');
      }
    });

    test('may be called again, at once and later', async () => {
      const client = openClient(cache.server.server, options);
      await Promise.all([client.close(), client.close()]);
      await client.close();
      await client.close({ timeout: 1 });
    });

    test('has every later call refused with CLOSED', async () => {
      const client = openClient(cache.server.server, options);
      const view = client.withPrefix('view:');
      await client.close();
      const calls = [
        client.get('k'),
        client.gets('k'),
        client.getRaw('k'),
        client.getAndTouch('k', 1),
        client.has('k'),
        client.set('k', 1),
        client.add('k', 1),
        client.replace('k', 1),
        client.append('k', 'a'),
        client.prepend('k', 'a'),
        client.setRaw('k', 'a', 0),
        client.cas('k', 1, 1n),
        client.update('k', () => 1),
        client.getOrSet('k', 1, () => 1),
        client.incr('k'),
        client.decr('k'),
        client.touch('k', 1),
        client.delete('k'),
        client.flush(),
        client.version(),
        client.ping(),
        client.stats(),
        view.get('k'),
      ];
      for (const { code } of await failures(calls)) expect(code).toBe('CLOSED');
      const multi = [client.getMulti(['k']), client.setMulti({ k: 1 }), client.deleteMulti(['k'])];
      for (const { code } of await failures(multi)) expect(code).toBe('CLOSED');
      const stream = async (): Promise<void> => {
        for await (const _pair of client.getMultiStream(['k']));
      };
      expect((await failure(stream())).code).toBe('CLOSED');
      const swap = async (): Promise<void> => client.setServers(cache.server.server);
      expect((await failure(swap())).code).toBe('CLOSED');
    });

    test('of one client leaves an equal one working', async () => {
      const [first, second] = [
        openClient(cache.server.server, options),
        openClient(cache.server.server, options),
      ];
      const key = freshKey();
      await first.set(key, 'value');
      const reads = Array.from({ length: 50 }, () => second.get(key));
      await first.close();
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['value']));
      expect(await second.get(key)).toBe('value');
    });

    test('inside the answer of an operation settles the others too', async () => {
      const client = openClient(cache.server.server, { ...options, shared: false });
      const calls = freshKeys(100).map((key) => client.set(key, 1));
      const closed = (calls[0] as Promise<boolean>).then(() => client.close());
      for (const outcome of await Promise.allSettled(calls)) {
        if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('CLOSED');
      }
      await closed;
    });

    test('with a timeout does not wait longer for a server that does not answer', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 600_000, shared: false });
      await client.set('key', 'value');
      await whileStopped(server, async () => {
        const pending = failures([client.get('key'), client.set('key', 'new')]);
        await client.close({ timeout: 100 });
        for (const { code } of await pending) expect(code).toBe('CLOSED');
      });
    });

    test('answers CLOSED for every key that it did not wait for', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 600_000, shared: false });
      await client.set('key', 'value');
      await whileStopped(server, async () => {
        const keys = freshKeys(5000);
        const written = client.setMulti(pairs(keys, (key) => key));
        await client.close({ timeout: 100 });
        const { errors } = await written;
        expect([...errors.keys()]).toEqual(keys);
        expect(new Set([...errors.values()].map(({ code }) => code))).toEqual(new Set(['CLOSED']));
      });
    });

    test('without one ends when the operations reach their deadlines', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 200, shared: false });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        const pending = failure(client.get('key'));
        await client.close();
        expect((await pending).code).toMatch(/^(TIMEOUT|CLOSED)$/);
      });
    });

    test('refuses options that it does not know', async () => {
      const client = openClient(cache.server.server, options);
      for (const bad of [{ timeout: -1 }, { timeout: Number.NaN }, { wait: 5 }, 'now']) {
        expect(await failure(client.close(bad as never))).toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      }
      expect(await client.set(freshKey(), 'still open')).toBe(true);
    });
  });

  test('Symbol.asyncDispose closes the client', async () => {
    const client = new Client(cache.server.server, options);
    await client[Symbol.asyncDispose]();
    expect((await failure(client.get('key'))).code).toBe('CLOSED');
  });

  test('a hundred clients one after the other leave no connection behind', async () => {
    const server = await ownServer();
    for (let n = 0; n < 100; n += 1) {
      const client = new Client(server.server, { ...options, shared: false });
      expect(await client.set(`key-${n}`, n)).toBe(true);
      await client.close();
    }
    await expectConnections(server, 0);
  });
});
