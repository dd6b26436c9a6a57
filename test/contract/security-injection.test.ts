// No argument can make a second command out of one (H10 to H13).
import { Client, MemcachedError } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { onlyError } from './bad-input/row';
import { freshKey, oneServer, openClient, ownServer } from './helpers';
import { type Recorder, startRecorder } from './security/recorder';

/** Every byte that a key may not have, by what it is called. */
const forbidden = [...Array.from({ length: 0x21 }, (_, byte) => byte), 0x7f];

/** The byte at the beginning, in the middle and at the end, and with a command behind it. */
function keysWith(byte: number): string[] {
  const character = String.fromCharCode(byte);
  return [
    `${character}key`,
    `k${character}y`,
    `key${character}`,
    `key${character}\r\ndelete victim\r\n`,
  ];
}

/** What must refuse a bad key or prefix, wherever one is taken. */
const texts: Record<string, (client: Client, bad: string) => unknown> = {
  get: (client, bad) => client.get(bad),
  gets: (client, bad) => client.gets(bad),
  getRaw: (client, bad) => client.getRaw(bad),
  has: (client, bad) => client.has(bad),
  getAndTouch: (client, bad) => client.getAndTouch(bad, 60),
  set: (client, bad) => client.set(bad, 'value'),
  add: (client, bad) => client.add(bad, 'value'),
  replace: (client, bad) => client.replace(bad, 'value'),
  setRaw: (client, bad) => client.setRaw(bad, 'value', 0),
  append: (client, bad) => client.append(bad, 'value'),
  prepend: (client, bad) => client.prepend(bad, 'value'),
  cas: (client, bad) => client.cas(bad, 'value', 1n),
  incr: (client, bad) => client.incr(bad),
  'incr with an initial value': (client, bad) => client.incr(bad, 1n, { initial: 5n }),
  decr: (client, bad) => client.decr(bad),
  touch: (client, bad) => client.touch(bad, 60),
  delete: (client, bad) => client.delete(bad),
  getMulti: (client, bad) => onlyError(client.getMulti([bad])),
  getsMulti: (client, bad) => onlyError(client.getsMulti([bad])),
  getMultiStream: (client, bad) => client.getMultiStream([bad]).next(),
  setMulti: (client, bad) => onlyError(client.setMulti([[bad, 'value']])),
  addMulti: (client, bad) => onlyError(client.addMulti({ [bad]: 'value' })),
  replaceMulti: (client, bad) => onlyError(client.replaceMulti(new Map([[bad, 'value']]))),
  deleteMulti: (client, bad) => onlyError(client.deleteMulti([bad])),
  touchMulti: (client, bad) => onlyError(client.touchMulti([bad], 60)),
  incrMulti: (client, bad) => onlyError(client.incrMulti([bad])),
  getOrSet: (client, bad) => client.getOrSet(bad, 60, () => 'value'),
  update: (client, bad) => client.update(bad, () => 'value'),
  locate: (client, bad) => client.locate(bad),
  hash: (client, bad) => client.hash(bad),
  'a key of bytes': (client, bad) => client.set(Buffer.from(bad), 'value'),
  'a group key': (client, bad) => client.set('key', 'value', { groupKey: bad }),
  'a group key of bytes': (client, bad) => client.get('key', { groupKey: Buffer.from(bad) }),
  'the prefix of a call': (client, bad) => client.get('key', { prefix: bad }),
  'the prefix of a view': (client, bad) => client.withPrefix(bad).get('key'),
  'the prefix of a client': (_, bad) => new Client('127.0.0.1', { prefix: bad }),
  'a namespace': (_, bad) => new Client('127.0.0.1', { namespace: bad }),
  'the namespace of a configuration string': (_, bad) =>
    Client.fromConfig(`--SERVER=127.0.0.1 --NAMESPACE="${bad}"`),
  'a section of stats': (client, bad) => client.stats(bad as never),
  'the name of a host': (_, bad) => new Client(bad),
};

const injected = '1 noreply\r\ndelete victim\r\n';

/** What must refuse text where a number belongs. */
const numbers: Record<string, (client: Client, bad: never) => unknown> = {
  'a TTL': (client, bad) => client.set('key', 'value', { ttl: bad }),
  'the TTL of touch': (client, bad) => client.touch('key', bad),
  'the TTL of getAndTouch': (client, bad) => client.getAndTouch('key', bad),
  'the TTL of an entry': (client, bad) => onlyError(client.setMulti([['key', 'value', bad]])),
  flags: (client, bad) => client.setRaw('key', 'value', bad),
  'a token': (client, bad) => client.cas('key', 'value', bad),
  'the delta of incr': (client, bad) => client.incr('key', bad),
  'the delta of decr': (client, bad) => client.decr('key', bad),
  'the delta of incrMulti': (client, bad) => client.incrMulti(['key'], bad),
  'an initial value': (client, bad) => client.incr('key', 1, { initial: bad }),
  'the delay of flush': (client, bad) => client.flush({ delay: bad }),
  'a timeout': (client, bad) => client.get('key', { timeout: bad }),
};

