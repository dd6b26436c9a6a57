import { Readable } from 'node:stream';
import type { Entries, EntriesObject } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import {
  commandCounts,
  expectTtl,
  failure,
  freshKey,
  freshKeys,
  oneServer,
  pairs,
  remainingTtl,
} from './helpers';

const never = -1;

describe.each(variants)('writing many keys, $name', ({ options }) => {
  const cache = oneServer(options);

  test('stores what the values were when it was called, of any number of them', async () => {
    const keys = freshKeys(5000);
    const bytes = Buffer.from('first');
    const list = ['first'];
    const entries = keys.map((key, index): [string, unknown] => [key, index % 2 ? bytes : list]);
    const stored = cache.client.setMulti(entries);
    bytes.fill('x');
    list[0] = 'changed';
    expect((await stored).ok).toBe(true);
    const found = await cache.client.getMulti(keys);
    const values = new Set([...found.values()].map(String));
    expect(found.size).toBe(keys.length);
    expect(values).toEqual(new Set(['first']));
  });

  test('stores under the bytes that the keys had when it was called', async () => {
    const names = freshKeys(5000);
    const keys = names.map((name) => Buffer.from(name));
    const stored = cache.client.setMulti(keys.map((key): [Buffer, string] => [key, 'value']));
    for (const key of keys) key.fill('x');
    expect((await stored).applied).toEqual(names);
    expect((await cache.client.getMulti(names)).missing).toEqual([]);
  });

  describe('setMulti takes its entries', () => {
    const forms: [string, (a: string, b: string) => Entries | EntriesObject][] = [
      ['as an object', (a, b) => ({ [a]: 1, [b]: 'two' })],
      [
        'as a Map',
        (a, b) =>
          new Map<string, unknown>([
            [a, 1],
            [b, 'two'],
          ]),
      ],
      [
        'as an array of pairs',
        (a, b) => [
          [a, 1],
          [b, 'two'],
        ],
      ],
      [
        'as an array of triples with a ttl',
        (a, b) => [
          [a, 1, 0],
          [b, 'two', 0],
        ],
      ],
      [
        'from a generator',
        function* (a, b) {
          yield [a, 1];
          yield [b, 'two'];
        },
      ],
    ];

    test.each(forms)('%s', async (_form, entries) => {
      const [a, b] = freshKeys(2) as [string, string];
      const result = await cache.client.setMulti(entries(a, b));
      expect(result).toEqual({ ok: true, applied: [a, b], refused: [], errors: new Map() });
      expect(await cache.client.get(a)).toBe(1);
      expect(await cache.client.get(b)).toBe('two');
    });

    test('with a ttl for all and a ttl for one', async () => {
      const [own, common, forEver, dated] = freshKeys(4) as [string, string, string, string];
      await cache.client.setMulti(
        [
          [own, 1, 100],
          [common, 2],
          [forEver, 3, 0],
          [dated, 4, new Date(Date.now() + 900_000)],
        ],
        { ttl: 500 },
      );
      await expectTtl(cache.server, own, 100);
      await expectTtl(cache.server, common, 500);
      expect(await remainingTtl(cache.server, forEver)).toBe(never);
      await expectTtl(cache.server, dated, 900);
    });

    test.each([
      ['a promise of entries, which was not awaited', () => Promise.resolve({ a: 1 })],
      ['an async iterable', () => Readable.from([['a', 1]])],
      ['a Date', () => new Date()],
      ['an error', () => new Error('no entries')],
    ])('but not from %s', async (_what, entries) => {
      const error = await failure(cache.client.setMulti(entries() as never));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'setMulti' });
      expect(error.message).toMatch(/^entries must be an object, a Map or an iterable/);
    });

    test('of which none is fine too', async () => {
      const before = await commandCounts(cache);
      for (const nothing of [{}, [], new Map<string, unknown>()]) {
        const result = await cache.client.setMulti(nothing);
        expect(result).toEqual({ ok: true, applied: [], refused: [], errors: new Map() });
      }
      expect(await commandCounts(cache)).toEqual(before);
    });
  });

  test('setMulti names what it applied in the order of the entries', async () => {
    const keys = freshKeys(500).reverse();
    const result = await cache.client.setMulti(pairs(keys, (key) => key));
    expect(result.applied).toEqual(keys);
    const values = await cache.client.getMulti(keys);
    expect(keys.every((key) => values.get(key) === key)).toBe(true);
  });

  test('setMulti gives a key that appears twice its last value', async () => {
    const key = freshKey();
    const result = await cache.client.setMulti([
      [key, 'first'],
      [key, 'last'],
    ]);
    expect(result.ok).toBe(true);
    expect(new Set(result.applied)).toEqual(new Set([key]));
    expect(await cache.client.get(key)).toBe('last');
  });

  test('setMulti copies every value at the time of the call', async () => {
    const key = freshKey();
    const bytes = Buffer.from('before');
    const write = cache.client.setMulti([[key, bytes]]);
    bytes.fill('x');
    await write;
    expect(String(await cache.client.get(key))).toBe('before');
  });

  test('setMulti puts the prefix of the call before every key and reports them without', async () => {
    const key = freshKey();
    const result = await cache.client.setMulti({ [key]: 'value' }, { prefix: 'pfx_' });
    expect(result.applied).toEqual([key]);
    expect(await cache.client.get(`pfx_${key}`)).toBe('value');
    expect(await cache.client.has(key)).toBe(false);
  });

  test('addMulti refuses what is there and replaceMulti what is not', async () => {
    const [present, absent] = freshKeys(2) as [string, string];
    await cache.client.set(present, 'old');
    expect(await cache.client.addMulti({ [present]: 'added', [absent]: 'added' })).toEqual({
      ok: false,
      applied: [absent],
      refused: [present],
      errors: new Map(),
    });
    expect(await cache.client.get(present)).toBe('old');

    const missing = freshKey();
    expect(await cache.client.replaceMulti({ [present]: 'new', [missing]: 'new' })).toEqual({
      ok: false,
      applied: [present],
      refused: [missing],
      errors: new Map(),
    });
    expect(await cache.client.has(missing)).toBe(false);
  });

  describe('one entry that fails leaves the others alone', () => {
    test.each([
      ['an invalid key', (key: string) => [`${key} with space`, 1], 'INVALID_ARGUMENT'],
      ['a value that cannot be serialised', (key: string) => [key, () => 1], 'SERIALIZE'],
      ['a value that is too large', (key: string) => [key, 'x'.repeat(1_048_577)], 'TOO_LARGE'],
      ['an impossible ttl', (key: string) => [key, 1, -1], 'INVALID_ARGUMENT'],
      ['a null for a ttl', (key: string) => [key, 1, null], 'INVALID_ARGUMENT'],
    ] as const)('%s', async (_what, badEntry, code) => {
      const [before, bad, after] = freshKeys(3) as [string, string, string];
      const entry = badEntry(bad) as unknown as [string, unknown];
      const result = await cache.client.setMulti([[before, 1], entry, [after, 2]]);
      expect(result.ok).toBe(false);
      expect(result.applied).toEqual([before, after]);
      expect(result.refused).toEqual([]);
      expect([...result.errors.keys()]).toEqual([entry[0]]);
      expect(result.errors.get(entry[0])).toMatchObject({ code, maybeApplied: false });
      expect(await cache.client.get(before)).toBe(1);
      expect(await cache.client.get(after)).toBe(2);
    });
  });

  test('deleteMulti removes what is there and refuses what is not', async () => {
    const [one, two, absent] = freshKeys(3) as [string, string, string];
    await cache.client.setMulti({ [one]: 1, [two]: 2 });
    expect(await cache.client.deleteMulti([one, absent, two])).toEqual({
      ok: false,
      applied: [one, two],
      refused: [absent],
      errors: new Map(),
    });
    expect((await cache.client.getMulti([one, two])).size).toBe(0);
    expect(await cache.client.deleteMulti([])).toMatchObject({ ok: true, applied: [] });
  });

  test('deleteMulti removes a key once that is given several times, as text and as Buffers', async () => {
    const key = freshKey();
    const bytes = (): Buffer => Buffer.from('fb41', 'hex'); // no text
    await cache.client.setMulti([
      [key, 1],
      [bytes(), 2],
      ['0xfb41', 3],
    ]);
    const keys = [Buffer.from(key), key, bytes(), Buffer.from(key), bytes()];
    expect(await cache.client.deleteMulti(keys)).toEqual({
      ok: true,
      applied: [key, '0xfb41'],
      refused: [],
      errors: new Map(),
    });
    // A key of text that looks like the name of those bytes is another.
    expect(await cache.client.get('0xfb41')).toBe(3);
    await cache.client.set(bytes(), 2);
    expect((await cache.client.deleteMulti([bytes(), '0xfb41'])).ok).toBe(true);
    expect(await cache.client.has('0xfb41')).toBe(false);
    expect(await cache.client.has(bytes())).toBe(false);
  });

  test('touchMulti gives what is there a new ttl and refuses what is not', async () => {
    const [one, two, absent] = freshKeys(3) as [string, string, string];
    await cache.client.setMulti({ [one]: 1, [two]: 2 }, { ttl: 100 });
    expect(await cache.client.touchMulti([one, two, absent], 700)).toEqual({
      ok: false,
      applied: [one, two],
      refused: [absent],
      errors: new Map(),
    });
    await expectTtl(cache.server, one, 700);
    await expectTtl(cache.server, two, 700);
  });

  test.each(['deleteMulti', 'touchMulti'] as const)(
    '%s gives an invalid key an error of its own',
    async (method) => {
      const key = freshKey();
      await cache.client.set(key, 1);
      const keys = ['not a key', key];
      const result =
        method === 'deleteMulti'
          ? await cache.client.deleteMulti(keys)
          : await cache.client.touchMulti(keys, 10);
      expect(result.applied).toEqual([key]);
      expect([...result.errors.keys()]).toEqual(['not a key']);
      expect(result.errors.get('not a key')?.code).toBe('INVALID_ARGUMENT');
    },
  );
});
