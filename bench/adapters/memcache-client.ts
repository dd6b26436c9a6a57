import { MemcacheClient, type MultiRetrievalResponse } from 'memcache-client';
import { type Adapter, type BenchClient, call, type Target, type Value } from './adapter';

// Further servers are copies of the first to it, not shards.
export const client: BenchClient = { values: 'string', shards: false, connect };

// Its default lifetime is 60 s, which a long run would see expire.
const STORE = { lifetime: 0 };

async function connect({ servers, timeout }: Target): Promise<Adapter> {
  const memcache = new MemcacheClient({ server: servers[0] as string, cmdTimeout: timeout });
  return {
    get: call(
      (key: string) => memcache.get<string>(key),
      (hit) => hit?.value,
    ),
    set: call((key: string, value: Value) => memcache.set(key, value, STORE), isStored),
    add: call((key: string, value: Value) => memcache.add(key, value, STORE), isStored),
    incr: call((key: string) => memcache.incr(key, 1), Number),
    // A miss of touch and delete rejects.
    touch: call((key: string, ttl: number) => memcache.touch(key, ttl), Boolean),
    delete: call((key: string) => memcache.delete(key), Boolean),
    gets: call(
      (key: string) => memcache.gets<string>(key),
      (hit) => hit && { value: hit.value as unknown as string, token: hit.casUniq as string },
    ),
    cas: call(
      (key: string, value: Value, token) =>
        memcache.cas(key, value, { ...STORE, casUniq: token as string }),
      isStored,
    ),
    getMulti: call(
      (keys: string[]) => memcache.get<MultiRetrievalResponse<string>>(keys),
      (hits) => (key: string) => hits[key]?.value,
    ),
    close: async () => memcache.shutdown(),
  };
}

function isStored(reply: string[]): boolean {
  return reply[0] === 'STORED';
}
