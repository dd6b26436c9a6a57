import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { checkServersOnRing, configuredRing, type Ring } from '../../dist/ring.js';
import { parseServers } from '../../dist/servers.js';
import { expectInvalid } from './refusal';

function ring(options: object, servers: unknown = ['a', 'b', 'c']): Ring {
  return toSettings(servers, options).ring;
}

describe('the ring', () => {
  test('is that of libketama by default', () => {
    expect(ring({})).toEqual({
      hash: '',
      distribution: '',
      ketama: 'weighted',
      sortHosts: false,
      buckets: [],
      placement: '',
      ketamaPoints: 0,
      configuration: '',
    });
  });

  test('is KETAMA with ketama: true, which is not libketama', () => {
    expect(ring({ ketama: true }).ketama).toBe('unweighted');
  });

  test('is modula where ketama is off', () => {
    expect(ring({ ketama: false })).toMatchObject({ ketama: 'off', distribution: 'modula' });
  });

  test('has no ketama once hash or distribution is given', () => {
    expect(ring({ hash: 'crc' })).toMatchObject({
      ketama: 'off',
      hash: 'crc',
      distribution: 'modula',
    });
    expect(ring({ distribution: 'consistent' })).toMatchObject({
      ketama: 'off',
      distribution: 'consistent',
    });
  });

  test('takes all of them together, as php-memcached users combine them', () => {
    expect(ring({ hash: 'md5', ketama: 'weighted', distribution: 'consistent' })).toMatchObject({
      hash: 'md5',
      ketama: 'weighted',
      distribution: 'consistent',
    });
  });

  test('may be independent of the order of the servers', () => {
    expect(ring({ sortHosts: true }).sortHosts).toBe(true);
  });

  test('has no hash, distribution or ketama that libmemcached does not know', () => {
    expectInvalid(() => ring({ hash: 'md4' }), /^hash must be one of default, md5, .* mean md5\?/);
    expectInvalid(() => ring({ hash: 77 }), 'got 77');
    expectInvalid(() => ring({ distribution: 'random' }), /^distribution must be one of modula, /);
    expectInvalid(() => ring({ distribution: 'consistent_ketama' }), 'did you mean');
    expectInvalid(() => ring({ ketama: 'unweighted' }), "ketama must be 'weighted', true or false");
    expectInvalid(() => ring({ sortHosts: 1 }), 'sortHosts must be true or false');
  });
});

describe('the placement of another client', () => {
  test('takes the place of hash, ketama and distribution', () => {
    expect(ring({ placement: 'dalli', sortHosts: true })).toEqual({
      hash: '',
      distribution: 'modula',
      ketama: 'off',
      sortHosts: true,
      buckets: [],
      placement: 'dalli',
      ketamaPoints: 0,
      configuration: '',
    });
  });

  test('is the circle of Cache::Memcached::Fast with ketamaPoints', () => {
    const fast = { placement: 'ketama-points', ketamaPoints: 150 };
    expect(ring({ ketamaPoints: 150 })).toMatchObject(fast);
    expect(ring({ preset: 'cache-memcached-fast', ketamaPoints: 150 })).toMatchObject(fast);
    for (const ketamaPoints of [0, -1, 1.5, 65537, '150']) {
      expectInvalid(() => ring({ ketamaPoints }), 'ketamaPoints must be');
    }
  });

  test('has a name that is known', () => {
    expectInvalid(() => ring({ placement: 'dali' }), 'did you mean dalli?');
    expectInvalid(() => ring({ placement: 'ketama-points' }), 'placement must be one of');
    expectInvalid(() => ring({ placement: '' }), 'placement must be one of');
  });

  test('stands alone', () => {
    const others = {
      hash: 'crc',
      ketama: true,
      distribution: 'modula',
      buckets: [0, 1],
      ketamaPoints: 5,
    };
    for (const [name, value] of Object.entries(others)) {
      const expected = `${name} must be left out beside placement`;
      expectInvalid(() => ring({ placement: 'dalli', [name]: value }), expected);
    }
    expectInvalid(() => ring({ ketamaPoints: 5, hash: 'crc' }), 'hash must be left out beside');
  });

  test('of a preset gives way to the options beside it', () => {
    const dalli = { preset: 'dalli' };
    expect(ring({ ...dalli, placement: 'memjs' }).placement).toBe('memjs');
    expect(ring({ ...dalli, sortHosts: true })).toMatchObject({
      placement: 'dalli',
      sortHosts: true,
    });
    expect(ring({ ...dalli, ketama: 'weighted' })).toMatchObject({
      placement: '',
      ketama: 'weighted',
      distribution: '',
    });
    expect(ring({ ...dalli, hash: 'crc' })).toMatchObject({
      placement: '',
      hash: 'crc',
      distribution: 'modula',
    });
  });
});

