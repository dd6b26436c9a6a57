import { MemcachedError } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { failure, freshKey, oneServer, openClient, ownServer, runScript } from './helpers';

describe.each(variants)("failures: 'miss', $name", ({ options }) => {
  const cache = oneServer(options);
  const asMisses = { ...options, failures: 'miss' } as const;

  async function clientOfDeadServer(): Promise<{
    client: ReturnType<typeof openClient>;
    errors: MemcachedError[];
    server: string;
  }> {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, asMisses);
    const errors: MemcachedError[] = [];
    client.on('error', (error: MemcachedError) => errors.push(error));
    return { client, errors, server: server.server };
  }

  test('a failed read answers a miss and its error goes to the error event', async () => {
    const { client, errors, server } = await clientOfDeadServer();
    expect(await client.get('key')).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(MemcachedError);
    expect(errors[0]).toMatchObject({ code: 'CONNECTION', operation: 'get', key: 'key', server });
  });

  test('every read answers as for a key that is not there', async () => {
    const { client } = await clientOfDeadServer();
    expect(await client.gets('key')).toBeUndefined();
    expect(await client.getRaw('key')).toBeUndefined();
    expect(await client.getAndTouch('key', 5)).toBeUndefined();
    expect(await client.has('key')).toBe(false);
    const result = await client.getMulti(['a', 'b']);
    expect(result.size).toBe(0);
    expect(new Set(result.missing)).toEqual(new Set(['a', 'b']));
  });

  test('every write answers as if it had not been stored', async () => {
    const { client, errors } = await clientOfDeadServer();
    expect(await client.set('key', 1)).toBe(false);
    expect(await client.add('key', 1)).toBe(false);
    expect(await client.replace('key', 1)).toBe(false);
    expect(await client.append('key', 'a')).toBe(false);
    expect(await client.prepend('key', 'a')).toBe(false);
    expect(await client.setRaw('key', 'a', 0)).toBe(false);
    expect(await client.touch('key', 1)).toBe(false);
    expect(await client.delete('key')).toBe(false);
    expect(await client.incr('key')).toBeUndefined();
    expect(await client.setMulti({ a: 1 })).toMatchObject({ ok: false, applied: [] });
    expect(errors.length).toBeGreaterThanOrEqual(10);
  });

  test('getOrSet answers what it loads', async () => {
    const { client } = await clientOfDeadServer();
    expect(await client.getOrSet('key', 60, () => 'loaded')).toBe('loaded');
  });

  test('update does not take a failure for another writer, again and again', async () => {
    const { client } = await clientOfDeadServer();
    const change = vi.fn(() => 'new');
    await client.update('key', change).catch(() => undefined);
    expect(change.mock.calls.length).toBeLessThan(10);
  });

  test('update rejects with what the function rejects with, an error of another client too', async () => {
    const client = openClient(cache.server.server, asMisses);
    const { server } = await clientOfDeadServer();
    const other = openClient(server, options);
    const update = client.update(freshKey(), () => other.get('key'));
    expect(await failure(update)).toMatchObject({
      code: 'CONNECTION',
      operation: 'get',
      key: 'key',
      server,
    });
    expect(client.metrics().forgiven).toBe(0);
  });

  test('update and getOrSet reject with the very error of the function, however like one of theirs', async () => {
    const client = openClient(cache.server.server, asMisses);
    const mistake = Object.freeze(new MemcachedError('CONNECTION', 'of the function'));
    const fail = () => {
      throw mistake;
    };
    await expect(client.update(freshKey(), fail)).rejects.toBe(mistake);
    await expect(client.getOrSet(freshKey(), 60, fail)).rejects.toBe(mistake);
    expect(client.metrics().forgiven).toBe(0);
  });

  test('a value that cannot be decoded is a miss too', async () => {
    const client = openClient(cache.server.server, asMisses);
    const errors: MemcachedError[] = [];
    client.on('error', (error: MemcachedError) => errors.push(error));
    const key = freshKey();
    await raw(cache.server, `set ${key} 4294967295 0 1\r\nx\r\n`);
    expect(await client.get(key)).toBeUndefined();
    expect(errors.map(({ code }) => code)).toEqual(['DECODE']);
  });

  test('without a listener the errors are dropped, never thrown', async () => {
    const server = await ownServer();
    await server.stop();
    const ending = await runScript(`
      const client = new Client(${JSON.stringify(server.server)}, ${JSON.stringify(asMisses)});
      (async () => {
        console.log(await client.get('key'), await client.set('key', 1));
        await client.close();
      })();`);
    expect(ending).toEqual({ code: 0, signal: null, stdout: 'undefined false\n', stderr: '' });
  });

  test('what the caller did wrong is rejected all the same', async () => {
    const client = openClient(cache.server.server, asMisses);
    expect((await failure(client.get('bad key'))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(client.set(freshKey(), 1, -1))).code).toBe('INVALID_ARGUMENT');
    await client.close();
    expect((await failure(client.get('key'))).code).toBe('CLOSED');
  });

  test('a healthy server is answered as ever, and no error is emitted', async () => {
    const client = openClient(cache.server.server, asMisses);
    const listener = vi.fn();
    client.on('error', listener);
    const key = freshKey();
    expect(await client.get(key)).toBeUndefined();
    expect(await client.set(key, 'value')).toBe(true);
    expect(await client.get(key)).toBe('value');
    expect(await client.add(key, 'value')).toBe(false);
    expect(listener).not.toHaveBeenCalled();
  });

  test('is not the default: a failure rejects and the error event stays silent', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, options);
    const listener = vi.fn();
    client.on('error', listener);
    expect((await failure(client.get('key'))).code).toBe('CONNECTION');
    expect(listener).not.toHaveBeenCalled();
  });
});
