import { Client, type ClientOptions } from 'libmemcached';
import { type Adapter, type BenchClient, call } from './adapter';

export const client: BenchClient = createBenchClient({});

/** @param options in place of the client's defaults */
export function createBenchClient(options: ClientOptions): BenchClient {
  return {
    values: 'string',
    shards: true,
    connect: async ({ servers, timeout, maxPending }) =>
      adapt(new Client(servers, { ...options, timeout, ...(maxPending && { maxPending }) })),
  };
}

function adapt(cache: Client): Adapter {
  return {
    get: call(
      (key: string) => cache.get(key) as Promise<string | undefined>,
      (value) => value,
    ),
    set: call((key: string, value: unknown) => cache.set(key, value), Boolean),
    add: call((key: string, value: unknown) => cache.add(key, value), Boolean),
    incr: call(
      (key: string) => cache.incr(key),
      (count) => count,
    ),
    touch: call((key: string, ttl: number) => cache.touch(key, ttl), Boolean),
    delete: call((key: string) => cache.delete(key), Boolean),
    gets: call(
      (key: string) => cache.gets(key),
      (hit) => hit && { value: hit.value as string, token: hit.cas },
    ),
    cas: call(
      (key: string, value: unknown, token) => cache.cas(key, value, token as bigint),
      (outcome) => outcome === 'stored',
    ),
    getMulti: call(
      (keys: string[]) => cache.getMulti(keys),
      (hits) => {
        rejectFirst(hits.errors);
        return (key: string) => hits.get(key) as string | undefined;
      },
    ),
    setMulti: call(
      (entries: [string, unknown][]) => cache.setMulti(entries),
      (result) => {
        rejectFirst(result.errors);
        return result.ok;
      },
    ),
    close: () => cache.close(),
  };
}

// A call on many keys never rejects; here a failure is to say what it was, not to look like a miss.
function rejectFirst(errors: Map<string, Error>): void {
  for (const error of errors.values()) throw error;
}
