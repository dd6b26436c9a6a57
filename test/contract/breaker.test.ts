import { MemcachedError } from 'libmemcached';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { failure, openClient, ownServer, pairs, patient, whileStopped } from './helpers';

describe.each(variants)('a server that dies and comes back, $name', ({ options }) => {
  async function restart(server: MemcachedServer): Promise<MemcachedServer> {
    const again = await startMemcached({ args: ['-p', String(server.port)] });
    onTestFinished(() => again.stop());
    expect(again.server).toBe(server.server);
    return again;
  }

  test('fails with CONNECTION, then SERVER_DOWN, and answers again when it is back', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, connections: 1 });
    const events: unknown[][] = [];
    client.on('serverDown', (...event) => events.push(['down', ...event]));
    client.on('serverUp', (...event) => events.push(['up', ...event]));
    await client.set('key', 'value');
    expect(events).toEqual([]);

    await server.stop();
    const codes: string[] = [];
    await vi.waitFor(async () => {
      codes.push((await failure(client.get('key'))).code);
      expect(codes.at(-1)).toBe('SERVER_DOWN');
    }, 10_000);
    expect(codes[0]).toBe('CONNECTION');
    expect(new Set(codes)).toEqual(new Set(['CONNECTION', 'SERVER_DOWN']));
    await vi.waitFor(() => {
      expect(events).toEqual([['down', server.server, expect.any(MemcachedError)]]);
    });

    await restart(server);
    await vi.waitFor(() => client.get('key'), 10_000);
    expect(await client.get('key')).toBeUndefined();
    expect(await client.set('key', 'stored again')).toBe(true);
    await vi.waitFor(() => expect(events.at(-1)).toEqual(['up', server.server]));
    expect(events).toHaveLength(2);
  });

  test('sends nothing while it is down: a write has surely not been applied', async () => {
    const server = await ownServer();
    const client = openClient(server.server, options);
    await client.get('key');
    await server.stop();
    const error = await vi.waitFor(async () => {
      const refused = await failure(client.set('key', 'value'));
      expect(refused.code).toBe('SERVER_DOWN');
      return refused;
    }, 10_000);
    expect(error).toMatchObject({
      operation: 'set',
      key: 'key',
      server: server.server,
      maybeApplied: false,
    });
    const result = await client.setMulti({ a: 1, b: 2 });
    expect(result).toMatchObject({ ok: false, applied: [], refused: [] });
    expect(result.errors.size).toBe(2);
  });

  test('is noticed also when it only stops answering', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, timeout: 100 });
    await client.set('key', 'value', patient);
    await whileStopped(server, async () => {
      await vi.waitFor(async () => {
        expect((await failure(client.get('key'))).code).toBe('SERVER_DOWN');
      }, 10_000);
    });
    expect(await vi.waitFor(() => client.get('key', patient), 10_000)).toBe('value');
  });

  test('leaves the other servers up', async () => {
    const [dying, healthy] = [await ownServer(), await ownServer()];
    const client = openClient([dying.server, healthy.server], options);
    const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
    await client.setMulti(pairs(keys, (key) => key));
    await dying.stop();
    const lost = keys.filter((key) => client.locate(key).server === dying.server);
    for (let round = 0; round < 10; round += 1) {
      const result = await client.getMulti(keys);
      expect(new Set(result.errors.keys())).toEqual(new Set(lost));
      expect(result.size).toBe(keys.length - lost.length);
      expect(result.missing).toEqual([]);
    }
    await restart(dying);
    await vi.waitFor(async () => {
      expect((await client.getMulti(keys)).errors.size).toBe(0);
    }, 10_000);
    expect((await client.getMulti(keys)).missing).toEqual(lost);
  });

  test('is not needed at the start: a client may be older than its server', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, options);
    expect((await failure(client.get('key'))).code).toBe('CONNECTION');
    await restart(server);
    expect(await vi.waitFor(() => client.set('key', 'value'), 10_000)).toBe(true);
  });

  test('a restart between two operations costs at most errors, never a wrong answer', async () => {
    let server = await ownServer();
    const client = openClient(server.server, options);
    for (let round = 0; round < 3; round += 1) {
      await vi.waitFor(() => client.set('key', `round ${round}`), 10_000);
      expect(await client.get('key')).toBe(`round ${round}`);
      await server.stop();
      server = await restart(server);
      expect(await vi.waitFor(() => client.get('key'), 10_000)).toBeUndefined();
    }
  });
});
