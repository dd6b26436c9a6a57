import { BaselineClient } from '../baseline';
import { type Adapter, type BenchClient, call, type Target, type Value } from './adapter';

export const client: BenchClient = { values: 'string', shards: false, connect };

async function connect({ servers }: Target): Promise<Adapter> {
  const baseline = await BaselineClient.connect(servers[0] as string);
  return {
    get: call(
      (key: string) => baseline.get(key),
      (value) => value,
    ),
    set: call((key: string, value: Value) => baseline.set(key, value as string), Boolean),
    incr: call(
      (key: string) => baseline.incr(key),
      (count) => count,
    ),
    getMulti: call(
      (keys: string[]) => baseline.getMulti(keys),
      (hits) => (key: string) => hits.get(key),
    ),
    close: async () => baseline.close(),
  };
}
