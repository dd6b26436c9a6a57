import { EventEmitter } from 'node:events';
import * as fc from 'fast-check';
import { Cache, Client, type ClientOptions, MemcachedError } from 'libmemcached';
import { describe, expect, test, vi } from 'vitest';
import { patient, serversFor } from '../contract/helpers';
import { variants } from '../support/variants';
import * as any from './arguments';
import { forAllCalls, made } from './forAllCalls';

/** What each method of a cache takes. */
const cacheMethods: Readonly<Record<string, any.Argument[]>> = {
  get: [any.keys, any.readOptions],
  gets: [any.keys, any.readOptions],
  getRaw: [any.keys, any.readOptions],
  has: [any.keys, any.readOptions],
  getAndTouch: [any.keys, any.ttls, any.readOptions],
  set: [any.keys, any.values, any.writeOptions],
  add: [any.keys, any.values, any.writeOptions],
  replace: [any.keys, any.values, any.writeOptions],
  setRaw: [any.keys, any.data, any.flags, any.writeOptions],
  append: [any.keys, any.data, any.readOptions],
  prepend: [any.keys, any.data, any.readOptions],
  cas: [any.keys, any.values, any.tokens, any.writeOptions],
  incr: [any.keys, any.numbers, any.counterOptions],
  decr: [any.keys, any.numbers, any.counterOptions],
  touch: [any.keys, any.ttls, any.readOptions],
  delete: [any.keys, any.readOptions],
  getMulti: [any.keyLists, any.readOptions],
  getsMulti: [any.keyLists, any.readOptions],
  getMultiStream: [any.keyLists, any.readOptions],
  setMulti: [any.entryLists, any.writeOptions],
  addMulti: [any.entryLists, any.writeOptions],
  replaceMulti: [any.entryLists, any.writeOptions],
  deleteMulti: [any.keyLists, any.readOptions],
  touchMulti: [any.keyLists, any.ttls, any.readOptions],
  incrMulti: [any.keyLists, any.numbers, any.readOptions],
  getOrSet: [any.keys, any.writeOptions, any.callbacks],
  update: [any.keys, any.callbacks, any.writeOptions],
  locate: [any.keys, any.readOptions],
  hash: [any.keys, any.algorithms],
  withPrefix: [any.prefixes],
};

/** What those of a client take that a cache does not have and that leave it as it is. */
const clientMethods: Readonly<Record<string, any.Argument[]>> = {
  flush: [any.flushOptions],
  version: [any.serverWideOptions],
  ping: [any.serverWideOptions],
  stats: [any.sections, any.serverWideOptions],
  metrics: [any.readOptions],
  hotKeys: [any.readOptions],
  ringPoints: [],
};

/** Each has a test of its own below, or is the EventEmitter's. */
const others = [
  'setServers',
  'close',
  ...Object.keys(EventEmitter.prototype).filter((name) => !name.startsWith('_')),
];

interface Call {
  method: string;
  args: unknown[];
}

function callsOf(methods: Readonly<Record<string, any.Argument[]>>): fc.Arbitrary<() => Call> {
  return fc.oneof(
    ...Object.entries(methods).map(([method, args]) =>
      fc.tuple(...args).map((given) => () => ({ method, args: given.map((value) => value()) })),
    ),
  );
}

/** What comes of a call, a stream's items read to their end. */
async function outcomeOf(target: object, { method, args }: Call): Promise<unknown> {
  const call = (target as Record<string, (...given: unknown[]) => unknown>)[method];
  const result = await call?.apply(target, args);
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) {
    return result;
  }
  const items: unknown[] = [];
  for await (const item of result as AsyncIterable<unknown>) items.push(item);
  return items;
}

/** Its outcome, where that is one a caller may expect. */
async function settled(target: object, call: Call): Promise<unknown> {
  try {
    return await outcomeOf(target, call);
  } catch (error) {
    // What the caller's own source of keys throws ends the stream as it is.
    const isOfSource = call.method === 'getMultiStream' && any.isThrownByInput(error);
    if (!isOfSource) expect(error, call.method).toBeInstanceOf(MemcachedError);
    return error;
  }
}

test('the fuzzed methods are all there are', () => {
  const namesOf = (prototype: object): string[] =>
    prototype === Object.prototype
      ? []
      : [...Object.getOwnPropertyNames(prototype), ...namesOf(Object.getPrototypeOf(prototype))];
  const methodsOf = (prototype: object) =>
    [...new Set(namesOf(prototype))].filter((name) => name !== 'constructor').sort();
  expect(methodsOf(Cache.prototype)).toEqual(Object.keys(cacheMethods).sort());
  expect(methodsOf(Client.prototype)).toEqual(
    [...Object.keys(cacheMethods), ...Object.keys(clientMethods), ...others].sort(),
  );
});

