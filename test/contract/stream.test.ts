import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { failure, freshKey, freshKeys, oneServer, openClient, ownServer } from './helpers';

describe.each(variants)('getMultiStream, $name', ({ options }) => {
  const cache = oneServer(options);

  /** Stored past the client, each key as its own value. */
  async function storeMany(count: number, prefix: string): Promise<void> {
    const keys = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
    const sets = keys.map((key) => `set ${key} 0 0 ${key.length} noreply\r\n${key}\r\n`);
    await raw(cache.server, sets.join(''));
  }

  async function collect(stream: AsyncIterable<[unknown, unknown]>): Promise<[unknown, unknown][]> {
    const pairs: [unknown, unknown][] = [];
    for await (const pair of stream) pairs.push(pair);
    return pairs;
  }

  test('yields a pair for every hit and nothing for a miss', async () => {
    const [one, two, absent] = freshKeys(3) as [string, string, string];
    await cache.client.setMulti({ [one]: 1, [two]: null });
    const pairs = await collect(cache.client.getMultiStream([one, absent, two]));
    expect(new Map(pairs as [string, unknown][])).toEqual(
      new Map([
        [one, 1],
        [two, null],
      ]),
    );
    expect(pairs).toHaveLength(2);
  });

  test('yields nothing for no keys', async () => {
    expect(await collect(cache.client.getMultiStream([]))).toEqual([]);
  });

  test('yields the keys without the prefix of the call', async () => {
    const key = freshKey();
    await cache.client.set(`pfx:${key}`, 'value');
    const stream = cache.client.getMultiStream([key], { prefix: 'pfx:' });
    expect(await collect(stream)).toEqual([[key, 'value']]);
  });

  test('reads its options once: what becomes of their object later changes nothing', async () => {
    await storeMany(4001, 'once:');
    await storeMany(4001, 'later:');
    const given = { prefix: 'once:' };
    const keys = Array.from({ length: 4001 }, (_, n) => `${n}`);
    let seen = 0;
    for await (const [key, value] of cache.client.getMultiStream(keys, given)) {
      given.prefix = 'later:';
      expect(value).toBe(`once:${key}`);
      seen += 1;
    }
    expect(seen).toBe(4001);
  });

  test('reads 100,000 keys, taking them from the caller only as it goes', async () => {
    const count = 100_000;
    await storeMany(count, 'many-');
    let taken = 0;
    function* keys(): Generator<string> {
      for (; taken < count; taken += 1) yield `many-${taken}`;
    }
    let seen = 0;
    let furthestAhead = 0;
    for await (const [key, value] of cache.client.getMultiStream(keys())) {
      if (key !== value) throw new Error(`${String(key)} answered ${String(value)}`);
      seen += 1;
      furthestAhead = Math.max(furthestAhead, taken - seen);
    }
    expect(seen).toBe(count);
    expect(furthestAhead).toBeLessThan(count / 4);
  });

  test('stops taking keys when the reader leaves the loop', async () => {
    let taken = 0;
    let ended = false;
    function* keys(): Generator<string> {
      try {
        for (; taken < 1_000_000; taken += 1) yield `many-${taken % 1000}`;
      } finally {
        ended = true;
      }
    }
    await storeMany(10_000, 'many-');
    for await (const _pair of cache.client.getMultiStream(keys())) break;
    expect(taken).toBeLessThan(1_000_000);
    expect(ended).toBe(true);
    expect(await cache.client.get('many-1')).toBe('many-1');
  });

  test('takes its keys from an async iterable', async () => {
    const [one, two] = freshKeys(2) as [string, string];
    await cache.client.setMulti({ [one]: 1, [two]: 2 });
    async function* keys(): AsyncGenerator<string> {
      yield one;
      await new Promise(setImmediate);
      yield two;
    }
    const found = await collect(cache.client.getMultiStream(keys()));
    expect(new Map(found as [string, unknown][])).toEqual(
      new Map([
        [one, 1],
        [two, 2],
      ]),
    );
  });

  test('rejects the loop when a server fails', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, options);
    const { code } = await failure(collect(client.getMultiStream(['one', 'two'])));
    expect(code).toBe('CONNECTION');
  });

  test('rejects the loop with what the keys themselves throw', async () => {
    const mistake = new Error('in the keys');
    function* keys(): Generator<string> {
      yield freshKey();
      throw mistake;
    }
    await expect(collect(cache.client.getMultiStream(keys()))).rejects.toSatisfy(
      (error: Error) => error === mistake || error.cause === mistake,
    );
  });

  test('rejects the loop on an invalid option, and asks nothing', async () => {
    const call = async (): Promise<unknown> =>
      collect(cache.client.getMultiStream(['key'], { surprise: true } as never));
    expect(await failure(call())).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test.each([{ surprise: true }, { timeout: 0 }, { prefix: 'a b' }, { signal: {} }, 5])(
    'rejects the loop on the options %j, though there are no keys',
    async (bad) => {
      const stream = cache.client.getMultiStream([], bad as never);
      expect(await failure(collect(stream))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );
});
