import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServers, type Server, serverName } from '../../dist/servers.js';
import { anyInput, forAll, orInvalid } from './properties';
import { expectInvalid, refusal } from './refusal';

const noEnvironment = {};

function parse(input: unknown): readonly Server[] {
  return parseServers(input, noEnvironment);
}

function tcp(host: string, port = 11211, weight = 1): Server {
  return { host, port, weight, unixSocket: false, ringAsHost: false };
}

function unix(host: string, weight = 1, ringAsHost = false): Server {
  return { host, port: 0, weight, unixSocket: true, ringAsHost };
}

describe('one server', () => {
  test.each([
    ['cache', tcp('cache')],
    ['cache:11212', tcp('cache', 11212)],
    ['cache:11212:3', tcp('cache', 11212, 3)],
    ['10.0.0.1:11212', tcp('10.0.0.1', 11212)],
    ['my_cache-1.example.com.', tcp('my_cache-1.example.com.')],
    ['[::1]:11212', tcp('::1', 11212)],
    ['[::1]:11212:2', tcp('::1', 11212, 2)],
    ['[fd00::7]', tcp('fd00::7')],
    ['::1', tcp('::1')],
    ['fd00::7:1121', tcp('fd00::7:1121')],
    ['/run/memcached.sock', unix('/run/memcached.sock')],
    ['/run/memcached.sock:2', unix('/run/memcached.sock:2')],
    [['cache', 11212], tcp('cache', 11212)],
    [['cache', 11212, 3], tcp('cache', 11212, 3)],
    [['cache', undefined, 3], tcp('cache', 11211, 3)],
    [['::1', 11212], tcp('::1', 11212)],
    [['[::1]', 11212], tcp('::1', 11212)],
    [['/run/m.sock', 0], unix('/run/m.sock', 1, true)],
    [['/run/m.sock', 0, 4], unix('/run/m.sock', 4, true)],
    [{ host: 'cache' }, tcp('cache')],
    [{ host: 'cache', port: 11212, weight: 2 }, tcp('cache', 11212, 2)],
    [{ host: '/run/m.sock', port: 0 }, unix('/run/m.sock', 1, true)],
    [{ path: '/run/m.sock' }, unix('/run/m.sock')],
    [{ path: '/run/a b.sock', weight: 2 }, unix('/run/a b.sock', 2)],
  ])('may be written %j', (input, expected) => {
    expect(parse(input)).toEqual([expected]);
    expect(parse([input])).toEqual([expected]);
  });

  test('has a name: host and port, or its path', () => {
    expect(serverName(tcp('cache', 11212))).toBe('cache:11212');
    expect(serverName(tcp('::1'))).toBe('[::1]:11211');
    expect(serverName(unix('/run/m.sock'))).toBe('/run/m.sock');
  });

  test('is frozen', () => {
    const [server] = parse('cache');
    expect(Object.isFrozen(server)).toBe(true);
    expect(Object.isFrozen(parse(['/run/m.sock', 0])[0])).toBe(true);
  });
});

describe('an array', () => {
  test('is a list of servers', () => {
    expect(parse(['a:1', 'b:2'])).toEqual([tcp('a', 1), tcp('b', 2)]);
    expect(parse(['a', 'b'])).toEqual([tcp('a'), tcp('b')]);
    expect(parse(['a'])).toEqual([tcp('a')]);
    expect(parse([['127.0.0.1', 11211]])).toEqual([tcp('127.0.0.1')]);
    expect(parse([['a', 1], { host: 'b' }, 'c'])).toEqual([tcp('a', 1), tcp('b'), tcp('c')]);
    expect(parse([['a'], ['b', 2]])).toEqual([tcp('a'), tcp('b', 2)]);
  });

  test('that holds a number is one server', () => {
    expect(parse(['127.0.0.1', 11211])).toEqual([tcp('127.0.0.1')]);
    expect(parse(['127.0.0.1', 11211, 2])).toEqual([tcp('127.0.0.1', 11211, 2)]);
  });

  test('must not be empty', () => {
    expectInvalid(() => parse([]), 'servers must hold at least one server, got an array of 0');
  });

  test('names the entry at fault', () => {
    expectInvalid(() => parse(['a', 'b:0']), 'servers[1]: port must be a whole number from 1 to');
    expectInvalid(() => parse(['127.0.0.1', '11211']), 'servers[1] must name a host');
  });

  test('may hold a server twice, which is a weight in some rings', () => {
    expect(parse(['a', 'a'])).toHaveLength(2);
  });
});

