import { type Cache, MemcachedError, type OperationOptions } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import {
  expectTtl,
  failure,
  failures,
  freshKey,
  oneServer,
  openClient,
  ownServer,
} from './helpers';

/** A loader that gives its value when it is told to. */
function heldLoad() {
  let resolveLoad: (value: string) => void = () => undefined;
  const load = vi.fn(
    () =>
      new Promise<string>((resolve) => {
        resolveLoad = resolve;
      }),
  );
  return { load, finish: (value: string) => resolveLoad(value) };
}

describe.each(variants)('getOrSet, $name', ({ options }) => {
  const cache = oneServer(options);

  test('loads and stores on a miss, and answers from the cache after that', async () => {
    const key = freshKey();
    const load = vi.fn(async () => ({ answer: 42 }));
    expect(await cache.client.getOrSet(key, 60, load)).toEqual({ answer: 42 });
    expect(await cache.client.get(key)).toEqual({ answer: 42 });
    expect(await cache.client.getOrSet(key, 60, load)).toEqual({ answer: 42 });
    expect(load).toHaveBeenCalledTimes(1);
    await expectTtl(cache.server, key, 60);
  });

  test('takes a loader that answers at once', async () => {
    expect(await cache.client.getOrSet(freshKey(), 60, () => 'now')).toBe('now');
  });

  test('does not load over a stored null, empty text, 0 or false', async () => {
    for (const value of [null, '', 0, false]) {
      const key = freshKey();
      await cache.client.set(key, value);
      const load = vi.fn(() => 'loaded');
      expect(await cache.client.getOrSet(key, 60, load)).toBe(value);
      expect(load).not.toHaveBeenCalled();
    }
  });

  test('runs one load for all callers that wait for the same key', async () => {
    const key = freshKey();
    const { load, finish } = heldLoad();
    const callers = Array.from({ length: 20 }, () => cache.client.getOrSet(key, 60, load));
    await vi.waitFor(() => expect(load).toHaveBeenCalled());
    const late = cache.client.getOrSet(key, 60, load);
    finish('loaded once');
    expect(new Set(await Promise.all([...callers, late]))).toEqual(new Set(['loaded once']));
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('runs one load for two clients of the process that are equal', async () => {
    const key = freshKey();
    const twin = openClient(cache.server.server, options);
    const { load, finish } = heldLoad();
    const answers = [cache.client.getOrSet(key, 60, load), twin.getOrSet(key, 60, load)];
    // Answered in order: after these both callers have met their miss.
    await Promise.all([cache.client.get(key), twin.get(key)]);
    finish('loaded');
    expect(await Promise.all(answers)).toEqual(['loaded', 'loaded']);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('loads different keys side by side, also under different prefixes', async () => {
    const key = freshKey();
    const load = vi.fn(async () => 'loaded');
    await Promise.all([
      cache.client.getOrSet(key, 60, load),
      cache.client.getOrSet(freshKey(), 60, load),
      cache.client.withPrefix('view:').getOrSet(key, 60, load),
      cache.client.getOrSet(key, { ttl: 60, prefix: 'call:' }, load),
    ]);
    expect(load).toHaveBeenCalledTimes(4);
  });

  describe('signal', () => {
    test('ends the wait of its caller, while the load goes on for the others', async () => {
      const key = freshKey();
      const { load, finish } = heldLoad();
      const [first, second] = [new AbortController(), new AbortController()];
      const waits = failures([
        cache.client.getOrSet(key, { ttl: 60, signal: first.signal }, load),
        cache.client.getOrSet(key, { ttl: 60, signal: second.signal }, load),
      ]);
      const patientCaller = cache.client.getOrSet(key, 60, load);
      await vi.waitFor(() => expect(load).toHaveBeenCalled());
      await cache.client.get(key); // answered in order: all three have met their miss
      first.abort(new Error('the request is gone'));
      second.abort();
      const [error, other] = await waits;
      expect(error).toMatchObject({ code: 'ABORTED', operation: 'getOrSet', key });
      expect(error?.cause).toEqual(new Error('the request is gone'));
      expect(other).toMatchObject({ code: 'ABORTED' });
      finish('loaded');
      expect(await patientCaller).toBe('loaded');
      expect(await cache.client.get(key)).toBe('loaded');
      expect(load).toHaveBeenCalledTimes(1);
    });

    test('does not keep from the cache what is loaded when nobody waits any more', async () => {
      const key = freshKey();
      const { load, finish } = heldLoad();
      const controller = new AbortController();
      const wait = failure(cache.client.getOrSet(key, { signal: controller.signal }, load));
      await vi.waitFor(() => expect(load).toHaveBeenCalled());
      controller.abort();
      expect((await wait).code).toBe('ABORTED');
      finish('loaded');
      await vi.waitFor(async () => expect(await cache.client.get(key)).toBe('loaded'));
    });

    test('may have been aborted by the load itself', async () => {
      const controller = new AbortController();
      const call = cache.client.getOrSet(freshKey(), { signal: controller.signal }, () => {
        controller.abort();
        return 'loaded';
      });
      expect((await failure(call)).code).toBe('ABORTED');
    });

    test('that never fires changes nothing', async () => {
      const { signal } = new AbortController();
      expect(await cache.client.getOrSet(freshKey(), { signal }, () => 'loaded')).toBe('loaded');
      const mistake = new Error('no database');
      const call = cache.client.getOrSet(freshKey(), { signal }, () => Promise.reject(mistake));
      await expect(call).rejects.toBe(mistake);
    });
  });

  describe('loads for each item by itself: equal keys are not one item', () => {
    /** What two callers get, of whom the second asks while the load of the first is under way. */
    async function bothAsk(
      key: string,
      [first, second]: readonly Cache[],
      [firstOptions, secondOptions]: readonly OperationOptions[] = [],
    ): Promise<unknown[]> {
      const { load, finish } = heldLoad();
      const answer = first?.getOrSet(key, { ttl: 60, ...firstOptions }, load);
      await vi.waitFor(() => expect(load).toHaveBeenCalled());
      const other = second?.getOrSet(key, { ttl: 60, ...secondOptions }, () => 'of the second');
      await second?.get(key, secondOptions); // answered in order: the second has met its miss
      finish('of the first');
      return Promise.all([answer, other]);
    }
    const apart = ['of the first', 'of the second'];

    test('in another namespace', async () => {
      const key = freshKey();
      const clients = ['one:', 'two:'].map((namespace) =>
        openClient(cache.server.server, { ...options, namespace }),
      );
      expect(await bothAsk(key, clients)).toEqual(apart);
      expect(await Promise.all(clients.map((client) => client.get(key)))).toEqual(apart);
    });

    test('in a namespace that is hashed, and in one that is not', async () => {
      const servers = [cache.server.server, (await ownServer()).server];
      const clients = [true, false].map((hashWithNamespace) =>
        openClient(servers, { ...options, namespace: 'ns:', hashWithNamespace }),
      );
      expect(await bothAsk(freshKey(), clients)).toEqual(apart);
    });

    test('under another groupKey', async () => {
      const client = openClient([cache.server.server, (await ownServer()).server], options);
      const groups = [{ groupKey: 'a' }, { groupKey: 'b' }];
      expect(await bothAsk(freshKey(), [client, client], groups)).toEqual(apart);
    });

    test('on other servers, also for a view from before setServers', async () => {
      const moved = openClient(cache.server.server, options);
      const view = moved.withPrefix('');
      moved.setServers((await ownServer()).server);
      expect(await bothAsk(freshKey(), [cache.client, view])).toEqual(apart);
    });
  });

  test('rejects all waiting callers when the load fails, and loads again after that', async () => {
    const key = freshKey();
    const mistake = new Error('no database');
    const load = vi.fn(async (): Promise<string> => {
      throw mistake;
    });
    const callers = Array.from({ length: 3 }, () => cache.client.getOrSet(key, 60, load));
    for (const outcome of await Promise.allSettled(callers)) {
      expect(outcome.status).toBe('rejected');
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason === mistake || reason.cause === mistake).toBe(true);
    }
    expect(load).toHaveBeenCalledTimes(1);
    expect(await cache.client.has(key)).toBe(false);
    expect(await cache.client.getOrSet(key, 60, () => 'recovered')).toBe('recovered');
  });

  test('rejects alike when the loader throws at once', async () => {
    const key = freshKey();
    const mistake = new Error('at once');
    const call = cache.client.getOrSet(key, 60, () => {
      throw mistake;
    });
    await expect(call).rejects.toSatisfy(
      (error: Error) => error === mistake || error.cause === mistake,
    );
    expect(await cache.client.getOrSet(key, 60, () => 'recovered')).toBe('recovered');
  });

  test('rejects with the very error of the load, also with one that cannot be changed', async () => {
    const thrown = [
      Object.freeze(new MemcachedError('DECODE', 'frozen')),
      Object.freeze(new Error('frozen')),
      undefined,
    ];
    for (const mistake of thrown) {
      const load = () => {
        throw mistake;
      };
      await expect(cache.client.getOrSet(freshKey(), 60, load)).rejects.toBe(mistake);
    }
  });

  test('rejects with the error of another client as that client has made it', async () => {
    const server = await ownServer();
    await server.stop();
    const [other, asMisses] = [
      openClient(server.server, options),
      openClient(cache.server.server, { ...options, failures: 'miss' }),
    ];
    for (const client of [cache.client, asMisses]) {
      const call = client.getOrSet(freshKey(), 60, () => other.get('key-of-the-other'));
      expect(await failure(call)).toMatchObject({
        code: 'CONNECTION',
        operation: 'get',
        key: 'key-of-the-other',
        server: server.server,
      });
      expect(client.metrics().forgiven).toBe(0);
    }
  });

  test('answers undefined and stores nothing when the load finds nothing', async () => {
    const key = freshKey();
    expect(await cache.client.getOrSet(key, 60, () => undefined)).toBeUndefined();
    expect(await cache.client.has(key)).toBe(false);
    expect(await cache.client.getOrSet(key, 60, () => 'found now')).toBe('found now');
  });

  test('may use the client inside the loader, also for another getOrSet', async () => {
    const [outer, inner] = [freshKey(), freshKey()];
    const value = await cache.client.getOrSet(outer, 60, async () => [
      await cache.client.getOrSet(inner, 60, () => 'inner'),
    ]);
    expect(value).toEqual(['inner']);
    expect(await cache.client.get(inner)).toBe('inner');
  });

  test('stores under the key it was given, whatever becomes of the Buffer', async () => {
    const key = freshKey();
    const bytes = Buffer.from(key);
    const value = cache.client.getOrSet(bytes, 60, () => 'loaded');
    bytes.fill('x');
    expect(await value).toBe('loaded');
    expect(await cache.client.get(key)).toBe('loaded');
  });

  test('loads nothing for an invalid key', async () => {
    const load = vi.fn(() => 'loaded');
    await expect(cache.client.getOrSet('not a key', 60, load)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(load).not.toHaveBeenCalled();
  });
});
