import { inspect } from 'node:util';
import { MemcachedError } from 'libmemcached';
import { type MemcachedServer, startProxy } from 'libmemcached/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startSaslMemcached } from '../support/sasl';
import { failure, failures, freshKeys, openClient, ownServer, runScript, thrown } from './helpers';

const credentials = { user: 'app', password: 'correct horse battery staple' };
const username = credentials.user;
const { password } = credentials;

describe('authentication', () => {
  let server: MemcachedServer;
  beforeAll(async () => {
    server = await startSaslMemcached(credentials);
  });
  afterAll(() => server.stop());

  test('a username implies the engine and the protocol that can authenticate', async () => {
    const client = openClient(server.server, { username, password });
    expect(await client.set('key', 'value')).toBe(true);
    expect(await client.get('key')).toBe('value');
    expect(await client.incr('counter', 1, { initial: 5 })).toBe(5);
    expect((await client.getMulti(['key', 'absent'])).missing).toEqual(['absent']);
  });

  test('the password does not show in a printed client', () => {
    const client = openClient(server.server, { username, password });
    expect(inspect(client, { depth: 20, showHidden: true })).not.toContain(password);
  });

  test('every connection of a busy client is authenticated', async () => {
    const client = openClient(server.server, { username, password, connections: 4 });
    const keys = freshKeys(500);
    expect((await Promise.all(keys.map((key) => client.set(key, key)))).every(Boolean)).toBe(true);
    expect((await client.getMulti(keys)).size).toBe(500);
  });

  test('many clients may authenticate at once', async () => {
    const clients = Array.from({ length: 20 }, () =>
      openClient(server.server, { username, password, shared: false, connections: 1 }),
    );
    const answers = await Promise.all(clients.map((client, n) => client.set(`client-${n}`, n)));
    expect(answers.every(Boolean)).toBe(true);
  });

  test('a write whose time ends during the login is not sent behind it', async () => {
    const proxy = await startProxy(server.server, { delay: 150 });
    onTestFinished(() => proxy.stop());
    const options = { username, password, connections: 1, shared: false };
    const client = openClient(proxy.server, { ...options, timeout: 200 });
    const [error, behind] = await Promise.all([
      failure(client.set('late', 'value')),
      client.get('other', { timeout: 10_000 }),
    ]);
    expect(error).toMatchObject({ code: 'TIMEOUT', maybeApplied: false });
    expect(behind).toBeUndefined();
    expect(await openClient(server.server, options).get('late')).toBeUndefined();
  });

  describe('with a wrong password', () => {
    const wrong = 'tell-nobody-4711';

    test('everything is rejected with AUTHENTICATION, reads too, and nothing is a miss', async () => {
      const client = openClient(server.server, { username, password: wrong });
      for (let round = 0; round < 5; round += 1) {
        const calls = [client.get('key'), client.set('key', 'other'), client.has('key')];
        for (const error of await failures(calls)) {
          expect(error).toMatchObject({ code: 'AUTHENTICATION', server: server.server });
          expect(error.maybeApplied).toBe(false);
          expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(wrong);
        }
      }
      const result = await client.getMulti(['a', 'b']);
      expect(result.missing).toEqual([]);
      expect([...result.errors.values()].map(({ code }) => code)).toEqual(
        Array(2).fill('AUTHENTICATION'),
      );
    });

    test('an unknown user is rejected alike', async () => {
      const client = openClient(server.server, { username: 'nobody', password });
      expect(await failure(client.get('key'))).toMatchObject({ code: 'AUTHENTICATION' });
    });

    test('the server is not stormed with retries', async () => {
      const observer = openClient(server.server, { username, password });
      const connectionsSoFar = async (): Promise<number> => {
        const stats = (await observer.stats()).get(server.server) as Record<string, number>;
        return stats.total_connections as number;
      };
      const client = openClient(server.server, { username, password: wrong, shared: false });
      const before = await connectionsSoFar();
      for (let n = 0; n < 300; n += 1) await failure(client.get(`key-${n}`));
      expect((await connectionsSoFar()) - before).toBeLessThan(100);
    });

    test('other clients of the process go on', async () => {
      const bad = openClient(server.server, { username, password: wrong });
      const good = openClient(server.server, { username, password });
      const [refused, stored] = await Promise.allSettled([bad.get('key'), good.set('key', 1)]);
      expect(refused).toMatchObject({ reason: { code: 'AUTHENTICATION' } });
      expect(stored).toMatchObject({ value: true });
    });
  });

  test('without credentials a server that wants them is an error, never a miss', async () => {
    const client = openClient(server.server, { engine: 'libmemcached', protocol: 'binary' });
    expect(await failure(client.get('key'))).toMatchObject({ code: 'AUTHENTICATION' });
    expect(await failure(client.set('key', 1))).toMatchObject({ code: 'AUTHENTICATION' });
  });

  test('credentials for a server that wants none are an error that says so', async () => {
    const open = await ownServer();
    const client = openClient(open.server, { username, password });
    const error = await failure(client.set('key', 'value'));
    expect(error).toBeInstanceOf(MemcachedError);
    expect(error.code).toMatch(/^(AUTHENTICATION|UNSUPPORTED)$/);
  });

  test('clients of different users do not share connections', async () => {
    const right = openClient(server.server, { username, password });
    await right.set('key', 'value');
    const other = openClient(server.server, { username, password: `${password}!` });
    expect(await failure(other.get('key'))).toMatchObject({ code: 'AUTHENTICATION' });
  });

  test.each([
    ['the text protocol', { username, password, protocol: 'text' }, /protocol|username/],
    ['the pipelined engine', { username, password, engine: 'pipelined' }, /engine|username/],
    ['a user without a password', { username }, /password/],
    ['a password without a user', { password }, /username/],
    ['an empty user', { username: '', password }, /username/],
    ['a NUL in the user', { username: 'a\0b', password }, /username/],
    ['a NUL in the password', { username, password: 'a\0b' }, /password/],
    ['a password of 64 KB', { username, password: 'x'.repeat(65_536) }, /password/],
    ['a user that is no text', { username: 5, password }, /username/],
  ])('%s is refused, naming the option', (_what, options, name) => {
    const error = thrown(() => openClient(server.server, options as never));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toMatch(name);
  });

  test('a process may exit while it authenticates', async () => {
    const given = JSON.stringify({ username, password, shared: false });
    const script = `
      for (let n = 0; n < 10; n++) {
        new Client(${JSON.stringify(server.server)}, ${given}).get('key').catch(() => {});
      }
      setTimeout(() => process.exit(7), 5);`;
    for (let round = 0; round < 5; round += 1) {
      expect(await runScript(script)).toMatchObject({ code: 7, signal: null, stderr: '' });
    }
  });
});
