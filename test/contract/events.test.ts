import { EventEmitter, getEventListeners, on, once } from 'node:events';
import { inspect } from 'node:util';
import { Client, MemcachedError } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { failure, openClient, ownServer, runScript } from './helpers';

describe.each(variants)('events, $name', ({ options }) => {
  async function deadServer(): Promise<string> {
    const server = await ownServer();
    await server.stop();
    return server.server;
  }

  test('reach every listener until it is taken off', async () => {
    const client = openClient(await deadServer(), options);
    const [staying, once, gone] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('serverDown', staying).once('serverDown', once).on('serverDown', gone);
    client.off('serverDown', gone);
    await vi.waitFor(async () => {
      expect((await failure(client.get('key'))).code).toBe('SERVER_DOWN');
    }, 10_000);
    await vi.waitFor(() => expect(staying).toHaveBeenCalledTimes(1));
    expect(once).toHaveBeenCalledTimes(1);
    expect(gone).not.toHaveBeenCalled();
  });

  test('reach each of the clients that share a server', async () => {
    const server = await deadServer();
    const listeners = [vi.fn(), vi.fn()];
    const clients = listeners.map((listener) =>
      openClient(server, options).on('serverDown', listener),
    );
    await vi.waitFor(async () => {
      expect((await failure(clients[0]?.get('key') as Promise<unknown>)).code).toBe('SERVER_DOWN');
    }, 10_000);
    await vi.waitFor(() => {
      for (const listener of listeners) expect(listener).toHaveBeenCalledTimes(1);
    });
  });

  test('tell of the servers that a client has now, each once', async () => {
    const [old, current] = [await deadServer(), (await ownServer()).server];
    const moved = openClient(old, options);
    const stayed = openClient(old, options);
    moved.setServers(current);
    stayed.setServers(old);
    const [wrong, right] = [vi.fn(), vi.fn()];
    moved.on('serverDown', wrong);
    stayed.on('serverDown', right);
    await vi.waitFor(async () => {
      expect((await failure(stayed.get('key'))).code).toBe('SERVER_DOWN');
    }, 10_000);
    await vi.waitFor(() => expect(right).toHaveBeenCalledWith(old, expect.any(Error)));
    expect(await moved.get('key')).toBeUndefined();
    expect(right).toHaveBeenCalledTimes(1);
    expect(wrong).not.toHaveBeenCalled();
  });

  describe('whose listener throws are an uncaught error, and every operation is settled all the same', () => {
    const settleAll = `
      process.on('uncaughtException', (error) => console.log(error.message));
      (async () => {
        for (let round = 0; round < 3; round++) {
          const calls = Array.from({ length: 20 }, (_, n) => client.get('key-' + n));
          await Promise.allSettled(calls);
        }
        await client.close();
        console.log('settled');
      })();`;

    test.each([
      ['serverDown', {}],
      ['error', { failures: 'miss' }],
    ])('%s', async (event, more) => {
      const given = JSON.stringify({ ...options, ...more });
      const { code, stdout } = await runScript(`
        const client = new Client(${JSON.stringify(await deadServer())}, ${given});
        client.once(${JSON.stringify(event)}, () => { throw new Error('in the listener'); });
        ${settleAll}`);
      expect(stdout).toBe('in the listener\nsettled\n');
      expect(code).toBe(0);
    });
  });
});

describe('a client is an emitter to Node', () => {
  // That this file compiles is half of each test.

  test('whose next event can be awaited', async () => {
    const client = openClient('127.0.0.1', {});
    const next = once(client, 'serverUp');
    client.emit('serverUp', '127.0.0.1:11211');
    expect(await next).toEqual(['127.0.0.1:11211']);
  });

  test("whose 'error' rejects what waits for another event", async () => {
    const client = openClient('127.0.0.1', {});
    const next = once(client, 'serverUp', { signal: new AbortController().signal });
    const error = new MemcachedError('TIMEOUT', 'by hand');
    client.emit('error', error);
    await expect(next).rejects.toBe(error);
  });

  test('whose events can be iterated', async () => {
    const client = openClient('127.0.0.1', {});
    const events = on(client, 'serverUp');
    client.emit('serverUp', 'a:11211');
    client.emit('serverUp', 'b:11211');
    expect((await events.next()).value).toEqual(['a:11211']);
    expect((await events.next()).value).toEqual(['b:11211']);
    await events.return?.();
    expect(getEventListeners(client, 'serverUp')).toEqual([]);
  });

  test('whose listeners have it as this, and are typed', () => {
    const client = openClient('127.0.0.1', {});
    const seen: [unknown, string, string][] = [];
    client.once('serverDown', function (server, { code }) {
      seen.push([this.locate('key').server, server, code]);
    });
    // @ts-expect-error there is no such event
    client.off('serverdown', () => {});
    client.emit('serverDown', 'a:11211', new MemcachedError('CONNECTION', 'by hand'));
    expect(seen).toEqual([['127.0.0.1:11211', 'a:11211', 'CONNECTION']]);
  });

  test('with every method of an EventEmitter', () => {
    const methods = Object.entries(EventEmitter.prototype).filter(
      ([, value]) => typeof value === 'function',
    );
    for (const [name] of methods) expect(name in Client.prototype, name).toBe(true);
    const emitter: NodeJS.EventEmitter = openClient('127.0.0.1', {});
    expect(emitter.setMaxListeners(20).getMaxListeners()).toBe(20);
    expect(emitter.eventNames()).toEqual([]);
    expect(emitter.removeAllListeners().listenerCount('error')).toBe(0);
  });

  test('and prints nothing of it', () => {
    const client = openClient('127.0.0.1', {}).on('serverUp', () => {});
    expect(inspect(client)).toBe('Client {}');
  });
});
