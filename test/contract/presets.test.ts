import { type ClientOptions, type PresetName, presets } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { freshKeys, openClient, ownServer } from './helpers';

const servers = ['10.0.0.1:11211', '10.0.0.2:11211:3', '10.0.0.3:11211'];

function places(options: ClientOptions): string[] {
  const client = openClient(servers, options);
  return Array.from({ length: 200 }, (_, n) => client.locate(`key-${n}`).server);
}

describe('presets', () => {
  const names = Object.keys(presets) as PresetName[];

  test.each(names)('%s is an option of a client that reads back what it writes', async (preset) => {
    const server = await ownServer();
    const client = openClient(server.server, { preset });
    const [text, number, bytes] = freshKeys(3) as [string, string, string];
    await client.set(text, 'Zoë');
    await client.set(number, 42);
    await client.set(bytes, Buffer.from([0, 255]));
    expect(String(await client.get(text))).toBe('Zoë');
    expect(Number(await client.get(number))).toBe(42);
    expect(Buffer.from((await client.get(bytes)) as Buffer | string)).toEqual(
      Buffer.from([0, 255]),
    );
  });

  /** What no honest writer stores with those flags. */
  const broken: [PresetName, data: string, flags: number][] = [
    ['libmemcached', '{', 0x4000],
    ['pylibmc', 'hello', 4],
    ['python-memcached', 'hello', 24],
    ['pymemcache', 'hello', 2],
    ['php-memcached', 'hello', 1],
    ['php-memcached', 'hello', 80],
    ['dalli', 'hello', 2],
    ['memcached', '{', 2],
    ['memcache-client', 'hello', 1],
    ['spymemcached', 'hello', 512],
    ['cache-memcached', 'hello', 2],
  ];

  test.each(broken)('%s: an item that it cannot decode costs only itself', async (...row) => {
    const [preset, data, flags] = row;
    const server = await ownServer();
    const client = openClient(server.server, { preset });
    const [bad, good] = freshKeys(2) as [string, string];
    await client.setRaw(bad, data, flags);
    await client.set(good, 'fine');
    const result = await client.getMulti([bad, good]);
    expect(result.errors.get(bad)).toMatchObject({ code: 'DECODE' });
    expect(result.has(bad)).toBe(false);
    expect(result.get(good)).toBe('fine');
    expect(result.missing).toEqual([]);
  });

  test('libketama is the ring that a client has by default', () => {
    expect(places({ preset: 'libketama' })).toEqual(places({}));
    expect(places({ preset: 'libketama' })).toEqual(places({ ketama: 'weighted' }));
  });

  test('libmemcached, pylibmc and php-memcached place keys as their libraries do untold', () => {
    const modula = places({ ketama: false });
    expect(modula).not.toEqual(places({}));
    for (const preset of ['libmemcached', 'pylibmc', 'php-memcached'] as const) {
      expect(places({ preset }), preset).toEqual(modula);
    }
  });

  test('options beside a preset override it', () => {
    expect(places({ preset: 'pylibmc', ketama: 'weighted' })).toEqual(places({}));
    expect(places({ preset: 'libketama', hash: 'crc', distribution: 'modula' })).toEqual(
      places({ hash: 'crc', distribution: 'modula' }),
    );
  });

  test('are data that nobody can change for the others', () => {
    expect(Object.isFrozen(presets)).toBe(true);
    expect(() => Object.assign(presets, { mine: {} })).toThrow(TypeError);
  });
});