/** A value that would be commands, if its length were not sent before it. */
const treacherous = `${String.fromCharCode(...forbidden)}\r\ndelete victim\r\nset evil 0 0 1\r\nx\r\n`;

/** Every place where a value reaches the wire. */
const stores: Record<string, (client: Client, key: string, value: string) => Promise<unknown>> = {
  set: (client, key, value) => client.set(key, value),
  add: (client, key, value) => client.add(key, value),
  replace: (client, key, value) => client.replace(key, value),
  setRaw: (client, key, value) => client.setRaw(key, value, 0),
  append: (client, key, value) => client.append(key, value),
  prepend: (client, key, value) => client.prepend(key, Buffer.from(value)),
  cas: (client, key, value) => client.cas(key, value, 1n),
  setMulti: (client, key, value) => client.setMulti([[key, value]]),
  getOrSet: (client, key, value) => client.getOrSet(key, 60, () => value),
  update: (client, key, value) => client.update(key, () => value),
};

test('a command that is injected is seen', async () => {
  const server = await ownServer();
  const recorder = await startRecorder(server);
  const [host, port] = recorder.server.split(':');
  await raw({ ...server, host, port: Number(port) }, 'get key\r\ndelete victim\r\n');
  expect(recorder.take()).toEqual(['get key', 'delete victim', 'quit']);
});

describe.each(variants)('no argument injects a command, $name', ({ options }) => {
  const fixture = oneServer(options);

  /** A client whose connection is there, so that what it says first is not recorded. */
  async function recorded(): Promise<{ client: Client; recorder: Recorder }> {
    const recorder = await startRecorder(fixture.server);
    const client = openClient(recorder.server, { ...options, connections: 1, shared: false });
    await client.get('warm-up');
    recorder.take();
    return { client, recorder };
  }

  /** All are refused, and what reaches the server is the one get that follows. */
  async function expectNothingSent(attempts: ((client: Client) => unknown)[]): Promise<void> {
    const { client, recorder } = await recorded();
    const calls = attempts.map((attempt) => outcomeOf(() => attempt(client)));
    for (const outcome of await Promise.all(calls)) {
      expect(outcome).toBeInstanceOf(MemcachedError);
      expect(outcome).toMatchObject({ code: 'INVALID_ARGUMENT', maybeApplied: false });
    }
    const key = freshKey();
    await client.get(key);
    const sent = recorder.take();
    await client.get(key);
    expect(sent).not.toEqual([]);
    expect(sent).toEqual(recorder.take());
  }

  test.each(Object.keys(texts))('any forbidden byte in %s', async (position) => {
    const attempt = texts[position] as (client: Client, bad: string) => unknown;
    const bad = forbidden.flatMap(keysWith);
    await expectNothingSent(bad.map((text) => (client) => attempt(client, text)));
  });

  test.each(Object.keys(numbers))('a command in %s', async (position) => {
    const attempt = numbers[position] as (client: Client, bad: never) => unknown;
    await expectNothingSent([(client) => attempt(client, injected as never)]);
  });

  test('flags and data of a serializer', async () => {
    const recorder = await startRecorder(fixture.server);
    for (const encoded of [
      { data: 'x', flags: injected },
      { data: 'x', flags: 2 ** 32 },
      { data: { length: 1, toString: () => injected }, flags: 0 },
    ]) {
      const serializer = { serialize: () => encoded as never, deserialize: () => undefined };
      const client = openClient(recorder.server, { ...options, serializer });
      expect(await outcomeOf(() => client.set('key', 'value'))).toMatchObject({
        code: 'SERIALIZE',
      });
    }
    expect(recorder.take()).toEqual([]);
  });

  test.each(Object.keys(stores))('any byte in the value of %s', async (position) => {
    const store = stores[position] as (typeof stores)[string];
    const { client, recorder } = await recorded();
    const key = freshKey();
    const needsItem = ['replace', 'append', 'prepend', 'cas'].includes(position);
    const sent: string[][] = [];
    await client.set('victim', 'alive');
    for (const value of ['x'.repeat(treacherous.length), treacherous]) {
      await client.delete(key);
      if (needsItem) await client.set(key, '');
      recorder.take();
      await store(client, key, value);
      sent.push(recorder.take());
    }
    expect(sent[0]).not.toEqual([]);
    expect(sent[1]).toEqual(sent[0]);
    if (position !== 'cas') expect(await client.get(key)).toBe(treacherous);
    expect(await client.get('victim')).toBe('alive');
    expect(await client.has('evil')).toBe(false);
  });

  test('letters whose lower bytes are line ends are sent as the UTF-8 they are', async () => {
    const { client, recorder } = await recorded();
    for (const key of ['\u010d\u010a', '\u560d\u560a', '\u0120', '\u2028', '\u0085', '\u{1f40d}']) {
      const whole = `key${key}delete`;
      await client.get('k');
      const harmless = recorder.take();
      await client.get(whole);
      const bytes = Buffer.from(whole).toString('latin1');
      expect(recorder.take()).toEqual(harmless.map((line) => line.replace(/\bk$/, bytes)));
    }
  });
});

/** The error of a call that rejects or throws, or what it gives. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}
