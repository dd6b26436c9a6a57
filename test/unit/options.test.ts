import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemcachedError } from '../../dist/errors.js';
import { configuredSettings, toSettings, withServers } from '../../dist/options.js';
import { anyInput, forAll } from './properties';
import { expectInvalid, expectRefused, refusal } from './refusal';

function settings(options?: unknown, servers: unknown = 'a') {
  return toSettings(servers, options, {});
}

describe('the settings of a client', () => {
  test('have documented defaults', () => {
    expect(settings()).toMatchObject({
      prefix: '',
      namespace: '',
      hashWithNamespace: false,
      ttl: 0,
      timeout: 1000,
      maxPending: 100_000,
      maxPendingBytes: 268_435_456,
      maxValueSize: 1_048_576,
      failures: 'throw',
      shared: true,
    });
    expect(settings({})).toMatchObject({ timeout: 1000 });
  });

  test('cannot be changed', () => {
    const all = settings();
    for (const part of [all, all.servers, all.ring, all.transport, all.transport.behaviors]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('take servers and options as they are at the time', () => {
    const servers = ['a', 'b'];
    const options = { ttl: 5 };
    const all = settings(options, servers);
    servers.push('c');
    options.ttl = 6;
    expect(all.servers).toHaveLength(2);
    expect(all.ttl).toBe(5);
  });

  test('have no option that does not exist', () => {
    expectInvalid(() => settings({ timout: 5 }), 'did you mean timeout?');
    expectInvalid(
      () => settings({ retries: 5 }),
      /^options: the option name must be one of ketama/,
    );
    expectInvalid(() => settings(JSON.parse('{"__proto__": 1}')), '__proto__');
    for (const options of [null, 'app:', 5, []]) {
      expectInvalid(() => settings(options), 'options must be an object');
    }
  });

  test('refuse an object that throws when it is read, with the cause', () => {
    const cause = new Error('mine');
    const options = {
      get ttl() {
        throw cause;
      },
    };
    expect(refusal(() => settings(options)).cause).toBe(cause);
  });
});

describe('prefix and namespace', () => {
  test('obey the rule of keys', () => {
    const all = settings({ prefix: 'app:', namespace: 'ns:', hashWithNamespace: true });
    expect(all).toMatchObject({ prefix: 'app:', namespace: 'ns:', hashWithNamespace: true });
    expectInvalid(() => settings({ prefix: 'my app' }), /^prefix must have no byte below 0x21/);
    expectInvalid(() => settings({ namespace: 'x'.repeat(128) }), 'at most 127 bytes');
    expectInvalid(() => settings({ prefix: 5 }), 'prefix must be a string');
  });

  test('leave room for a key together', () => {
    const namespace = 'n'.repeat(127);
    expect(settings({ namespace, prefix: 'p'.repeat(122) }).prefix).toHaveLength(122);
    expectInvalid(() => settings({ namespace, prefix: 'p'.repeat(123) }), 'together with the');
  });
});

describe('limits', () => {
  test('ttl is whole seconds', () => {
    expect(settings({ ttl: 86400 }).ttl).toBe(86400);
    for (const ttl of [-1, 1.5, '60', new Date(Date.now() + 5000), Date.now()]) {
      expectInvalid(() => settings({ ttl }), /^ttl must be a whole number of seconds/);
    }
  });

  test('timeout is 1 to 2^31-1 milliseconds', () => {
    expect(settings({ timeout: 1 }).timeout).toBe(1);
    for (const timeout of [0, -1, 2 ** 31, Number.NaN, '1s']) {
      expectInvalid(
        () => settings({ timeout }),
        'timeout must be a whole number from 1 to 2147483647',
      );
    }
  });

  test('maxPending and maxPendingBytes are at least 1', () => {
    expect(settings({ maxPending: 1, maxPendingBytes: 2 ** 40 })).toMatchObject({
      maxPending: 1,
      maxPendingBytes: 2 ** 40,
    });
    expectInvalid(() => settings({ maxPending: 0 }), 'maxPending must be');
    expectInvalid(() => settings({ maxPendingBytes: Number.POSITIVE_INFINITY }), 'maxPendingBytes');
  });

  test('maxValueSize is 1 byte to 1 GiB', () => {
    expect(settings({ maxValueSize: 2 ** 30 }).maxValueSize).toBe(2 ** 30);
    expectInvalid(() => settings({ maxValueSize: 2 ** 30 + 1 }));
    const { codec } = settings({ maxValueSize: 5 });
    expect(codec.encode('12345').data).toBe('12345');
    expectRefused(() => codec.encode('123456'), 'TOO_LARGE');
  });

  test('failures and shared are a choice of two', () => {
    expect(settings({ failures: 'miss', shared: false })).toMatchObject({
      failures: 'miss',
      shared: false,
    });
    expectInvalid(() => settings({ failures: 'hide' }), 'failures must be one of throw, miss');
    expectInvalid(() => settings({ shared: 'no' }), 'shared must be true or false');
  });
});

describe('a serializer of the caller', () => {
  test('may be an instance of a class', () => {
    class Upper {
      suffix = '!';
      serialize(value: unknown) {
        return { data: `${value}${this.suffix}`, flags: 7 };
      }
      deserialize(data: Buffer, flags: number) {
        return `${data}${flags}`;
      }
    }
    const { codec } = settings({ serializer: new Upper() });
    expect(codec.encode('a')).toEqual({ data: 'a!', flags: 7 });
    expect(codec.decode(Buffer.from('a!'), 7)).toBe('a!7');
  });

  test('has both functions', () => {
    const serialize = () => ({ data: '', flags: 0 });
    expectInvalid(() => settings({ serializer: { serialize } }), 'serializer.deserialize must be');
    expectInvalid(() => settings({ serializer: {} }), 'serializer.serialize must be a function');
    expectInvalid(() => settings({ serializer: 'json' }), 'serializer must be an object');
  });
});

describe('other servers', () => {
  test('leave everything else as it was', () => {
    const before = settings({ ttl: 5 });
    const after = withServers(before, ['b', 'c']);
    expect(after.servers.map(({ host }) => host)).toEqual(['b', 'c']);
    expect(after.ring).toBe(before.ring);
    expect(after).toMatchObject({ ttl: 5 });
    expect(before.servers).toHaveLength(1);
  });

  test('are spelled as the preset spells them', () => {
    const php = settings({ preset: 'php-memcached' });
    expect(withServers(php, '/run/m.sock').servers[0]?.ringAsHost).toBe(true);
  });

  test('obey the same rules', () => {
    expectInvalid(() => withServers(settings(), []), 'servers must hold at least one server');
    expectInvalid(() => withServers(settings(), ['a', 'a']), 'servers must be distinct');
    expectInvalid(() => withServers(settings(), undefined), 'servers must be given');
    const sasl = settings({ username: 'me', password: 'secret' });
    expectInvalid(() => withServers(sasl, '/run/m.sock'), 'username must be left out');
  });

  test('stand in a configuration string where the first of the old ones stood', () => {
    const text = '--HASH=MD5 --SERVER=one:1/?2 --DISTRIBUTION=consistent --SOCKET="/run/a b"';
    const { ring } = withServers(configuredSettings(text, {}), ['two:3:4', '/run/c d']);
    expect(ring.configuration).toBe(
      '--HASH=MD5 --SERVER=two:3/?4 --SOCKET="/run/c d"/?1 --DISTRIBUTION=consistent',
    );
  });
});

describe('settings from a configuration string', () => {
  test('leave ring and servers to libmemcached', () => {
    const all = configuredSettings('--SERVER=a:11211', { ttl: 5 });
    expect(all.servers).toEqual([]);
    expect(all.ring.configuration).toBe('--SERVER=a:11211');
    expect(all.ttl).toBe(5);
    expect(configuredSettings('--SERVER=a:11211', undefined).timeout).toBe(1000);
  });

  test('are not mixed with options of the ring', () => {
    expectInvalid(
      () => configuredSettings('--SERVER=a', { hash: 'md5' }),
      'hash must be left out beside a configuration string',
    );
  });
});

test('any options give settings or are refused, and never an exception of another kind', () => {
  const names = ['ttl', 'timeout', 'prefix', 'ketama', 'buckets', 'serializer', 'compression'];
  const others = ['behaviors', 'username', 'keepAlive', 'preset', 'engine', 'distribution', 'x'];
  const option = fc.tuple(fc.constantFrom(...names, ...others), anyInput());
  forAll(
    fc.array(option, { maxLength: 3 }),
    (options) => {
      const given = Object.fromEntries(options.map(([name, input]) => [name, input()]));
      try {
        expect(settings(given).timeout).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(MemcachedError);
        expect(['INVALID_ARGUMENT', 'UNSUPPORTED']).toContain((error as MemcachedError).code);
      }
    },
    300,
  );
  forAll(anyInput(), (input) => {
    try {
      settings(input());
    } catch (error) {
      expect((error as MemcachedError).code).toBe('INVALID_ARGUMENT');
    }
  });
});
