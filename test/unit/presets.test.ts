import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { presets } from '../../dist/presets.js';
import { expectInvalid } from './refusal';

const servers = ['a', 'b'];

describe('presets', () => {
  test('are data that nobody can change', () => {
    expect(Object.keys(presets)).toEqual([
      'libmemcached',
      'libketama',
      'pylibmc',
      'python-memcached',
      'pymemcache',
      'php-memcached',
      'php-memcached-json',
      'dalli',
      'memcached',
      'memjs',
      'memcache-client',
      'memcache',
      'spymemcached',
      'cache-memcached',
      'cache-memcached-fast',
    ]);
    expect(Object.isFrozen(presets)).toBe(true);
    for (const preset of Object.values(presets)) {
      expect(Object.isFrozen(preset) && Object.isFrozen(preset.ring)).toBe(true);
      expect(preset.note.length).toBeGreaterThan(40);
    }
  });

  test.each(['libmemcached', 'pylibmc', 'php-memcached', 'php-memcached-json', 'memcache-client'])(
    '%s has the default ring of libmemcached: modula',
    (preset) => {
      expect(toSettings(servers, { preset }).ring).toMatchObject({
        ketama: 'off',
        hash: '',
        distribution: 'modula',
      });
    },
  );

  test.each([
    ['python-memcached', 'python-memcached'],
    ['pymemcache', 'pymemcache'],
    ['dalli', 'dalli'],
    ['memcached', 'memcached'],
    ['memjs', 'memjs'],
    ['memcache', 'memcache'],
    ['spymemcached', 'spymemcached'],
    ['cache-memcached', 'cache-memcached'],
    ['cache-memcached-fast', 'cache-memcached'],
  ])('%s places keys by the rule %s', (preset, placement) => {
    expect(toSettings(servers, { preset }).ring).toMatchObject({ placement, ketama: 'off' });
  });

  test('libketama has the weighted ring', () => {
    expect(toSettings(servers, { preset: 'libketama' }).ring).toMatchObject({
      ketama: 'weighted',
      distribution: '',
    });
  });

  test('give way to the options beside them', () => {
    const pylibmc = { preset: 'pylibmc', ketama: 'weighted', sortHosts: true };
    expect(toSettings(servers, pylibmc).ring).toMatchObject({
      ketama: 'weighted',
      distribution: '',
      sortHosts: true,
    });
    const libketama = { preset: 'libketama', distribution: 'consistent' };
    expect(toSettings(servers, libketama).ring).toMatchObject({
      ketama: 'off',
      distribution: 'consistent',
    });
  });

  test('bring the value codec of their client', () => {
    const flags = Object.keys(presets).map(
      (preset) => toSettings(servers, { preset }).codec.encode('text').flags,
    );
    expect(flags).toEqual([0, 0, 16, 16, 16, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(toSettings(servers, { preset: 'pylibmc' }).codec.encode(7).flags).toBe(4);
    expect(toSettings(servers, { preset: 'php-memcached' }).codec.encode(7).flags).toBe(1);
  });

  test('load that codec with the first client that asks for it', () => {
    const script = `
      const { toSettings } = require('./dist/options.js');
      const loaded = () => Object.keys(require.cache).some((file) => file.endsWith('/marshal.js'));
      toSettings('a', { preset: 'php-memcached' });
      const before = loaded();
      toSettings('a', { preset: 'dalli' });
      console.log(before, loaded());`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe(
      'false true\n',
    );
  });

  test('spell unix sockets as their client does', () => {
    const sockets = ['/run/a.sock', { path: '/run/b.sock' }];
    const ringAsHost = (preset: string) =>
      toSettings(sockets, { preset }).servers.map((server) => server.ringAsHost);
    expect(ringAsHost('php-memcached')).toEqual([true, true]);
    expect(ringAsHost('php-memcached-json')).toEqual([true, true]);
    expect(ringAsHost('pylibmc')).toEqual([false, false]);
    expect(toSettings('a', { preset: 'php-memcached' }).servers[0]?.ringAsHost).toBe(false);
  });

  test('that nobody knows are refused', () => {
    expectInvalid(() => toSettings(servers, { preset: 'pylibmcd' }), 'did you mean pylibmc?');
    expectInvalid(() => toSettings(servers, { preset: 'toString' }));
    expectInvalid(() => toSettings(servers, { preset: {} }), 'preset must be a string');
  });
});