test('the fuzzed options are all there are', async () => {
  const client = new Client('10.0.0.1');
  const calls: [members: object, call: (options: never) => unknown][] = [
    [any.members.client, (options) => new Client('10.0.0.1', options)],
    [any.members.compression, (compression) => new Client('10.0.0.1', { compression })],
    [any.members.read, (options) => client.get('key', options)],
    [any.members.write, (options) => client.set('key', 1, options)],
    [any.members.counter, (options) => client.incr('key', 1, options)],
    [any.members.serverWide, (options) => client.ping(options)],
    [any.members.flush, (options) => client.flush(options)],
  ];
  for (const [members, call] of calls) {
    expect(Object.keys(members).sort()).toEqual(await any.optionNamesOf(call));
  }
  await client.close();
});

describe.each(variants)('any arguments, $name', ({ options }) => {
  const fixture = serversFor(options, 2);
  let rounds = 0;

  /** What is written is what is read, in the same turn as `calls`. */
  async function expectSound(client: Cache, calls: readonly (() => Call)[]): Promise<void> {
    rounds += 1;
    const key = `round-${rounds}`;
    const value = { round: rounds, text: 'é'.repeat(rounds % 50) };
    const outcomes = Promise.all(calls.map((call) => settled(client, call())));
    outcomes.catch(() => {}); // it is looked at below
    expect(await client.set(key, value)).toBe(true);
    expect(await client.get(key)).toEqual(value);
    await outcomes;
    expect(await client.delete(key)).toBe(true);
  }

  test('to the methods of a cache, under a prefix or not', async () => {
    const view = fixture.client.withPrefix('view:');
    const calls = fc.array(callsOf(cacheMethods), { minLength: 1, maxLength: 8 });
    await forAllCalls(fc.tuple(fc.boolean(), calls), ([prefixed, given]) =>
      expectSound(prefixed ? view : fixture.client, given),
    );
    await vi.waitFor(() => expect(fixture.client.metrics().pending).toBe(0)); // aborted ones too
  });

  test('to the methods for whole servers', async () => {
    const calls = fc.array(callsOf(clientMethods), { minLength: 1, maxLength: 3 });
    await forAllCalls(calls, async (given) => {
      await Promise.all(given.map((call) => settled(fixture.client, call())));
      const [version] = (await fixture.client.version()).values();
      expect(version).toBeTypeOf('string');
    });
  });
});

describe('any arguments', () => {
  const fixture = serversFor(patient, 1);

  async function expectUsable(client: Client, options: ClientOptions | undefined): Promise<void> {
    const stored = await settled(client, { method: 'set', args: ['key', 'value'] });
    const read = await settled(client, { method: 'get', args: ['key'] });
    const isForgiving = options?.failures === 'miss';
    if (stored === true && !isForgiving && !(read instanceof MemcachedError)) {
      expect(String(read)).toBe('value');
    }
  }

  test('to the constructor: refused, or a client that can be used and closed', async () => {
    const inputs = fc.tuple(any.clientOptions, any.readOptions);
    await forAllCalls(inputs, async ([toOptions, toCloseOptions]) => {
      const options = toOptions() as ClientOptions | undefined;
      const client = made(() => new Client(fixture.names, options));
      if (client === undefined) return;
      await expectUsable(client, options);
      await settled(client, { method: 'close', args: [toCloseOptions()] });
      await client.close();
      expect(await settled(client, { method: 'get', args: ['key'] })).toMatchObject({
        code: 'CLOSED',
      });
    });
  });

  test('for servers: refused, or a client that says where a key lives', async () => {
    const inputs = fc.tuple(any.serverLists, any.serverLists, any.keys);
    await forAllCalls(inputs, async ([toServers, toOthers, toKey]) => {
      const client = made(() => new Client(toServers() as never));
      if (client === undefined) return;
      expect(client.locate('key').index).toBeTypeOf('number');
      made(() => client.setServers(toOthers() as never));
      expect(client.locate('key').index).toBeTypeOf('number');
      made(() => client.locate(toKey() as never));
      client.setServers(fixture.names);
      expect(client.locate('key').server).toBe(fixture.server.server);
      await client.close();
    });
  });

  test('to fromConfig: refused, or a client that says where a key lives', async () => {
    const inputs = fc.tuple(any.configurations, any.clientOptions);
    await forAllCalls(inputs, async ([toConfiguration, toOptions]) => {
      const client = made(() =>
        Client.fromConfig(toConfiguration() as never, toOptions() as never),
      );
      if (client === undefined) return;
      expect(client.locate('key').index).toBeTypeOf('number');
      await client.close();
    });
  });
});
