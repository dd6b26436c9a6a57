import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemcachedError } from 'libmemcached';
import { expect, test } from 'vitest';
import { Caller, type Expectations } from './caller';
import type { ChaosClient } from './commands';
import { type FakeClient, fakeClient } from './fakeClient';
import { OwnedKey } from './ownedKey';
import { Random } from './random';
import { Report } from './report';

const expected: Expectations = { timeout: 200, codes: ['TIMEOUT'] };

/** Plays with a client for a while and tells what was found wrong. */
async function violationsOf(lie: (honest: FakeClient) => Partial<ChaosClient>): Promise<string[]> {
  const random = new Random(7);
  const honest = fakeClient(random.fork(1));
  const keys = (['item', 'item', 'counter', 'text'] as const).map(
    (kind, number) => new OwnedKey(`${kind}-${number}`, kind),
  );
  const report = new Report();
  const caller = new Caller({ ...honest, ...lie(honest) }, keys, random, report, expected);
  for (let turn = 0; turn < 600 && report.violations.length === 0; turn += 1) {
    await caller.turn();
    if (turn % 20 === 19) {
      await nextTurn();
      await new Promise((resolve) => setTimeout(resolve, 30)); // late writes of the fake are over
      for (const key of keys) {
        const violation = key.verify(honest.items.get(key.name)?.value);
        if (violation !== undefined) report.violations.push(violation);
      }
    }
  }
  return report.violations;
}

test('a client that fails and tells the truth about it is not accused', async () => {
  expect(await violationsOf(() => ({}))).toEqual([]);
});

test.each<[lie: string, (honest: FakeClient) => Partial<ChaosClient>]>([
  ['a set that stores nothing', () => ({ set: async () => true })],
  [
    'a set that says it stored nothing',
    (honest) => ({ set: (...set) => honest.set(...set).then(() => false) }),
  ],
  ['a miss for what is there', () => ({ get: async () => undefined })],
  [
    'a miss among many',
    (honest) => ({
      getMulti: async (keys) => {
        const result = await honest.getMulti(keys);
        const hits = new Map([...result].slice(1));
        const missing = keys.filter((key) => !hits.has(key));
        return Object.assign(hits, { missing, errors: new Map() });
      },
    }),
  ],
  [
    'a key that a result forgets',
    (honest) => ({
      getMulti: (keys) => honest.getMulti(keys.slice(1)),
    }),
  ],
  ["another key's value", (honest) => ({ get: async () => honest.get('item-0') })],
  [
    'a damaged value',
    (honest) => ({
      get: async (key) => {
        const value = (await honest.get(key)) as string | undefined;
        return value?.replace('#', '!');
      },
    }),
  ],
  [
    'an answer from a cache that is never updated',
    (honest) => {
      const seen = new Map<string, Promise<unknown>>();
      return {
        get: (key) => {
          const first = seen.get(key) ?? honest.get(key);
          seen.set(key, first);
          return first;
        },
      };
    },
  ],
  [
    'an incr that is sent twice',
    (honest) => ({
      incr: async (key, delta, options) => {
        await honest.incr(key, delta, options);
        return honest.incr(key, delta, options);
      },
    }),
  ],
  [
    'an append that is sent again after a failure',
    (honest) => ({
      append: (key, data) => honest.append(key, data).catch(() => honest.append(key, data)),
    }),
  ],
  ['a delete that is not done', () => ({ delete: async () => true })],
  [
    'a cas that does not compare',
    (honest) => ({
      cas: (key, value) => honest.set(key, value).then(() => 'stored'),
    }),
  ],
  ['an add that replaces', (honest) => ({ add: (key, value) => honest.set(key, value) })],
  [
    'a write that is said not to have been applied',
    (honest) => ({
      set: (key, value) =>
        honest.set(key, value).catch((error: MemcachedError) => {
          throw new MemcachedError(error.code, error.message, { maybeApplied: false });
        }),
    }),
  ],
  [
    'a read that is said to have been applied',
    () => ({
      get: () => Promise.reject(new MemcachedError('TIMEOUT', 'no answer', { maybeApplied: true })),
    }),
  ],
  [
    'a write that comes after its answer',
    (honest) => ({
      set: async (key, value) => {
        setTimeout(() => honest.items.set(key, { value, cas: 1n }), 15);
        return true;
      },
    }),
  ],
  ['an answer that never comes', () => ({ touch: () => new Promise(() => {}) })],
  ['an error of another class', () => ({ get: () => Promise.reject(new Error('what?')) })],
  [
    'an error that no fault explains',
    () => ({
      get: () => Promise.reject(new MemcachedError('DECODE', 'what?')),
    }),
  ],
])('%s is a violation', async (_lie, lie) => {
  expect(await violationsOf(lie)).not.toEqual([]);
});

test('a seed decides what is asked, whatever is answered', async () => {
  async function asked(answersSeed: number): Promise<string[]> {
    const random = new Random(5);
    const keys = [new OwnedKey('item-0', 'item'), new OwnedKey('counter-1', 'counter')];
    const honest = fakeClient(new Random(answersSeed));
    const names: string[] = [];
    const recording = new Proxy(honest, {
      get: (client, name: keyof FakeClient) => {
        names.push(name);
        return client[name];
      },
    });
    const caller = new Caller(recording, keys, random, new Report(), expected);
    for (let turn = 0; turn < 12; turn += 1) {
      await caller.turn();
      for (const key of keys) key.model.lose(); // nothing late, which would limit the choice
    }
    return names.filter((name) => !['gets', 'cas'].includes(name)); // a cas needs a token
  }
  const first = await asked(1);
  expect(first.length).toBeGreaterThan(10);
  expect(await asked(1)).toEqual(first);
  expect(await asked(2)).toEqual(first);
});
