import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { presets } from '../../dist/presets.js';
import { expectInvalid, expectRefused } from './refusal';

const servers = ['a', 'b'];

describe('presets', () => {
  test('are data that nobody can change', () => {
    expect(Object.keys(presets)).toEqual([
      'libmemcached',
      'libketama',
      'pylibmc',
      'php-memcached',
      'php-memcached-json',
    ]);
    expect(Object.isFrozen(presets)).toBe(true);
    for (const preset of Object.values(presets)) {
      expect(Object.isFrozen(preset) && Object.isFrozen(preset.ring)).toBe(true);
      expect(preset.note.length).toBeGreaterThan(40);
    }
  });

  test.each(['libmemcached', 'pylibmc', 'php-memcached', 'php-memcached-json'])(
    '%s has the default ring of libmemcached: modula',
    (preset) => {
      expect(toSettings(servers, { preset }).ring).toMatchObject({
        ketama: 'off',
        hash: '',
        distribution: 'modula',
      });
    },
  );

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
    expect(flags).toEqual([0, 0, 16, 0, 0]);
    expect(toSettings(servers, { preset: 'pylibmc' }).codec.encode(7).flags).toBe(4);
    expect(toSettings(servers, { preset: 'php-memcached' }).codec.encode(7).flags).toBe(1);
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

  test.each([
    'python-memcached',
    'pymemcache',
    'dalli',
    'memcached',
    'memjs',
    'memcache-client',
    'spymemcached',
  ])('%s is not there yet, and the error says which are', (preset) => {
    expectRefused(
      () => toSettings(servers, { preset }),
      'UNSUPPORTED',
      `preset must be one of libmemcached, libketama, pylibmc, php-memcached, php-memcached-json in this release, got "${preset}"`,
    );
  });

  test('that nobody knows are refused', () => {
    expectInvalid(() => toSettings(servers, { preset: 'pylibmcd' }), 'did you mean pylibmc?');
    expectInvalid(() => toSettings(servers, { preset: 'toString' }));
    expectInvalid(() => toSettings(servers, { preset: {} }), 'preset must be a string');
  });
});
