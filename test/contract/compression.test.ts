import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import {
  type Client,
  type ClientOptions,
  type PresetName,
  presets,
  serializers,
} from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { failure, freshKey, oneServer, openClient } from './helpers';

type Compression = Exclude<ClientOptions['compression'], undefined>;

describe.each(variants)('compression, $name', ({ options }) => {
  const cache = oneServer(options);
  const long = 'compressible text, '.repeat(500);

  function open(compression: Compression, more: ClientOptions = {}): Client {
    return openClient(cache.server.server, { ...options, ...more, compression });
  }

  test('is off unless asked for', async () => {
    const key = freshKey();
    await cache.client.set(key, long);
    expect((await cache.client.getRaw(key))?.data.length).toBe(long.length);
  });

  test('makes long values smaller on the server and gives them back whole', async () => {
    const client = open({ threshold: 2000 });
    for (const value of [long, Buffer.from(long), { long }, [long, long]]) {
      const key = freshKey();
      await client.set(key, value);
      expect(await client.get(key)).toEqual(value);
      expect((await client.getRaw(key))?.data.length).toBeLessThan(long.length / 4);
    }
  });

  test('stores a zlib stream with a flag of its own', async () => {
    const client = open({ threshold: 2000 });
    const key = freshKey();
    await client.set(key, long);
    const item = await client.getRaw(key);
    expect(inflateSync(item?.data as Buffer).toString()).toBe(long);
    expect(item?.flags).not.toBe(0);
  });

  test('leaves values below the threshold as they are', async () => {
    const client = open({ threshold: 100 });
    const [below, at] = [freshKey(), freshKey()];
    await client.set(below, 'x'.repeat(99));
    await client.set(at, 'x'.repeat(100));
    expect(await client.getRaw(below)).toMatchObject({ flags: 0 });
    expect((await client.getRaw(below))?.data.length).toBe(99);
    expect((await client.getRaw(at))?.data.length).toBeLessThan(100);
    expect(await client.get(at)).toBe('x'.repeat(100));
  });

  test('uses a threshold of 2000 bytes when none is given', async () => {
    const client = open({});
    const [below, at] = [freshKey(), freshKey()];
    await client.set(below, 'x'.repeat(1999));
    await client.set(at, 'x'.repeat(2000));
    expect((await client.getRaw(below))?.data.length).toBe(1999);
    expect((await client.getRaw(at))?.data.length).toBeLessThan(2000);
  });

  test('leaves a value alone that compression would not make smaller', async () => {
    const client = open({ threshold: 10 });
    const key = freshKey();
    const noise = Buffer.from(Uint8Array.from({ length: 64 }, (_, n) => (n * 167 + 13) % 256));
    await client.set(key, noise);
    expect((await client.getRaw(key))?.data).toEqual(noise);
    expect(await client.get(key)).toEqual(noise);
  });

  test('is read by clients of other settings of the same codec', async () => {
    const client = open({ threshold: 100 });
    const other = open({ threshold: 1_000_000, level: 9 });
    const key = freshKey();
    await client.set(key, long);
    expect(await other.get(key)).toBe(long);
    expect((await other.getMulti([key])).get(key)).toBe(long);
  });

  test('lets a value through that is too large only before it is compressed', async () => {
    const client = open({ threshold: 100 }, { maxValueSize: 1000 });
    const key = freshKey();
    expect(await client.set(key, long)).toBe(true);
    expect(await client.get(key)).toBe(long);
  });

  test('says DECODE where something was appended to a compressed item, and loses none of it', async () => {
    const client = open({ threshold: 100 });
    const key = freshKey();
    await client.set(key, long);
    expect(await client.append(key, 'more')).toBe(true);
    expect(await failure(client.get(key))).toMatchObject({ code: 'DECODE', key });
    expect((await client.getRaw(key))?.data.toString('latin1')).toMatch(/more$/);
  });

  test('leaves setRaw, append and prepend alone', async () => {
    const client = open({ threshold: 10 });
    const key = freshKey();
    await client.setRaw(key, long, 5);
    expect(await client.getRaw(key)).toMatchObject({ data: Buffer.from(long), flags: 5 });
  });

  test('rejects with DECODE when the stored stream is broken, and leaves other keys alone', async () => {
    const client = open({ threshold: 100 });
    const [broken, good] = [freshKey(), freshKey()];
    await client.setMulti({ [broken]: long, [good]: long });
    const { data, flags } = (await client.getRaw(broken)) as { data: Buffer; flags: number };
    await client.setRaw(broken, data.subarray(0, data.length / 2), flags);
    expect(await failure(client.get(broken))).toMatchObject({ code: 'DECODE', key: broken });
    const result = await client.getMulti([broken, good]);
    expect([...result]).toEqual([[good, long]]);
    expect([...result.errors.keys()]).toEqual([broken]);
  });

  describe('with an algorithm of the user', () => {
    const gzip = {
      name: 'gzip',
      flag: 1 << 30,
      compress: (data: Buffer) => gzipSync(data),
      decompress: (data: Buffer) => gunzipSync(data),
    };

    test('stores what it gives with its flag', async () => {
      const client = open({ threshold: 100, algorithm: gzip });
      const key = freshKey();
      await client.set(key, long);
      const item = await client.getRaw(key);
      expect(item?.flags).toBe(1 << 30);
      expect(gunzipSync(item?.data as Buffer).toString()).toBe(long);
      expect(await client.get(key)).toBe(long);
    });

    test('rejects with SERIALIZE or DECODE when it throws', async () => {
      const mistake = new Error('broken algorithm');
      const broken = (): never => {
        throw mistake;
      };
      const writing = open({ threshold: 100, algorithm: { ...gzip, compress: broken } });
      const reading = open({ threshold: 100, algorithm: { ...gzip, decompress: broken } });
      const key = freshKey();
      expect(await failure(writing.set(key, long))).toMatchObject({
        code: 'SERIALIZE',
        cause: mistake,
      });
      await reading.set(key, long);
      expect(await failure(reading.get(key))).toMatchObject({ code: 'DECODE', cause: mistake });
    });
  });

  describe("with 'fastlz'", () => {
    const fastlz = { threshold: 100, algorithm: 'fastlz' } as const;
    const names = ['php-memcached', 'php-memcached-json'] as const;

    test.each(names)('beside %s stores what PHP does, and reads it', async (preset) => {
      const client = open(fastlz, { preset });
      const plain = openClient(cache.server.server, { ...options, preset });
      for (const [value, flags] of [
        [long, 80],
        [Buffer.alloc(5000, 0xff), 80],
        [[long], 86],
      ] as const) {
        const key = freshKey();
        await client.set(key, value);
        const item = await client.getRaw(key);
        expect(item?.flags).toBe(flags);
        expect(item?.data.length).toBeLessThan(long.length / 4);
        expect(await client.get(key)).toEqual(value);
        expect(await plain.get(key)).toEqual(value);
      }
    });

    test('stores as it is what it would not make smaller', async () => {
      const client = open({ ...fastlz, threshold: 0 }, { preset: 'php-memcached' });
      const key = freshKey();
      await client.set(key, 'abcdefghijklmnopqrstuvwxyz');
      expect(await client.getRaw(key)).toMatchObject({ flags: 0 });
      expect(await client.get(key)).toBe('abcdefghijklmnopqrstuvwxyz');
    });

    test('is refused beside a level, any other preset, and a serializer', () => {
      const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
      expect(() => open({ ...fastlz, level: 1 }, { preset: 'php-memcached' })).toThrow(refused);
      const others = (Object.keys(presets) as PresetName[]).filter((name) => !/^php/.test(name));
      for (const preset of [undefined, ...others]) {
        expect(() => open(fastlz, { preset }), preset).toThrow(refused);
      }
      const own = { preset: 'php-memcached', serializer: serializers.json } as const;
      expect(() => open(fastlz, own)).toThrow(refused);
    });
  });

  test('refuses settings that make no sense', () => {
    const bad: unknown[] = [
      { threshold: -1 },
      { threshold: 1.5 },
      { level: 42 },
      { algorithm: 'lzma' },
      { algorithm: { name: 'x' } },
      { algorithm: { name: 'x', flag: 2 ** 32, compress: deflateSync, decompress: inflateSync } },
      { surprise: true },
      'zlib',
    ];
    for (const compression of bad) {
      expect(() => open(compression as Compression), JSON.stringify(compression)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });
});
