import { describe, expect, onTestFinished, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import type { Transport } from '../../dist/transport.js';
import { expectInvalid, expectRefused, refusal } from './refusal';

function transport(options: object, servers: unknown = 'a'): Transport {
  return toSettings(servers, options).transport;
}

test.each(['bun', 'deno'])('with %s only the libmemcached engine is offered', (runtime) => {
  const { versions } = process;
  onTestFinished(() => pretend(versions));
  pretend({ ...versions, [runtime]: '1.0.0' });
  expectRefused(() => transport({}), 'UNSUPPORTED', /use engine 'libmemcached'/);
  expect(transport({ engine: 'libmemcached' }).engine).toBe('libmemcached');
});

function pretend(versions: object): void {
  Object.defineProperty(process, 'versions', { value: versions, configurable: true });
}

test('without options there is one pipelined connection a server and no secrets', () => {
  expect(transport({})).toEqual({
    engine: 'pipelined',
    protocol: 'text',
    username: '',
    password: '',
    connections: 1,
    ioThreads: 1,
    connectTimeout: 1000,
    noDelay: true,
    keepAlive: 60,
    behaviors: [],
  });
});

describe('the engine', () => {
  test('is libmemcached for the binary protocol and for SASL', () => {
    expect(transport({ protocol: 'binary' }).engine).toBe('libmemcached');
    const sasl = transport({ username: 'me', password: 'secret' });
    expect(sasl).toMatchObject({ engine: 'libmemcached', protocol: 'binary', username: 'me' });
  });

  test('cannot be pipelined for either', () => {
    const pipelined = { engine: 'pipelined' };
    expectInvalid(() => transport({ ...pipelined, protocol: 'binary' }), 'engine must be');
    expectInvalid(() => transport({ ...pipelined, username: 'me', password: 'x' }));
  });

  test('libmemcached has four connections a server, each with a thread', () => {
    expect(transport({ engine: 'libmemcached' }).connections).toBe(4);
  });

  test('pipelined has up to 16 threads', () => {
    expect(transport({ ioThreads: 16 }).ioThreads).toBe(16);
    expectInvalid(() => transport({ ioThreads: 17 }), 'ioThreads must be a whole number from 1');
    const others = [{ engine: 'libmemcached' }, { protocol: 'binary' }];
    for (const other of others) {
      expectInvalid(
        () => transport({ ...other, ioThreads: 1 }),
        "ioThreads must be left out unless engine is 'pipelined'",
      );
    }
  });

  test('is one of the two', () => {
    expectInvalid(() => transport({ engine: 'libmemcache' }), 'did you mean libmemcached?');
    expectInvalid(() => transport({ protocol: 'ascii' }), 'protocol must be one of text, binary');
  });
});

describe('credentials', () => {
  test('need the binary protocol', () => {
    expectInvalid(
      () => transport({ username: 'me', password: 'secret', protocol: 'text' }),
      "protocol must be 'binary' with a username",
    );
  });

  test('come in pairs', () => {
    expectInvalid(() => transport({ username: 'me' }), /^password must be .*, got undefined$/);
    expectInvalid(() => transport({ password: 'secret' }), /^username must be/);
  });

  test('are 1 to 255 bytes without NUL', () => {
    const longest = 'x'.repeat(255);
    expect(transport({ username: longest, password: longest }).password).toBe(longest);
    for (const bad of ['', 'a\0b', 'x'.repeat(256), '\u00e9'.repeat(128), 5, Buffer.from('x')]) {
      expectInvalid(() => transport({ username: 'me', password: bad }), /^password must be/);
      expectInvalid(() => transport({ username: bad, password: 'x' }), /^username must be/);
    }
  });

  test('are never shown', () => {
    const error = refusal(() => transport({ username: 'me', password: 'sec\0ret' }));
    expect(error.message).toMatch(/got a string$/);
  });

  test('are refused for unix sockets, where libmemcached would leave them out', () => {
    const options = { username: 'me', password: 'secret' };
    expectInvalid(() => transport(options, ['a', '/run/m.sock']), 'username must be left out for');
  });
});

describe('times and sizes', () => {
  test('connections are 1 to 64', () => {
    expect(transport({ connections: 64 }).connections).toBe(64);
    for (const connections of [0, 65, 1.5, '4']) expectInvalid(() => transport({ connections }));
  });

  test('connectTimeout is 1 to 2^31-1 milliseconds', () => {
    expect(transport({ connectTimeout: 2 ** 31 - 1 }).connectTimeout).toBe(2 ** 31 - 1);
    for (const connectTimeout of [0, -1, 2 ** 31, Number.NaN, '1s']) {
      expectInvalid(() => transport({ connectTimeout }), 'connectTimeout must be');
    }
  });

  test('keepAlive is false or milliseconds, and kept in seconds', () => {
    expect(transport({ keepAlive: false }).keepAlive).toBe(0);
    expect(transport({ keepAlive: true }).keepAlive).toBe(60);
    expect(transport({ keepAlive: 1500 }).keepAlive).toBe(2);
    expect(transport({ keepAlive: 32_767_000 }).keepAlive).toBe(32767);
    for (const keepAlive of [60, 0, 32_767_001, 40_000_000, '60s', -1]) {
      expectInvalid(() => transport({ keepAlive }), 'keepAlive must be');
    }
  });

  test('noDelay is true or false', () => {
    expect(transport({ noDelay: false }).noDelay).toBe(false);
    expectInvalid(() => transport({ noDelay: 1 }));
  });
});

describe('behaviors', () => {
  function behaviors(given: unknown) {
    return transport({ engine: 'libmemcached', behaviors: given }).behaviors;
  }

  test('are pairs of name and number', () => {
    expect(behaviors({ tcp_keepidle: 30, socket_send_size: 262144 })).toEqual([
      ['socket_send_size', 262144],
      ['tcp_keepidle', 30],
    ]);
    expect(behaviors({})).toEqual([]);
  });

  test('stay in the range that libmemcached does not abort for', () => {
    expectInvalid(
      () => behaviors({ tcp_keepidle: 40000 }),
      'behaviors.tcp_keepidle must be a whole number from 1 to 32767, got 40000',
    );
    for (const socket_recv_size of [-1, 0, 2 ** 31, '65536', 65536n, true]) {
      expectInvalid(() => behaviors({ socket_recv_size }), 'behaviors.socket_recv_size must be');
    }
  });

  test('that lose or mix up answers are refused with the reason', () => {
    expectInvalid(
      () => behaviors({ noreply: 1 }),
      'behaviors.noreply must be left out: answers would go to the wrong operations, got a value',
    );
    for (const name of ['buffer_requests', 'use_udp', 'number_of_replicas', 'auto_eject_hosts']) {
      expectInvalid(() => behaviors({ [name]: 1 }), `behaviors.${name} must be left out: `);
    }
  });

  test('that are options of the client are refused with its name', () => {
    expectInvalid(() => behaviors({ tcp_nodelay: 1 }), 'use the option noDelay');
    expectInvalid(() => behaviors({ poll_timeout: 100 }), 'use the option timeout');
    expectInvalid(() => behaviors({ ketama_weighted: 1 }), 'use the option ketama');
  });

  test('that do not exist are refused', () => {
    expectInvalid(() => behaviors({ socket_sendsize: 1 }), 'did you mean socket_send_size?');
    expectInvalid(() => behaviors([]), 'behaviors must be an object');
  });
});
