import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { MemcachedError } from 'libmemcached';
import type { ChaosClient } from './commands';
import type { Answer, Effect, Value } from './effects';
import * as effects from './effects';
import type { Random } from './random';

export interface FakeClient extends ChaosClient {
  /** What it holds, to be changed by a lie. */
  readonly items: Map<string, { value: string; cas: bigint }>;
}

/** A client without a server that fails often, and always tells the truth about it. */
export function fakeClient(random: Random): FakeClient {
  const items: FakeClient['items'] = new Map();
  let lastCas = 0n;

  function store(key: string, value: Value): void {
    if (value === undefined) items.delete(key);
    else if (items.get(key)?.value !== value) {
      lastCas += 1n;
      items.set(key, { value, cas: lastCas });
    }
  }

  function apply(key: string, effect: Effect): Answer {
    const [answer, next] = effect(items.get(key)?.value);
    store(key, next);
    return answer;
  }

  async function write<Result extends Answer>(key: string, effect: Effect): Promise<Result> {
    const fate = random.weighted<'answered' | 'done' | 'lost' | 'late' | 'unsent'>([
      [20, 'answered'],
      [1, 'done'],
      [1, 'lost'],
      [1, 'late'],
      [1, 'unsent'],
    ]);
    const happens = fate === 'answered' || fate === 'done';
    const answer = happens ? apply(key, effect) : undefined;
    if (fate === 'late') void sleep(random.below(20)).then(() => apply(key, effect));
    await nextTurn();
    if (fate === 'answered') return answer as Result;
    throw new MemcachedError('TIMEOUT', 'no answer', { maybeApplied: fate !== 'unsent' });
  }

  async function get(key: string): Promise<Value> {
    const value = items.get(key)?.value;
    await nextTurn();
    return value;
  }

  return {
    items,
    get,
    gets: async (key) => {
      const item = items.get(key);
      await nextTurn();
      return item;
    },
    set: (key, value) => write(key, effects.set(value)),
    add: (key, value) => write(key, effects.add(value)),
    replace: (key, value) => write(key, effects.replace(value)),
    append: (key, data) => write(key, effects.append(data)),
    prepend: (key, data) => write(key, effects.prepend(data)),
    cas: (key, value, cas) => {
      const item = items.get(key);
      const read = item?.cas === cas ? item.value : '';
      return write(key, effects.cas(read, value));
    },
    incr: (key, delta, options) => write(key, effects.count(delta, options?.initial)),
    decr: (key, delta) => write(key, effects.count(-delta)),
    touch: (key) => write(key, effects.touch),
    delete: (key) => write(key, effects.remove),
    getMulti: async (keys) => {
      const values = keys.map((key) => [key, items.get(key)?.value] as const);
      await nextTurn();
      const hits = new Map(values.filter(([, value]) => value !== undefined));
      const missing = keys.filter((key) => !hits.has(key));
      return Object.assign(hits, { missing, errors: new Map() });
    },
    setMulti: async (entries) => {
      const applied: string[] = [];
      const errors = new Map<string, MemcachedError>();
      await Promise.all(
        entries.map(([key, value]) =>
          write(key, effects.set(value)).then(
            () => applied.push(key),
            (error: MemcachedError) => errors.set(key, error),
          ),
        ),
      );
      return { applied, refused: [], errors };
    },
  };
}
