import type { CounterOptions } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { expectTtl, failure, freshKey, freshKeys, oneServer } from './helpers';

const LARGEST = 2n ** 64n - 1n;

describe.each(variants)('counters, $name', ({ options }) => {
  const cache = oneServer(options);

  async function counter(start: string): Promise<string> {
    const key = freshKey();
    await raw(cache.server, `set ${key} 0 0 ${start.length}\r\n${start}\r\n`);
    return key;
  }

  describe('incr and decr', () => {
    test('count a stored text up and down, by 1 unless told', async () => {
      const key = freshKey();
      await cache.client.set(key, '10');
      expect(await cache.client.incr(key)).toBe(11);
      expect(await cache.client.incr(key, 9)).toBe(20);
      expect(await cache.client.decr(key)).toBe(19);
      expect(await cache.client.decr(key, 9)).toBe(10);
    });

    test('count a stored number, which stays a number', async () => {
      const key = freshKey();
      await cache.client.set(key, 10);
      expect(await cache.client.decr(key)).toBe(9);
      expect(await cache.client.get(key)).toBe(9);
      expect(await cache.client.incr(key, 91)).toBe(100);
      expect(await cache.client.get(key)).toBe(100);
    });

    test('read the count by a delta of 0', async () => {
      const key = await counter('7');
      expect(await cache.client.incr(key, 0)).toBe(7);
      expect(await cache.client.decr(key, 0n)).toBe(7n);
    });

    test('answer undefined and create nothing for a missing key', async () => {
      const key = freshKey();
      expect(await cache.client.incr(key)).toBeUndefined();
      expect(await cache.client.decr(key, 2n)).toBeUndefined();
      expect(await cache.client.has(key)).toBe(false);
    });

    test('decr stops at 0', async () => {
      const key = await counter('5');
      expect(await cache.client.decr(key, 6)).toBe(0);
      expect(await cache.client.decr(key, LARGEST)).toBe(0n);
    });

    test('a thousand increments in one turn are all counted, in order', async () => {
      const key = await counter('0');
      const counts = Array.from({ length: 1000 }, () => cache.client.incr(key));
      expect(await Promise.all(counts)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    });
  });

  describe('numbers and bigints', () => {
    test('a number in gives a number, a bigint in gives a bigint', async () => {
      const key = await counter('1');
      expect(await cache.client.incr(key, 2)).toBe(3);
      expect(await cache.client.incr(key, 2n)).toBe(5n);
    });

    test('a delta above 32 bits arrives whole', async () => {
      const key = await counter('1');
      expect(await cache.client.incr(key, 2 ** 32 + 1)).toBe(2 ** 32 + 2);
      expect(await cache.client.decr(key, 2 ** 32)).toBe(2);
      expect(await cache.client.incr(key, Number.MAX_SAFE_INTEGER - 2)).toBe(
        Number.MAX_SAFE_INTEGER,
      );
    });

    test.each<number | bigint>([2, 2n])('either may be in the same variable: %o', async (delta) => {
      const key = freshKey();
      await cache.client.set(key, '10');
      const result: number | bigint | undefined = await cache.client.incr(key, delta);
      expect(typeof result).toBe(typeof delta);
      expect(await cache.client.decr(key, delta)).toBe(typeof delta === 'bigint' ? 10n : 10);
    });

    test('a result above 2^53 - 1 is exact as a bigint', async () => {
      const key = await counter(String(2n ** 53n));
      expect(await cache.client.incr(key, 1n)).toBe(2n ** 53n + 1n);
    });

    test('a result above 2^53 - 1 asked as a number rejects, with the value on the error', async () => {
      const key = await counter(String(Number.MAX_SAFE_INTEGER));
      expect(await failure(cache.client.incr(key))).toMatchObject({
        code: 'UNSAFE_INTEGER',
        key,
        value: 2n ** 53n,
        maybeApplied: true,
      });
      expect(await cache.client.decr(key)).toBe(Number.MAX_SAFE_INTEGER);
    });

    test('2^64 - 1 is a count like any other', async () => {
      const key = await counter(String(LARGEST - 1n));
      expect(await cache.client.incr(key, 1n)).toBe(LARGEST);
      expect(await cache.client.decr(key, 0n)).toBe(LARGEST);
      expect(await failure(cache.client.incr(key, 0))).toMatchObject({ value: LARGEST });
    });

    test('incr wraps round at 2^64', async () => {
      const key = await counter(String(LARGEST));
      expect(await cache.client.incr(key, 1n)).toBe(0n);
      expect(await cache.client.incr(key, LARGEST)).toBe(LARGEST);
    });
  });

  describe('initial', () => {
    test('is stored as it is when the key is missing, and ignored when it is there', async () => {
      const [up, down] = freshKeys(2) as [string, string];
      expect(await cache.client.incr(up, 5, { initial: 100 })).toBe(100);
      expect(await cache.client.incr(up, 5, { initial: 100 })).toBe(105);
      expect(await cache.client.decr(down, 5, { initial: 100 })).toBe(100);
      expect(await cache.client.decr(down, 5, { initial: 100 })).toBe(95);
    });

    test('may be 0 and may be 2^64 - 1', async () => {
      const [zero, largest] = freshKeys(2) as [string, string];
      expect(await cache.client.incr(zero, 1, { initial: 0 })).toBe(0);
      expect(await cache.client.incr(zero)).toBe(1);
      expect(await cache.client.incr(largest, 1n, { initial: LARGEST })).toBe(LARGEST);
    });

    test('is text with flags 0, which every client can read', async () => {
      const key = freshKey();
      await cache.client.incr(key, 1, { initial: 42 });
      expect(await cache.client.getRaw(key)).toMatchObject({ data: Buffer.from('42'), flags: 0 });
    });

    test('counts exactly when fifty callers meet on a missing key', async () => {
      const key = freshKey();
      const calls = Array.from({ length: 50 }, () => cache.client.incr(key, 1, { initial: 1 }));
      const counts = (await Promise.all(calls)) as number[];
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      expect(await cache.client.incr(key, 0)).toBe(50);
    });

    test('is what a ttl is for: without it a ttl is refused, because no counter would get it', async () => {
      const key = await counter('5');
      for (const options of [60, { ttl: 60 }, new Date(Date.now() + 60_000)]) {
        for (const call of [
          cache.client.incr(key, 1, options as CounterOptions),
          cache.client.decr(key, 1n, options as CounterOptions),
        ]) {
          const { code, message } = await failure(call);
          expect(code).toBe('INVALID_ARGUMENT');
          expect(message).toMatch(/^ttl must be left out without initial/);
        }
      }
      expect(await cache.client.incr(key, 0)).toBe(5);
    });

    test('has a ttl, which later increments leave alone', async () => {
      const key = freshKey();
      await cache.client.incr(key, 1, { initial: 1, ttl: 400 });
      await expectTtl(cache.server, key, 400);
      await cache.client.incr(key, 1, { initial: 1, ttl: 90 });
      await expectTtl(cache.server, key, 400);
    });
  });

  describe('what is not a number', () => {
    test.each([
      ['text', 'ten'],
      ['nothing', ''],
      ['a number of more than 64 bits', '99999999999999999999'],
    ])('%s rejects with NOT_NUMERIC and stays as it was', async (_what, stored) => {
      const key = await counter(stored);
      expect(await failure(cache.client.incr(key))).toMatchObject({ code: 'NOT_NUMERIC', key });
      expect(await failure(cache.client.decr(key, 1n))).toMatchObject({ code: 'NOT_NUMERIC', key });
      expect(await failure(cache.client.incr(key, 1, { initial: 1 }))).toMatchObject({
        code: 'NOT_NUMERIC',
        maybeApplied: false,
      });
      expect((await cache.client.getRaw(key))?.data.toString()).toBe(stored);
    });

    test('leaves the other operations of the turn alone', async () => {
      const text = await counter('text');
      const keys = freshKeys(100);
      await Promise.all(keys.map((key) => cache.client.set(key, '1')));
      const outcomes = await Promise.allSettled(
        keys.flatMap((key) => [
          cache.client.incr(text),
          cache.client.incr(key),
          cache.client.get(key),
        ]),
      );
      const ofText = outcomes.filter((_outcome, index) => index % 3 === 0);
      const ofOthers = outcomes.filter((_outcome, index) => index % 3 !== 0);
      expect(ofText.every((outcome) => outcome.status === 'rejected')).toBe(true);
      expect(ofOthers.every((outcome) => outcome.status === 'fulfilled')).toBe(true);
    });
  });

  describe('incrMulti', () => {
    test('answers the new counts, and the keys that are missing', async () => {
      const [one, two] = [await counter('1'), await counter('20')];
      const absent = freshKey();
      const counts = await cache.client.incrMulti([one, absent, two]);
      expect(new Map(counts)).toEqual(
        new Map([
          [one, 2],
          [two, 21],
        ]),
      );
      expect(counts.missing).toEqual([absent]);
      expect(counts.errors.size).toBe(0);
    });

    test('counts a key once that is given several times, as text and as Buffers', async () => {
      const key = await counter('1');
      const keys = [key, Buffer.from(key), key, Buffer.from(key)];
      expect([...(await cache.client.incrMulti(keys))]).toEqual([[key, 2]]);
      expect(await cache.client.get(key)).toBe('2');

      const bytes = (): Buffer => Buffer.from('fe31', 'hex'); // no text
      await cache.client.setRaw(bytes(), '1', 0);
      expect([...(await cache.client.incrMulti([bytes(), bytes()]))]).toEqual([['0xfe31', 2]]);
    });

    test('takes a delta', async () => {
      const key = await counter('1');
      expect((await cache.client.incrMulti([key], 2 ** 33)).get(key)).toBe(2 ** 33 + 1);
    });

    test('gives the error of one key to that key only', async () => {
      const [text, unsafe, good] = [
        await counter('text'),
        await counter(String(LARGEST - 1n)),
        await counter('1'),
      ];
      const counts = await cache.client.incrMulti([text, good, unsafe]);
      expect(new Map(counts)).toEqual(new Map([[good, 2]]));
      expect(counts.missing).toEqual([]);
      expect(counts.errors.get(text)?.code).toBe('NOT_NUMERIC');
      expect(counts.errors.get(unsafe)?.code).toBe('UNSAFE_INTEGER');
    });
  });
});
