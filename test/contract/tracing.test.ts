import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel';
import { Client, type CommandTrace, MemcachedError } from 'libmemcached';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { failure, freshKey, openClient, ownServer, runScript, serversFor } from './helpers';

const commands = tracingChannel<unknown, CommandTrace>('libmemcached:command');

const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
type Event = (typeof events)[number];

/** Listens for the rest of the test. */
function subscribe(subscribers: Partial<TracingChannelSubscribers<CommandTrace>>): void {
  for (const [event, subscriber] of Object.entries(subscribers)) {
    commands[event as Event].subscribe(subscriber as never);
    onTestFinished(() => {
      commands[event as Event].unsubscribe(subscriber as never);
    });
  }
}

/** Every event from now on. */
function record(): { event: Event; trace: CommandTrace }[] {
  const seen: { event: Event; trace: CommandTrace }[] = [];
  subscribe(
    Object.fromEntries(
      events.map((event) => [event, (trace: CommandTrace) => seen.push({ event, trace })]),
    ),
  );
  return seen;
}

/** The contexts of the calls from now on. */
function traces(): CommandTrace[] {
  const seen: CommandTrace[] = [];
  subscribe({ start: (trace) => seen.push(trace) });
  return seen;
}

describe.each(variants)('the tracing channel, $name', ({ options }) => {
  const cache = serversFor(options, 2);

  test('tells of a call in four events with one context, the result from the third on', async () => {
    const seen = record();
    const key = freshKey();
    await cache.client.set(key, 'value');
    expect(seen.map(({ event }) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(new Set(seen.map(({ trace }) => trace)).size).toBe(1);
    expect(seen[0]?.trace).toMatchObject({ operation: 'set', key, result: true });
  });

  test('shows no result and no error before there is one', async () => {
    const atStart: string[][] = [];
    subscribe({ start: (trace) => atStart.push(Object.keys(trace)) });
    await cache.client.get(freshKey());
    expect(atStart).toEqual([
      ['client', 'operation', 'key', 'batchSize', 'serverAddress', 'serverPort'],
    ]);
  });

  test('tells of a failure by an event of its own, between end and asyncStart', async () => {
    const seen = record();
    const key = freshKey();
    await cache.client.set(key, 'no number');
    seen.length = 0;
    const error = await failure(cache.client.incr(key));
    expect(seen.map(({ event }) => event)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ]);
    expect(seen.at(-1)?.trace.error).toBe(error);
    expect(seen.at(-1)?.trace).not.toHaveProperty('result');
  });

  test('names the server of the key, as the client was told it', async () => {
    const seen = traces();
    for (let i = 0; i < 20; i += 1) {
      const key = freshKey();
      await cache.client.get(key);
      const { host, port } = cache.client.locate(key);
      expect(seen.at(-1)).toMatchObject({ serverAddress: host, serverPort: port });
    }
    expect(new Set(seen.map(({ serverPort }) => serverPort)).size).toBe(2);
  });

  test('names the server of the group key where there is one', async () => {
    const seen = traces();
    for (const groupKey of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await cache.client.get('same-key', { groupKey });
      const { port } = cache.client.locate('same-key', { groupKey });
      expect(seen.at(-1)?.serverPort).toBe(port);
    }
  });

  test('holds the key as the caller gave it, and the client that a view belongs to', async () => {
    const seen = traces();
    const key = Buffer.from(freshKey());
    await cache.client.withPrefix('view:').get(key, { prefix: 'deeper:' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.key).toBe(key);
    expect(seen[0]?.client).toBe(cache.client);
  });

  test('tells of many keys once, with their number', async () => {
    const seen = traces();
    const keys = [freshKey(), freshKey(), freshKey()];
    await cache.client.setMulti(keys.map((key) => [key, 1] as const));
    await cache.client.getMulti(keys);
    await cache.client.getsMulti(keys);
    await cache.client.incrMulti(keys);
    await cache.client.touchMulti(keys, 100);
    await cache.client.deleteMulti(keys);
    await cache.client.addMulti({});
    expect(seen.map(({ operation, batchSize }) => `${operation} ${batchSize}`)).toEqual([
      'setMulti 3',
      'getMulti 3',
      'getsMulti 3',
      'incrMulti 3',
      'touchMulti 3',
      'deleteMulti 3',
      'addMulti 0',
    ]);
    expect(seen.map(({ key, serverAddress }) => key ?? serverAddress)).toEqual(
      seen.map(() => undefined),
    );
  });

  test('tells of the single operations of getOrSet and update', async () => {
    const seen = traces();
    const key = freshKey();
    await cache.client.getOrSet(key, 100, () => 1);
    await cache.client.update(key, (value) => Number(value) + 1);
    expect(seen.map(({ operation }) => operation)).toEqual(['get', 'set', 'gets', 'cas']);
  });

  test('tells of a question to all servers once', async () => {
    const seen = traces();
    await cache.client.version();
    expect(seen).toMatchObject([{ operation: 'version', key: undefined, batchSize: undefined }]);
  });

  test('tells of a key that is none, and of a client that is closed', async () => {
    const seen = record();
    expect((await failure(cache.client.get('two words'))).code).toBe('INVALID_ARGUMENT');
    const client = openClient(cache.names, options);
    await client.close();
    expect((await failure(client.get('key'))).code).toBe('CLOSED');
    expect(seen.filter(({ event }) => event === 'asyncEnd')).toHaveLength(2);
    expect(seen.every(({ trace }) => trace.error instanceof MemcachedError)).toBe(true);
  });

  test('does not tell of a call that ends before there is something to send', async () => {
    const seen = record();
    await failure(cache.client.set('key', 1, { ttl: -5 }));
    await failure(cache.client.get('key', { timeout: 0 }));
    await failure(cache.client.getMulti('no iterable' as never));
    expect(seen).toEqual([]);
  });

  test('shows a forgiven failure as the miss that the caller sees', async () => {
    const server = await ownServer();
    await server.stop();
    const client = openClient(server.server, { ...options, failures: 'miss' });
    const seen = record();
    expect(await client.get('key')).toBeUndefined();
    expect(seen.map(({ event }) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  });

  test('leaves errors the stack of their caller', async () => {
    record();
    const key = freshKey();
    await cache.client.set(key, 'no number');
    async function theCaller() {
      await cache.client.incr(key);
    }
    expect((await failure(theCaller())).stack).toContain('theCaller');
  });

  test('is heard by who listens to one event only', async () => {
    const listener = vi.fn();
    channel('tracing:libmemcached:command:error').subscribe(listener);
    onTestFinished(() => {
      channel('tracing:libmemcached:command:error').unsubscribe(listener);
    });
    await failure(cache.client.get(''));
    expect(listener).toHaveBeenCalledOnce();
  });

  test('carries a store that is bound to it into the call, and not out of it', async () => {
    const storage = new AsyncLocalStorage<string>();
    commands.start.bindStore(storage as never, () => 'of the call');
    onTestFinished(() => {
      commands.start.unbindStore(storage as never);
    });
    const inside: unknown[] = [];
    subscribe({ asyncEnd: () => inside.push(storage.getStore()) });
    await storage.run('of the caller', async () => {
      await cache.client.get(freshKey());
      expect(storage.getStore()).toBe('of the caller');
    });
    expect(inside).toEqual(['of the call']);
  });

  test.each([true, false])('keeps the context of the caller, listened to: %s', async (listened) => {
    if (listened) record();
    const storage = new AsyncLocalStorage<number>();
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        storage.run(number, async () => {
          await cache.client.set(freshKey(), number);
          await cache.client.getMulti([freshKey()]);
          return cache.client.get(freshKey()).then(() => storage.getStore());
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });
});

test('a subscriber that throws breaks no operation; its error is uncaught', async () => {
  const server = await ownServer();
  const { stdout, code } = await runScript(`
    const { tracingChannel } = require('node:diagnostics_channel');
    const uncaught = [];
    process.on('uncaughtException', (error) => uncaught.push(error.message));
    const fail = (event) => () => { throw new Error(event); };
    const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
    tracingChannel('libmemcached:command').subscribe(
      Object.fromEntries(events.map((event) => [event, fail(event)])));
    (async () => {
      const client = new Client(${JSON.stringify(server.server)});
      console.log(await client.set('key', 'value'), await client.get('key'));
      console.log((await client.incr('key').catch((error) => error)).code);
      await client.close();
      await new Promise(setImmediate);
      console.log(events.every((event) => uncaught.includes(event)));
    })();`);
  expect(stdout).toBe('true value\nNOT_NUMERIC\ntrue\n');
  expect(code).toBe(0);
});

test('a forgotten client is not kept by its tracing', async () => {
  const server = await ownServer();
  const { stdout } = await runScript(
    `
    const { tracingChannel } = require('node:diagnostics_channel');
    tracingChannel('libmemcached:command').subscribe({ start() {} });
    (async () => {
      const clients = [];
      for (let i = 0; i < 10; i++) {
        const client = new Client(${JSON.stringify(server.server)});
        await client.get('key');
        clients.push(new WeakRef(client));
      }
      for (let i = 0; i < 20; i++) {
        await new Promise(setImmediate);
        gc();
      }
      console.log(clients.filter((client) => client.deref() !== undefined).length < 10);
    })();`,
    ['--expose-gc'],
  );
  expect(stdout).toBe('true\n');
});

test('a unix socket is an address without a port', async () => {
  const server = await ownServer({ socket: true });
  const client = new Client(server.server);
  onTestFinished(() => client.close());
  const seen = traces();
  await client.get('key');
  expect(seen).toMatchObject([{ serverAddress: server.path, serverPort: undefined }]);
});
