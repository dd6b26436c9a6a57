import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { freshKey, freshKeys, oneServer, storedItem } from './helpers';

describe.each(variants)('writing, $name', ({ options }) => {
  const cache = oneServer(options);

  describe('set', () => {
    test('answers true and replaces what was there', async () => {
      const key = freshKey();
      expect(await cache.client.set(key, 'first')).toBe(true);
      expect(await cache.client.set(key, 'second')).toBe(true);
      expect(await cache.client.get(key)).toBe('second');
    });

    test('stores text as plain UTF-8 with flags 0, for every other client to read', async () => {
      const key = freshKey();
      await cache.client.set(key, 'Zoë');
      expect(await cache.client.getRaw(key)).toMatchObject({ data: Buffer.from('Zoë'), flags: 0 });
    });

    test('stores the value as it was at the time of the call', async () => {
      const [bytesKey, objectKey] = freshKeys(2) as [string, string];
      const bytes = Buffer.from('before');
      const object = { state: 'before' };
      const writes = [cache.client.set(bytesKey, bytes), cache.client.set(objectKey, object)];
      bytes.fill('x');
      object.state = 'after';
      expect(await Promise.all(writes)).toEqual([true, true]);
      expect(String(await cache.client.get(bytesKey))).toBe('before');
      expect(await cache.client.get(objectKey)).toEqual({ state: 'before' });
    });

    test('stores a window into a larger buffer, not the whole of it', async () => {
      const key = freshKey();
      await cache.client.set(key, Buffer.from('left middle right').subarray(5, 11));
      expect(String(await cache.client.get(key))).toBe('middle');
    });

    test('stores a thousand values in one turn', async () => {
      const keys = freshKeys(1000);
      const answers = await Promise.all(keys.map((key) => cache.client.set(key, key)));
      expect(answers.every((answer) => answer === true)).toBe(true);
      expect((await cache.client.getMulti(keys)).size).toBe(1000);
    });

    test('stores values around the sizes at which buffers are filled', async () => {
      const sizes = [
        1, 1400, 4095, 4096, 4097, 8150, 8191, 8192, 8196, 16384, 65535, 65536, 262144,
      ];
      const entries = sizes.map((size) => [freshKey(), 'x'.repeat(size)] as const);
      await Promise.all(entries.map(([key, value]) => cache.client.set(key, value)));
      const lengths = entries.map(async ([key]) => (await cache.client.getRaw(key))?.data.length);
      expect(await Promise.all(lengths)).toEqual(sizes);
    });
  });

  describe('add and replace', () => {
    test('add stores only what is not there', async () => {
      const key = freshKey();
      expect(await cache.client.add(key, 'first')).toBe(true);
      expect(await cache.client.add(key, 'second')).toBe(false);
      expect(await cache.client.get(key)).toBe('first');
    });

    test('replace stores only over what is there', async () => {
      const key = freshKey();
      expect(await cache.client.replace(key, 'first')).toBe(false);
      expect(await cache.client.get(key)).toBeUndefined();
      await cache.client.set(key, 'first');
      expect(await cache.client.replace(key, 'second')).toBe(true);
      expect(await cache.client.get(key)).toBe('second');
    });

    test('of many adds of one key in one turn exactly one is stored', async () => {
      const key = freshKey();
      const adds = Array.from({ length: 50 }, (_, index) => cache.client.add(key, index));
      const stored = (await Promise.all(adds)).filter(Boolean);
      expect(stored).toHaveLength(1);
    });
  });

  describe('append and prepend', () => {
    test('put text or bytes around the stored ones', async () => {
      const key = freshKey();
      await cache.client.set(key, 'middle');
      expect(await cache.client.append(key, ' end ü')).toBe(true);
      expect(await cache.client.prepend(key, Buffer.from('start '))).toBe(true);
      expect(await cache.client.get(key)).toBe('start middle end ü');
    });

    test('answer false and store nothing when the key is not there', async () => {
      const key = freshKey();
      expect(await cache.client.append(key, 'text')).toBe(false);
      expect(await cache.client.prepend(key, 'text')).toBe(false);
      expect(await cache.client.has(key)).toBe(false);
    });

    test('keep the flags of the item and put no codec around the data', async () => {
      const key = freshKey();
      await cache.client.setRaw(key, 'b', 1234);
      await cache.client.append(key, 'c');
      await cache.client.prepend(key, 'a');
      expect(await storedItem(cache.server, key)).toEqual({ flags: 1234, data: 'abc' });
    });

    test('take nothing at all as data', async () => {
      const key = freshKey();
      await cache.client.set(key, 'same');
      expect(await cache.client.append(key, '')).toBe(true);
      expect(await cache.client.prepend(key, Buffer.alloc(0))).toBe(true);
      expect(await cache.client.get(key)).toBe('same');
    });

    test('copy their data at the time of the call', async () => {
      const key = freshKey();
      await cache.client.set(key, 'a');
      const data = Buffer.from('b');
      const append = cache.client.append(key, data);
      data.fill('x');
      await append;
      expect(await cache.client.get(key)).toBe('ab');
    });
  });

  describe('setRaw', () => {
    test.each([0, 1, 65536, 2 ** 31, 2 ** 32 - 1])(
      'stores bytes and flags %d as given',
      async (flags) => {
        const key = freshKey();
        expect(await cache.client.setRaw(key, Buffer.from('bytes'), flags)).toBe(true);
        expect(await storedItem(cache.server, key)).toEqual({ flags, data: 'bytes' });
      },
    );

    test('stores a string as its UTF-8 and every byte value as it is', async () => {
      const [text, bytes] = freshKeys(2) as [string, string];
      const every = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));
      await cache.client.setRaw(text, 'é', 0);
      await cache.client.setRaw(bytes, every, 0);
      expect((await cache.client.getRaw(text))?.data).toEqual(Buffer.from([0xc3, 0xa9]));
      expect((await cache.client.getRaw(bytes))?.data).toEqual(every);
    });
  });

  describe('delete', () => {
    test('answers true when the key was there and false when not', async () => {
      const key = freshKey();
      await cache.client.set(key, 1);
      expect(await cache.client.delete(key)).toBe(true);
      expect(await cache.client.delete(key)).toBe(false);
      expect(await cache.client.get(key)).toBeUndefined();
    });

    test('removes what another client stored', async () => {
      const key = freshKey();
      await raw(cache.server, `set ${key} 99 0 1\r\nx\r\n`);
      expect(await cache.client.delete(key)).toBe(true);
      expect(await storedItem(cache.server, key)).toBeUndefined();
    });
  });
});