describe('without servers', () => {
  test('MEMCACHED_SERVERS counts', () => {
    const environment = { MEMCACHED_SERVERS: 'a:1, b:2:3,/run/m.sock,' };
    expect(parseServers(undefined, environment)).toEqual([
      tcp('a', 1),
      tcp('b', 2, 3),
      unix('/run/m.sock'),
    ]);
    expectInvalid(
      () => parseServers(undefined, { MEMCACHED_SERVERS: 'a:1,b:x' }),
      /^MEMCACHED_SERVERS must be/,
    );
  });

  test('and without MEMCACHED_SERVERS it is 127.0.0.1:11211', () => {
    expect(parse(undefined)).toEqual([tcp('127.0.0.1')]);
    expect(parseServers(undefined, { MEMCACHED_SERVERS: ' ' })).toEqual([tcp('127.0.0.1')]);
  });
});

describe('refused is', () => {
  test.each([
    '',
    'a b',
    ' cache',
    'cache\0.example.com',
    'cache\r\nflush_all',
    'http://cache',
    'cache/etc',
    'cache:',
    'cache:x',
    'cache:11211x',
    'cache:1:2:3',
    'cache:-1',
    'cache:0',
    'cache:65536',
    'cache:11211:0',
    'cache:11211:4294967296',
    'a,b',
    '11211',
    '[::1',
    '[::1]11211',
    '[cache]:11211',
    '::1::',
    'caf\u00e9',
    'x'.repeat(256),
    '/run/m\0.sock',
    '/run/m\n.sock',
    `/${'x'.repeat(107)}`,
  ])('the text %j', (text) => {
    expectInvalid(() => parse(text));
    expectInvalid(() => parse([text]));
  });

  test.each([
    [[['a', '11211']]],
    [[['a', 0]]],
    [[['a', 65536]]],
    [[['a', 1.5]]],
    [[['a', 11211, 0]]],
    [[['a', 11211, -1]]],
    [[['a', 11211, Number.NaN]]],
    [[['a', 11211, 2 ** 32]]],
    [[['a', 11211, 1, 1]]],
    [[['a:11211']]],
    [[[]]],
    [[11211, 'a']],
    [['/run/m.sock', 11211]],
    [['/run/m.sock', 0, 0]],
    [{ host: '/etc/passwd' }],
    [{ host: 'a', path: '/run/m.sock' }],
    [{ path: '/run/m.sock', port: 0 }],
    [{ path: 'run/m.sock' }],
    [{ path: 5 }],
    [{ host: 'a', prot: 11211 }],
    [{ host: ['a'] }],
    [{}],
    [null],
    [11211],
    [true],
    [new Map()],
  ])('%j', (input) => {
    expectInvalid(() => parse(input));
  });

  test('a path of 108 bytes, however many characters', () => {
    expect(parse(`/${'x'.repeat(106)}`)).toHaveLength(1);
    expectInvalid(() => parse(`/${'\u00e9'.repeat(54)}`), 'at most 107 bytes, got 109 bytes');
  });

  test('a URL with credentials, which the message does not repeat', () => {
    const error = refusal(() => parse('user:secret@cache:11211'));
    expect(error.message).not.toContain('secret');
    expect(error.message).toContain('pass username and password as options');
  });

  test('an object that throws when it is read', () => {
    const server = {
      get host() {
        throw new Error('mine');
      },
    };
    expectInvalid(() => parse([server]), 'servers must be readable');
  });
});

test('any input gives servers that can be connected to, or is refused', () => {
  const likely = anyInput(
    fc.tuple(fc.string(), fc.integer(), fc.integer()),
    fc.stringMatching(/^[[\]a-c:/.0-9-]{0,12}$/),
    fc.record({ host: fc.string(), port: fc.nat(70000) }),
  );
  const inputs = fc.oneof(
    likely,
    fc.array(likely).map((list) => () => list.map((entry) => entry())),
  );
  forAll(
    inputs,
    (input) => {
      for (const server of orInvalid(() => parse(input())) ?? []) {
        expect(server.host).toMatch(server.unixSocket ? /^\// : /^[A-Za-z0-9._:%-]+$/);
        expect(Number.isInteger(server.port) && server.port <= 65535).toBe(true);
        expect(server.port === 0).toBe(server.unixSocket);
        expect(Number.isInteger(server.weight) && server.weight >= 1).toBe(true);
      }
    },
    300,
  );
});
