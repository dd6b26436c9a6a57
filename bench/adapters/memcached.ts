import Memcached = require('memcached');

import { type Adapter, type BenchClient, call, promised, type Target, type Value } from './adapter';

// Strings: npm memcached damages Buffers.
export const client: BenchClient = { values: 'string', shards: true, connect };

async function connect({ servers }: Target): Promise<Adapter> {
  const memcached = new Memcached([...servers]);
  return {
    get: call(
      (key: string) => promised<string | undefined>((done) => memcached.get(key, done)),
      (value) => value,
    ),
    set: call(
      (key: string, value: Value) =>
        promised<boolean>((done) => memcached.set(key, value, 0, done)),
      Boolean,
    ),
    add: call(
      (key: string, value: Value) =>
        promised<boolean>((done) => memcached.add(key, value, 0, done)),
      Boolean,
    ),
    incr: call(
      (key: string) => promised<number | boolean>((done) => memcached.incr(key, 1, done)),
      (count) => (typeof count === 'number' ? count : undefined),
    ),
    touch: call(
      (key: string, ttl: number) =>
        promised<unknown>((done) => memcached.touch(key, ttl, done as () => void)),
      Boolean,
    ),
    delete: call((key: string) => promised<boolean>((done) => memcached.del(key, done)), Boolean),
    gets: call(
      (key: string) =>
        promised<{ [key: string]: string; cas: string } | undefined>((done) =>
          memcached.gets(key, done as never),
        ),
      (hit) => readCas(hit),
    ),
    cas: call(
      (key: string, value: Value, token) =>
        promised<boolean>((done) => memcached.cas(key, value, String(token), 0, done)),
      Boolean,
    ),
    getMulti: call(
      (keys: string[]) =>
        promised<Record<string, string>>((done) => memcached.getMulti(keys, done)),
      (hits) => (key: string) => hits[key],
    ),
    close: async () => memcached.end(),
  };
}

// `{ [key]: value, cas }`: the key of the answer is whatever is not the token.
function readCas(hit: { [key: string]: string; cas: string } | undefined) {
  if (!hit) return undefined;
  const { cas: token, ...values } = hit;
  return { value: Object.values(values)[0] as string, token };
}