describe('virtual buckets', () => {
  const virtual = { distribution: 'virtual-bucket' };

  test('name the server of each bucket', () => {
    const buckets = [0, 1, 2, 0];
    const { buckets: kept } = ring({ ...virtual, buckets });
    buckets[0] = 9;
    expect(kept).toEqual([0, 1, 2, 0]);
    expect(Object.isFrozen(kept)).toBe(true);
  });

  test('belong to their distribution, and it to them', () => {
    expectInvalid(() => ring(virtual), "buckets must be an array for 'virtual-bucket'");
    expectInvalid(() => ring({ buckets: [0, 1] }), 'buckets must be left out unless distribution');
  });

  test('are a power of two in number', () => {
    for (const count of [0, 3, 6, 131072]) {
      const buckets = Array.from({ length: count }, () => 0);
      expectInvalid(() => ring({ ...virtual, buckets }), 'buckets must hold a power of two');
    }
    const buckets = Array.from({ length: 65536 }, () => 2);
    expect(ring({ ...virtual, buckets }).buckets).toHaveLength(65536);
  });

  test('name servers that are there', () => {
    expectInvalid(
      () => ring({ ...virtual, buckets: [0, 3] }),
      'buckets must hold indices below 3, the number of servers, got 3',
    );
    expectInvalid(() => ring({ ...virtual, buckets: [0, -1] }), /^buckets\[1\] must be/);
    expectInvalid(() => ring({ ...virtual, buckets: [0, '1'] }));
    expectInvalid(() => ring({ ...virtual, buckets: new Array(2) }));
  });
});

describe('servers on a consistent ring', () => {
  const many = Array.from({ length: 101 }, (_, index) => `server-${index}`);

  test('are at most 100, because libmemcached aborts the process at the next', () => {
    for (const options of [{}, { ketama: true }, { distribution: 'consistent-ketama-spy' }]) {
      expect(ring(options, many.slice(1))).toBeDefined();
      expectInvalid(
        () => ring(options, many),
        'servers must be at most 100 on a consistent ring, got 101 servers',
      );
    }
    expect(ring({ ketama: false }, many)).toBeDefined();
    expect(ring({ ketama: true, distribution: 'modula' }, many)).toBeDefined();
    expect(ring({ placement: 'dalli' }, many)).toBeDefined();
  });

  test('are distinct, because the points of two equal ones fall together', () => {
    expectInvalid(
      () => ring({}, ['a:1', 'b', 'a:1']),
      'servers must be distinct on a consistent ring, got "a:1"',
    );
    expect(ring({ hash: 'crc' }, ['a', 'b', 'b'])).toBeDefined();
  });

  test('are distinct for every placement that tells them by their names', () => {
    const twice = ['a', 'b', 'b'];
    for (const placement of [
      'dalli',
      'memcache',
      'memcached',
      'pymemcache',
      'spymemcached-ketama',
    ]) {
      expectInvalid(() => ring({ placement }, twice), 'servers must be distinct');
    }
    expectInvalid(() => ring({ ketamaPoints: 100 }, twice), 'servers must be distinct');
    for (const placement of ['cache-memcached', 'memjs', 'python-memcached', 'spymemcached']) {
      expect(ring({ placement }, twice)).toBeDefined();
    }
  });

  test('are checked again when they change', () => {
    const kept = ring({});
    expectInvalid(() => checkServersOnRing(parseServers(many), kept));
  });
});

describe('a configuration string', () => {
  test('replaces the options of the ring', () => {
    expect(configuredRing('--SERVER=a:11211 --DISTRIBUTION=consistent')).toEqual({
      hash: '',
      distribution: '',
      ketama: 'off',
      sortHosts: false,
      buckets: [],
      placement: '',
      ketamaPoints: 0,
      configuration: '--SERVER=a:11211 --DISTRIBUTION=consistent',
    });
  });

  test('is text, with something in it and no NUL', () => {
    for (const text of ['', ' ', '--SERVER=a\0b', 5, null, undefined, ['--SERVER=a']]) {
      expectInvalid(() => configuredRing(text), 'configuration must');
    }
  });
});
