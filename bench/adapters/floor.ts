import { type Adapter, type BenchClient, call, type Value } from './adapter';

// A map in place of a client and a server. It answers all calls of a turn in the next one, as a
// socket would, and the same promises settle and the same checks run: what the bench adds to a row.
export const client: BenchClient = { values: 'string', shards: false, connect };

async function connect(): Promise<Adapter> {
  const items = new Map<string, Value>();
  const counts = new Map<string, number>();
  let waiting: (() => void)[] = [];

  function answerAll(): void {
    const answers = waiting;
    waiting = [];
    for (const answer of answers) answer();
  }

  function answerLater<Answer>(answer: Answer): Promise<Answer> {
    if (waiting.length === 0) setImmediate(answerAll);
    return new Promise((resolve) => waiting.push(() => resolve(answer)));
  }

  function increment(key: string): number {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  }

  return {
    get: call(
      (key: string) => answerLater(items.get(key)),
      (value) => value,
    ),
    set: call((key: string, value: Value) => answerLater(items.set(key, value)), Boolean),
    incr: call(
      (key: string) => answerLater(increment(key)),
      (count) => count,
    ),
    touch: call((_key: string, _ttl: number) => answerLater(true), Boolean),
    delete: call((_key: string) => answerLater(true), Boolean),
    getMulti: call(
      (keys: string[]) => answerLater(keys),
      () => (key: string) => items.get(key),
    ),
    setMulti: call((entries: [string, Value][]) => {
      for (const [key, value] of entries) items.set(key, value);
      return answerLater(true);
    }, Boolean),
    close: async () => {},
  };
}
