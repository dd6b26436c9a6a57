import { Client } from 'libmemcached';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKeys, openClient, ownServer, thrown } from './helpers';

/** Written out, so that it names places and needs no server. */
const THREE = '--SERVER=10.0.0.1:11211 --SERVER=10.0.0.2:11211 --SERVER=10.0.0.3:11211';
const servers = ['10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11211'];

function fromConfig(...args: Parameters<typeof Client.fromConfig>): Client {
  const client = Client.fromConfig(...args);
  onTestFinished(() => client.close());
  return client;
}

describe('Client.fromConfig', () => {
  test('makes a client that works', async () => {
    const server = await ownServer();
    const client = fromConfig(`--SERVER=${server.server}`);
    expect(await client.set('key', 'value')).toBe(true);
    expect(await client.get('key')).toBe('value');
    expect(client.locate('key').server).toBe(server.server);
  });

  test('speaks the binary protocol when the string says so', async () => {
    const server = await ownServer({ args: ['-B', 'binary'] });
    const client = fromConfig(`--SERVER=${server.server} --BINARY-PROTOCOL`);
    expect(await client.set('key', 'value')).toBe(true);
  });

  test('places keys as the string says: without more, modula on the default hash', () => {
    const client = fromConfig(THREE);
    const plain = openClient(servers, { ketama: false });
    for (const key of freshKeys(50)) expect(client.locate(key)).toEqual(plain.locate(key));
  });

  test('takes hash and distribution', () => {
    const client = fromConfig(`${THREE} --HASH=MD5 --DISTRIBUTION=consistent`);
    const plain = openClient(servers, { hash: 'md5', distribution: 'consistent' });
    for (const key of freshKeys(50)) expect(client.locate(key)).toEqual(plain.locate(key));
  });

  test('takes weights', () => {
    const client = fromConfig(
      '--DISTRIBUTION=consistent --SERVER=10.0.0.1:1/?7 --SERVER=10.0.0.2:1/?1',
    );
    expect(new Set(freshKeys(50).map((key) => client.locate(key).weight))).toEqual(new Set([7, 1]));
  });

  test('takes the namespace, which is sent but not hashed', async () => {
    const server = await ownServer();
    const client = fromConfig(`--SERVER=${server.server} --NAMESPACE="ns:"`);
    const plain = openClient(server.server, {});
    await client.set('key', 'value');
    expect(await client.get('key')).toBe('value');
    expect(await plain.get('ns:key')).toBe('value');
  });

  test('keeps what the string says where an option is undefined', () => {
    const configuration = `${THREE} --NAMESPACE="ns:" --BINARY-PROTOCOL`;
    const client = fromConfig(configuration, { namespace: undefined, protocol: undefined });
    expect(thrown(() => client.locate('x'.repeat(248))).message).toMatch(/namespace/);
    const other = fromConfig(configuration, { namespace: '' });
    expect(other.locate('x'.repeat(248)).server).toBeTypeOf('string');
  });

  test('refuses credentials for unix sockets, where libmemcached would leave them out', () => {
    const credentials = { username: 'me', password: 'secret' };
    const { code, message } = thrown(() =>
      fromConfig('--SERVER=10.0.0.1 --SOCKET="/run/m.sock"', credentials),
    );
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toMatch(/^username must be left out for unix sockets/);
    expect(fromConfig(THREE, credentials).locate('key').port).toBe(11211);
  });

  test('hashes by a named algorithm only: that of its ring is for the string to say', () => {
    const client = fromConfig(`${THREE} --HASH=MD5`);
    expect(client.hash('key', 'md5')).toBe(openClient(servers, { hash: 'md5' }).hash('key'));
    expect(thrown(() => client.hash('key')).message).toMatch(
      /^algorithm must be named for a client from a configuration string/,
    );
  });

  test('takes unix sockets', async () => {
    const server = await ownServer({ socket: true });
    const client = fromConfig(`--SOCKET="${server.path}"`);
    expect(await client.set('key', 'value')).toBe(true);
    expect(client.locate('key')).toMatchObject({ server: server.path, path: server.path });
  });

  test.each([
    '/run/a" --SERVER=10.9.9.9:1 --SOCKET="/run/b',
    '/run/a" --DISTRIBUTION=modula --SOCKET="/run/b',
    '/run/a"b',
  ])('keeps its ring when setServers is given the path %j', (path) => {
    const client = fromConfig(`${THREE} --DISTRIBUTION=consistent`);
    const keys = freshKeys(50);
    const before = keys.map((key) => client.locate(key));
    for (const bad of [path, [...servers, path], [{ path }]]) {
      expect(thrown(() => client.setServers(bad as string[]))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('quotation mark'),
      });
    }
    expect(keys.map((key) => client.locate(key))).toEqual(before);
  });

  test('takes the options of a client beside the string', async () => {
    const server = await ownServer();
    const client = fromConfig(`--SERVER=${server.server}`, { prefix: 'app:' });
    await client.set('key', 'value');
    expect(await openClient(server.server, {}).get('app:key')).toBe('value');
  });

  test.each([
    ['an empty string', ''],
    ['no servers', '--DISTRIBUTION=consistent'],
    ['a word that is no option', `${THREE} --SURPRISE`],
    ['text', 'localhost:11211'],
    ['an impossible port', '--SERVER=10.0.0.1:99999'],
    ['an unknown hash', `${THREE} --HASH=SHA1`],
    ['a file to read', `${THREE} --CONFIGURE-FILE="/etc/libmemcached.conf"`],
    ['a file to include', `${THREE} INCLUDE "/etc/libmemcached.conf"`],
    ['a file to include, in small letters', `${THREE} include "/etc/libmemcached.conf"`],
    ['a NUL', `${THREE}\0--HASH=MD5`],
  ])('refuses %s', (_what, configuration) => {
    expect(thrown(() => fromConfig(configuration)).code).toBe('INVALID_ARGUMENT');
  });

  test.each([[undefined], [null], [42], [['--SERVER=10.0.0.1']], [{}]])(
    'refuses %j',
    (configuration) => {
      expect(thrown(() => fromConfig(configuration as never)).code).toBe('INVALID_ARGUMENT');
    },
  );
});
