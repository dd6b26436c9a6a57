import { Client, type ServerAddress } from 'libmemcached';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { variants } from '../support/variants';
import { openClient, ownServer, pairs } from './helpers';

describe('the servers of a client', () => {
  /** The place of a key when there is one server: what the client took its argument for. */
  function placeOf(servers: ServerAddress | undefined): unknown {
    const { host, port, path, weight, server } = openClient(servers, {}).locate('key');
    return { server, host, port, path, weight };
  }

  const inet = (server: string, host: string, port: number, weight = 1) =>
    expect.objectContaining({ server, host, port, weight });
  const socket = (path: string, weight = 1) =>
    expect.objectContaining({ server: path, path, weight });

  test.each([
    ['a host', 'cache.example', inet('cache.example:11211', 'cache.example', 11211)],
    ['a host and a port', '10.0.0.1:11311', inet('10.0.0.1:11311', '10.0.0.1', 11311)],
    [
      'a host, a port and a weight',
      '10.0.0.1:11311:5',
      inet('10.0.0.1:11311', '10.0.0.1', 11311, 5),
    ],
    ['an IPv6 address in brackets', '[::1]:11311', inet('[::1]:11311', '::1', 11311)],
    ['the path of a unix socket', '/run/memcached.sock', socket('/run/memcached.sock')],
    ['a list of one', ['10.0.0.1:11311'], inet('10.0.0.1:11311', '10.0.0.1', 11311)],
    ['a list of arrays', [['10.0.0.1']], inet('10.0.0.1:11211', '10.0.0.1', 11211)],
    ['an array with a port', [['10.0.0.1', 11311]], inet('10.0.0.1:11311', '10.0.0.1', 11311)],
    [
      'an array with a weight',
      [['10.0.0.1', 11311, 3]],
      inet('10.0.0.1:11311', '10.0.0.1', 11311, 3),
    ],
    ['an object', { host: '10.0.0.1' }, inet('10.0.0.1:11211', '10.0.0.1', 11211)],
    [
      'an object with a weight',
      { host: '10.0.0.1', port: 1, weight: 2 },
      inet('10.0.0.1:1', '10.0.0.1', 1, 2),
    ],
    ['an object with a path', { path: '/run/m.sock', weight: 4 }, socket('/run/m.sock', 4)],
  ] as [string, never, unknown][])('may be %s', (_form, servers, place) => {
    expect(placeOf(servers)).toEqual(place);
  });

  describe('without an argument', () => {
    afterEach(() => vi.unstubAllEnvs());

    test('are those of MEMCACHED_SERVERS, separated by commas', () => {
      vi.stubEnv('MEMCACHED_SERVERS', '10.0.0.1:11311,10.0.0.2');
      const client = openClient(undefined, {});
      const places = Array.from({ length: 50 }, (_, n) => client.locate(`key-${n}`).server);
      expect(new Set(places)).toEqual(new Set(['10.0.0.1:11311', '10.0.0.2:11211']));
    });

    test('are 127.0.0.1:11211 when that is not set', () => {
      vi.stubEnv('MEMCACHED_SERVERS', undefined);
      expect(placeOf(undefined)).toEqual(inet('127.0.0.1:11211', '127.0.0.1', 11211));
    });

    test('are refused when MEMCACHED_SERVERS is none', () => {
      vi.stubEnv('MEMCACHED_SERVERS', '10.0.0.1:99999');
      expect(() => new Client()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    });
  });

  test('are read once: a list that is changed afterwards changes nothing', () => {
    const list: [string, number][] = [
      ['10.0.0.1', 1],
      ['10.0.0.2', 2],
    ];
    const client = openClient(list, {});
    const before = Array.from({ length: 20 }, (_, n) => client.locate(`key-${n}`).server);
    list[0] = ['10.9.9.9', 9];
    list.push(['10.0.0.3', 3]);
    expect(Array.from({ length: 20 }, (_, n) => client.locate(`key-${n}`).server)).toEqual(before);
  });

  describe.each(variants)('$name', ({ options }) => {
    test('may be a unix socket and a port in one ring', async () => {
      const [port, path] = [await ownServer(), await ownServer({ socket: true })];
      const client = openClient([port.server, path.server], options);
      const keys = Array.from({ length: 60 }, (_, n) => `key-${n}`);
      expect((await client.setMulti(pairs(keys, (key) => key))).ok).toBe(true);
      const held = [openClient(port.server, options), openClient(path.server, options)];
      const sizes = await Promise.all(held.map(async (one) => (await one.getMulti(keys)).size));
      expect(sizes[0]).toBeGreaterThan(0);
      expect(sizes[1]).toBeGreaterThan(0);
      expect((sizes[0] as number) + (sizes[1] as number)).toBe(60);
      expect([...(await client.version()).keys()].sort()).toEqual(
        [port.server, path.server].sort(),
      );
    });

    test('may be named by a host name', async () => {
      const server = await ownServer();
      const client = new Client(`localhost:${server.port}`, options);
      onTestFinished(() => client.close());
      expect(await client.set('key', 'value')).toBe(true);
      expect(client.locate('key').server).toBe(`localhost:${server.port}`);
    });
  });
});
