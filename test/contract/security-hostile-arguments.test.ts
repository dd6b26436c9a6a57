// Arguments that run code of the caller's when they are looked at: an error of the package, not theirs.
import { Client } from 'libmemcached';
import { expect, test } from 'vitest';
import { hostileProxy } from '../unit/properties';
import { failure, openClient, thrown } from './helpers';

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
