// Arguments that run code of the caller's when they are looked at: an error of the package, not theirs.
import { Client } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { hostileProxy } from '../unit/properties';
import { failure, freshKey, oneServer, openClient, thrown } from './helpers';

const hostile = hostileProxy();

const attempts: Record<string, (client: Client, hostile: never) => Promise<unknown>> = {
  'a key in a multi-get': (client, key) => client.getMulti([key]),
  'a key in a multi-delete': (client, key) => client.deleteMulti([key]),
  'a key in a multi-set': (client, key) => client.setMulti([[key, 1]]),
  'the entries of a multi-set': (client, entries) => client.setMulti(entries),
  'an entry of a multi-set': (client, entry) => client.setMulti([entry]),
  'the options of close': (client, options) => client.close(options),
};

test.each(Object.keys(attempts))('an object that throws as %s', async (name) => {
  const attempt = attempts[name] as (typeof attempts)[string];
  const client = openClient('127.0.0.1:1', {});
  const outcome = await attempt(client, hostile as never).catch((error: unknown) => error);
  const { errors } = outcome as { errors?: Map<string, unknown> };
  const error = errors === undefined ? outcome : [...errors.values()][0];
  expect(error).toMatchObject({ name: 'MemcachedError', code: 'INVALID_ARGUMENT' });
});

test('an object that throws as the servers or the options of a client', () => {
  for (const make of [
    () => new Client(hostile as never),
    () => new Client('127.0.0.1', hostile),
    () => Client.fromConfig(hostile as never),
    () => Client.fromConfig('--SERVER=127.0.0.1', hostile),
  ]) {
    expect(thrown(make).code).toBe('INVALID_ARGUMENT');
  }
});

test('options beside a configuration string that are no object', () => {
  for (const options of [null, 5, true, new Map(), []]) {
    const make = () => Client.fromConfig('--SERVER=127.0.0.1', options as never);
    expect(thrown(make).code, String(options)).toBe('INVALID_ARGUMENT');
  }
});

test('keys of a stream that are no keys', async () => {
  const client = openClient('127.0.0.1:1', {});
  for (const keys of [undefined, null, 5, {}, 'keys', new Date(0)]) {
    const error = await failure(client.getMultiStream(keys as never).next());
    expect(error.code, String(keys)).toBe('INVALID_ARGUMENT');
  }
});

describe.each(variants)('a key whose own length calls the client, $name', ({ options }) => {
  const cache = oneServer(options);

  function trapped(key: string): { bytes: Buffer; inner: Promise<unknown>[] } {
    const bytes = Buffer.from(key);
    const inner: Promise<unknown>[] = [];
    Object.defineProperty(bytes, 'length', {
      get() {
        if (inner.length === 0) inner.push(cache.client.get(freshKey()));
        return 2;
      },
    });
    return { bytes, inner };
  }

  test.each([
    ['get', (key: Buffer) => cache.client.get(key)],
    ['getMulti', async (key: Buffer) => [...(await cache.client.getMulti([key])).values()][0]],
    ['getOrSet', (key: Buffer) => cache.client.getOrSet(key, 60, () => 'loaded')],
    ['groupKey', (group: Buffer, key: string) => cache.client.get(key, { groupKey: group })],
  ] as const)('is answered as a key of %s, and so is what it asked', async (_what, read) => {
    const key = freshKey('a-key-of-more-than-two-bytes');
    await cache.client.set(key, 'value');
    const { bytes, inner } = trapped(key);
    expect(await read(bytes, key)).toBe('value');
    for (const answer of await Promise.all(inner)) expect(answer).toBeUndefined();
    expect(cache.client.metrics().pending).toBe(0);
  });
});
