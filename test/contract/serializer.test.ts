import { CacheMiss, type Client, type ClientOptions } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { failure, freshKey, oneServer, openClient, storedItem } from './helpers';

type Serializer = Exclude<ClientOptions['serializer'], undefined>;

describe.each(variants)('the serializer hook, $name', ({ options }) => {
  const cache = oneServer(options);

  function open(serializer: Serializer, more: ClientOptions = {}): Client {
    return openClient(cache.server.server, { ...options, ...more, serializer });
  }

  const upperCase: Serializer = {
    serialize: (value) => ({ data: String(value).toUpperCase(), flags: 77 }),
    deserialize: (data, flags) => `${flags}:${data.toString()}`,
  };

  test('decides bytes and flags of what is stored, and what they are read as', async () => {
    const client = open(upperCase);
    const key = freshKey();
    await client.set(key, 'zoë');
    expect(await client.getRaw(key)).toMatchObject({ data: Buffer.from('ZOË'), flags: 77 });
    expect(await client.get(key)).toBe('77:ZOË');
  });

  test('serves every method that takes or gives a value', async () => {
    const client = open(upperCase);
    const key = freshKey();
    expect(await client.add(key, 'a')).toBe(true);
    expect(await client.replace(key, 'b')).toBe(true);
    const item = await client.gets(key);
    expect(item?.value).toBe('77:B');
    expect(await client.cas(key, 'c', item?.cas as bigint)).toBe('stored');
    expect(await client.getAndTouch(key, 100)).toBe('77:C');
    await client.setMulti({ [key]: 'd' });
    expect((await client.getMulti([key])).get(key)).toBe('77:D');
    expect((await client.getsMulti([key])).get(key)?.value).toBe('77:D');
    for await (const [, value] of client.getMultiStream([key])) expect(value).toBe('77:D');
    expect(await client.getOrSet(key, 60, () => 'loaded')).toBe('77:D');
    await client.update(key, (value) => `${String(value)}!`);
    expect((await storedItem(cache.server, key))?.data).toBe('77:D!');
  });

  test('is not asked for append, prepend, setRaw and counters', async () => {
    const client = open({
      serialize: () => {
        throw new Error('asked');
      },
      deserialize: () => {
        throw new Error('asked');
      },
    });
    const key = freshKey();
    await client.setRaw(key, '5', 0);
    await client.append(key, '0');
    await client.prepend(key, '1');
    expect(await client.incr(key)).toBe(151);
    expect((await client.getRaw(key))?.data.toString()).toBe('151');
    expect(await client.has(key)).toBe(true);
  });

  test('may give a Buffer that it uses again for the next value', async () => {
    const scratch = Buffer.alloc(4);
    const client = open({
      serialize: (value) => {
        scratch.writeUInt32BE(value as number);
        return { data: scratch, flags: 0 };
      },
      deserialize: (data) => data.readUInt32BE(),
    });
    const keys = Array.from({ length: 20 }, () => freshKey());
    await Promise.all(keys.map((key, index) => client.set(key, index)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys.map((_, n) => n));
  });

  describe('CacheMiss', () => {
    const onlyVersionTwo: Serializer = {
      serialize: (value) => ({ data: JSON.stringify(value), flags: 2 << 16 }),
      deserialize: (data, flags) => {
        if (flags !== 2 << 16) throw new CacheMiss();
        return JSON.parse(data.toString());
      },
    };

    test('thrown by deserialize turns the item into a miss', async () => {
      const client = open(onlyVersionTwo);
      const [old, current] = [freshKey(), freshKey()];
      await client.setRaw(old, '{"v":1}', 1 << 16);
      await client.set(current, { v: 2 });
      expect(await client.get(old)).toBeUndefined();
      expect(await client.gets(old)).toBeUndefined();
      expect(await client.getAndTouch(old, 10)).toBeUndefined();
      const result = await client.getMulti([old, current]);
      expect([...result]).toEqual([[current, { v: 2 }]]);
      expect(result.missing).toEqual([old]);
      expect(result.errors.size).toBe(0);
    });

    test('makes getOrSet load and store the value anew', async () => {
      const client = open(onlyVersionTwo);
      const key = freshKey();
      await client.setRaw(key, '{"v":1}', 1 << 16);
      expect(await client.getOrSet(key, 60, () => ({ v: 2 }))).toEqual({ v: 2 });
      expect(await client.get(key)).toEqual({ v: 2 });
    });
  });

  describe('a hook that fails', () => {
    test('in serialize rejects with SERIALIZE, keeps the cause and sends nothing', async () => {
      const mistake = new TypeError('cannot');
      const client = open({
        serialize: () => {
          throw mistake;
        },
        deserialize: (data) => data,
      });
      const key = freshKey();
      expect(await failure(client.set(key, 'v'))).toMatchObject({
        code: 'SERIALIZE',
        cause: mistake,
        key,
        maybeApplied: false,
      });
      expect(await cache.client.has(key)).toBe(false);
    });

    test('in deserialize rejects with DECODE, keeps the cause and leaves the item', async () => {
      const mistake = new SyntaxError('cannot');
      const client = open({
        serialize: (value) => ({ data: String(value), flags: 0 }),
        deserialize: (data) => {
          if (data.toString() === 'bad') throw mistake;
          return data.toString();
        },
      });
      const [bad, good] = [freshKey(), freshKey()];
      await client.setMulti({ [bad]: 'bad', [good]: 'good' });
      expect(await failure(client.get(bad))).toMatchObject({ code: 'DECODE', cause: mistake });
      const result = await client.getMulti([bad, good]);
      expect([...result]).toEqual([[good, 'good']]);
      expect(result.errors.get(bad)).toMatchObject({ code: 'DECODE' });
      expect(await client.has(bad)).toBe(true);
    });

    test('in deserialize by giving a promise rejects with DECODE, wherever it is asked', async () => {
      const client = open({
        serialize: (value) => ({ data: String(value), flags: 0 }),
        deserialize: async () => {
          throw new Error('nobody waits for this, and it ends no process');
        },
      });
      const keys = [freshKey(), freshKey()];
      await client.setMulti(keys.map((key) => [key, 'v']));
      const mistake = { code: 'DECODE', message: expect.stringContaining('not return a promise') };
      for (const read of [
        (key: string) => client.get(key),
        (key: string) => client.gets(key),
        (key: string) => client.getAndTouch(key, 100),
        (key: string) => client.getOrSet(key, 60, () => 'loaded'),
        (key: string) => client.update(key, (value) => value),
      ]) {
        expect(await failure(read(keys[0] as string))).toMatchObject(mistake);
      }
      for (const read of [client.getMulti(keys), client.getsMulti(keys)]) {
        const { size, errors } = await read;
        expect(size).toBe(0);
        expect([...errors]).toMatchObject(keys.map((key) => [key, mistake]));
      }
      const streamed = client.getMultiStream(keys);
      expect(await failure(streamed.next())).toMatchObject(mistake);
    });

    test.each([
      ['nothing', undefined],
      ['no data', { flags: 0 }],
      ['a number as data', { data: 5, flags: 0 }],
      ['no flags', { data: 'x' }],
      ['negative flags', { data: 'x', flags: -1 }],
      ['flags above 32 bits', { data: 'x', flags: 2 ** 32 }],
    ])('by giving %s rejects with SERIALIZE', async (_what, given) => {
      const client = open({ serialize: () => given as never, deserialize: (data) => data });
      expect(await failure(client.set(freshKey(), 'v'))).toMatchObject({ code: 'SERIALIZE' });
    });
  });
});
