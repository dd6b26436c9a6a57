import { expect } from 'vitest';
import { expectTtl, failure, freshKey, freshKeys, remainingTtl, storedItem } from '../helpers';
import { type Attempt, type BadInput, each, onlyError } from './row';

const DAY = 86_400;

/** A bad TTL wherever one is taken. */
function asTtl(ttls: Record<string, unknown>): Record<string, Attempt> {
  const everywhere = each(ttls, (client, ttl, key) => client.set(key, 1, { ttl: ttl as number }));
  const [bad] = Object.values(ttls) as [number];
  return {
    ...everywhere,
    'of touch': (client, key) => client.touch(key, bad),
    'of getAndTouch': (client, key) => client.getAndTouch(key, bad),
    'of add': (client, key) => client.add(key, 1, { ttl: bad }),
    'of replace': (client, key) => client.replace(key, 1, { ttl: bad }),
    'of cas': (client, key) => client.cas(key, 1, 1n, { ttl: bad }),
    'of setRaw': (client, key) => client.setRaw(key, 'x', 0, { ttl: bad }),
    'of update': (client, key) => client.update(key, () => 1, { ttl: bad }),
    'of getOrSet': (client, key) => client.getOrSet(key, { ttl: bad }, () => 1),
    'of incr': (client, key) => client.incr(key, 1, { initial: 1, ttl: bad }),
    'of an entry': (client, key) => onlyError(client.setMulti([[key, 1, bad]])),
  };
}

export const numbers: BadInput[] = [
  {
    name: 'B19 a ttl of -1, which would be immortal in binary, and of -0',
    refused: {
      ...asTtl({ '-1': -1, '-0': -0, 'far below': -(2 ** 31) }),
      'bare -1': (client, key) => client.set(key, 1, -1),
    },
  },
  {
    name: 'B20 ttls around 30 days and of a year are converted, not bad input',
    async also({ client, server }) {
      for (const ttl of [30 * DAY - 1, 30 * DAY, 30 * DAY + 1, 365 * DAY]) {
        const key = freshKey();
        await client.set(key, 'value', ttl);
        await expectTtl(server, key, ttl);
        expect(await client.get(key)).toBe('value');
      }
    },
  },
  {
    name: 'B21 a ttl that can only be a mistake: Date.now() and what overflows',
    refused: asTtl({
      'Date.now()': Date.now(),
      'a time in seconds': Math.floor(Date.now() / 1000),
      '2^31': 2 ** 31,
      '2^32 + 50': 2 ** 32 + 50,
      '1e308': 1e308,
    }),
  },
  {
    name: 'B22 a ttl that is no whole number; a Date must be in the future',
    refused: asTtl({
      NaN: Number.NaN,
      Infinity: Number.POSITIVE_INFINITY,
      '1.5': 1.5,
      text: '60',
      bigint: 60n,
      true: true,
      object: {},
      'an invalid Date': new Date(Number.NaN),
      'a Date in the past': new Date(Date.now() - 1000),
      'the first Date, which would be 0': new Date(0),
      'a Date before 1970': new Date(-1),
      'a Date after 2038': new Date('2100-01-01'),
    }),
    async also({ client, server }) {
      const key = freshKey();
      await client.set(key, 'value', { ttl: new Date(Date.now() + 60_000) });
      await expectTtl(server, key, 60);
      expect(await remainingTtl(server, key)).toBeGreaterThan(0);
    },
  },
  {
    name: 'B23 flags below 0, above 32 bits or not whole',
    refused: each(
      {
        '-1': -1,
        '2^32': 2 ** 32,
        '1.5': 1.5,
        NaN: Number.NaN,
        text: '1',
        bigint: 1n,
        null: null,
        nothing: undefined,
      },
      (client, flags, key) => client.setRaw(key, 'data', flags as number),
    ),
  },
  {
    name: 'B24 a delta or initial value that is not one, while 2^32 + 1 counts whole',
    refused: {
      ...each(
        {
          '-1': -1,
          '1.5': 1.5,
          NaN: Number.NaN,
          Infinity: Number.POSITIVE_INFINITY,
          '2^53': 2 ** 53,
          '2n^64': 2n ** 64n,
          '-1n': -1n,
          text: '1',
          null: null,
          object: {},
        },
        (client, delta, key) => client.incr(key, delta as number),
      ),
      decr: (client, key) => client.decr(key, -1),
      incrMulti: async (client, key) => {
        const outcome = await client.incrMulti([key], -1);
        return onlyError(Promise.resolve(outcome));
      },
      'initial -1': (client, key) => client.incr(key, 1, { initial: -1 }),
      'initial 1.5': (client, key) => client.incr(key, 1, { initial: 1.5 }),
      'initial 2n^64': (client, key) => client.incr(key, 1, { initial: 2n ** 64n }),
      'initial text': (client, key) => client.incr(key, 1, { initial: '1' as never }),
    },
    async also({ client }) {
      const key = freshKey();
      await client.set(key, '1');
      expect(await client.incr(key, 2 ** 32 + 1)).toBe(2 ** 32 + 2);
    },
  },
  {
    name: 'B25 a counter that holds no number: an answer of the server, and nobody else suffers',
    async also({ client }) {
      const [text, long, good] = freshKeys(3) as [string, string, string];
      await client.setMulti({ [text]: 'text', [long]: '99999999999999999999', [good]: '1' });
      const [first, second, ...others] = await Promise.allSettled([
        client.incr(text),
        client.incr(long),
        client.incr(good),
        client.set(freshKey(), 'value'),
        client.get(text),
      ]);
      expect(first).toMatchObject({ reason: { code: 'NOT_NUMERIC', maybeApplied: false } });
      expect(second).toMatchObject({ reason: { code: 'NOT_NUMERIC', maybeApplied: false } });
      expect(others).toMatchObject([{ value: 2 }, { value: true }, { value: 'text' }]);
    },
  },
  {
    name: 'B26 a count above 2^53 - 1 rejects where a number was asked for, and is exact as a bigint',
    async also({ client, server }) {
      const key = freshKey();
      await client.set(key, String(2n ** 53n));
      expect(await failure(client.incr(key))).toMatchObject({
        code: 'UNSAFE_INTEGER',
        value: 2n ** 53n + 1n,
      });
      expect(await client.incr(key, 1n)).toBe(2n ** 53n + 2n);
      expect((await storedItem(server, key))?.data).toBe(String(2n ** 53n + 2n));
    },
  },
  {
    name: 'B27 a cas token that is none: 0 would send the value as a command',
    refused: each(
      {
        '0n': 0n,
        '0': 0,
        '-1n': -1n,
        '2n^64': 2n ** 64n,
        'a number': 5,
        'a number above 2^53': 2 ** 60,
        text: '5',
        null: null,
        nothing: undefined,
      },
      (client, cas, key) => client.cas(key, 'value', cas as bigint),
    ),
    async also({ client, server }) {
      await client.set('victim', 'alive');
      await failure(client.cas(freshKey(), 'delete victim', 0n));
      expect((await storedItem(server, 'victim'))?.data).toBe('alive');
    },
  },
];
