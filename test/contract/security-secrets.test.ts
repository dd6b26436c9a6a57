// What a client was told in confidence is in nothing that it hands out.
import { inspect } from 'node:util';
import { Client, type ClientOptions, MemcachedError } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSaslMemcached } from '../support/sasl';
import { variants } from '../support/variants';
import {
  failure,
  failures,
  freshKey,
  openClient,
  ownServer,
  thrown,
  whileStopped,
} from './helpers';

/** Every way in which something is printed, logged or sent elsewhere, with all that it leads to. */
function printed(given: unknown): string {
  const texts = [inspect(given, { depth: 20, showHidden: true, getters: true }), String(given)];
  for (let error = given; error instanceof Error; error = error.cause) {
    const own = Object.getOwnPropertyNames(error).map((name) => [
      name,
      Reflect.get(error as Error, name),
    ]);
    texts.push(JSON.stringify(error), inspect(Object.fromEntries(own), { depth: 20 }));
  }
  texts.push(json(given));
  return texts.join('\n');
}

function json(given: unknown): string {
  return (
    JSON.stringify(given, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    ) ?? ''
  );
}

function expectSecret(secret: string, ...given: unknown[]): void {
  for (const one of given) {
    const text = printed(one);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    expect(text).not.toContain(Buffer.from(secret).toString('hex'));
  }
}

test('what is looked for is found where it is', () => {
  const hidden = new MemcachedError('TIMEOUT', 'message', { cause: new Error('a secret') });
  expect(printed(hidden)).toContain('a secret');
  expect(printed(new Map([['key', { password: 'a secret' }]]))).toContain('a secret');
});

describe('the password', () => {
  const username = 'app';
  const password = 'correct-horse-4711';
  const wrong = 'battery-staple-4711';
  let server: MemcachedServer;
  beforeAll(async () => {
    server = await startSaslMemcached({ user: username, password });
  });
  afterAll(() => server.stop());

  test('is not in a client that uses it, nor in what it tells', async () => {
    const client = openClient(server.server, { username, password });
    expect(await client.set('key', 'value')).toBe(true);
    expectSecret(password, client, client.withPrefix('p:'), client.metrics(), await client.stats());
    expectSecret(password, client.locate('key'), structuredClone(client.metrics()));
  });

  test('is not in the errors of a client that is refused, nor in its events', async () => {
    const client = openClient(server.server, { username, password: wrong, failures: 'miss' });
    const events: unknown[] = [];
    client.on('error', (...news) => events.push(news));
    client.on('serverDown', (...news) => events.push(news));
    await Promise.all([client.get('key'), client.set('key', 1), client.getMulti(['a', 'b'])]);
    await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(4));
    expectSecret(wrong, client, client.metrics(), ...events, await client.version());
  });

  test('is not in the errors of a connection that fails or hangs', async () => {
    const options = { username, password: wrong, timeout: 300, shared: false };
    const nobody = openClient('127.0.0.1:1', options);
    const hanging = openClient(server.server, options);
    await whileStopped(server, async () => {
      const calls = [nobody.get('key'), nobody.set('key', 1), hanging.get('key')];
      expectSecret(wrong, ...(await failures(calls)));
    });
  });

  test('is not in the refusal of options it stands beside', () => {
    const given: unknown[] = [
      { username, password: `${wrong}\0` },
      { username, password: wrong.repeat(20) },
      { username: '', password: wrong },
      { password: wrong },
      { username, password: wrong, protocol: 'text' },
      { username, password: wrong, engine: 'pipelined' },
      { username, password: wrong, surprise: true },
      { username, pasword: wrong },
      { username, password: [wrong] },
      { username, password: { wrong } },
    ];
    for (const options of given) {
      expectSecret(
        wrong,
        thrown(() => new Client('h', options as ClientOptions)),
        thrown(() => Client.fromConfig('--SERVER=host', options as ClientOptions)),
      );
    }
    const toSocket = { username, password: wrong };
    expectSecret(
      wrong,
      thrown(() => new Client('/run/memcached.sock', toSocket)),
    );
    const client = openClient('h', toSocket);
    expectSecret(
      wrong,
      thrown(() => client.setServers('/run/memcached.sock')),
    );
    expectSecret(
      wrong,
      thrown(() => new Client(`user:${wrong}@host:11211`)),
    );
    expectSecret(
      wrong,
      thrown(() => new Client(`memcached://user:${wrong}@host`)),
    );
  });
});

describe.each(variants)('a value, $name', ({ options }) => {
  const secret = 'value-4711-of-a-user';

  test('is not in the error of the operation that carried it', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, maxValueSize: 100 });
    const key = freshKey();
    await client.set(key, secret);
    const errors = await failures([
      client.set(key, { secret, of: 1n << 70n, by: Symbol(secret) }),
      client.set(key, () => secret),
      client.set(key, secret.repeat(10)),
      client.append(key, { secret } as never),
      client.setRaw(key, [secret] as never, 0),
      client.incr(key),
      client.incr(key, 1, { initial: [secret] as never }),
      client.set(key, secret, { signal: AbortSignal.abort() }),
      client.set('a key', secret),
      client.cas(key, secret, 0n),
    ]);
    expectSecret(secret, ...errors);
    expectSecret(secret, (await client.setMulti([['a key', secret]])).errors);
    expectSecret(secret, await failure(client.setMulti([[key, secret, 1, 2]] as never)));
  });

  test('is not in the error of a failure on its way', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, timeout: 300, shared: false });
    await client.set('key', secret);
    await whileStopped(server, async () => {
      const calls = [client.set('key', secret), client.append('key', secret), client.get('key')];
      expectSecret(secret, ...(await failures(calls)));
    });
    const late = client.set('key', secret);
    await client.close({ timeout: 0 });
    expectSecret(secret, await late.catch((error: unknown) => error));
    expectSecret(secret, await failure(client.set('key', secret)));
  });

  test('is not in the error of one that cannot be decoded', async () => {
    const client = openClient((await ownServer()).server, options);
    await client.set('object', {});
    const item = await client.getRaw('object');
    await client.setRaw('broken', `{"password": "${secret}`, item?.flags as number);
    await client.setRaw('unknown', secret, 0xffff);
    expectSecret(secret, await failure(client.get('broken')));
    expectSecret(secret, await client.get('unknown').catch((error: unknown) => error));
    expectSecret(secret, (await client.getMulti(['broken'])).errors);
  });
});
