import { Memcache } from 'memcache';
import { type Adapter, type BenchClient, call, type Target, type Value } from './adapter';

// Strings only. Its gets() is a multi-get and gives no token, so its cas() cannot be used.
export const client: BenchClient = { values: 'string', shards: true, connect };

async function connect({ servers, timeout }: Target): Promise<Adapter> {
  const memcache = new Memcache({ nodes: [...servers], timeout });
  // Commands issued at once on an unconnected client open a connection each; the idle ones time out
  // and take the one in use with them.
  await memcache.connect();
  return {
    get: call(
      (key: string) => memcache.get(key),
      (value) => value,
    ),
    set: call((key: string, value: Value) => memcache.set(key, value as string), Boolean),
    add: call((key: string, value: Value) => memcache.add(key, value as string), Boolean),
    incr: call(
      (key: string) => memcache.incr(key),
      (count) => count,
    ),
    touch: call((key: string, ttl: number) => memcache.touch(key, ttl), Boolean),
    delete: call((key: string) => memcache.delete(key), Boolean),
    getMulti: call(
      (keys: string[]) => memcache.gets(keys),
      (hits) => (key: string) => hits.get(key),
    ),
    close: () => memcache.quit(),
  };
}
