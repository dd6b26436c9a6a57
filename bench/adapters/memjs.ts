import { Client } from 'memjs';
import { type Adapter, type BenchClient, call, promised, type Target, type Value } from './adapter';

// memjs has no cas and no multi-get. Its callbacks are used, as in its README: the promises that it
// makes are put around them and cost more.
export const client: BenchClient = { values: 'buffer', shards: true, connect };

type Count = number | null | undefined;

async function connect({ servers, timeout }: Target): Promise<Adapter> {
  const memjs = Client.create(servers.join(), { timeout: timeout / 1000 });
  return {
    get: call(
      (key: string) => promised<Buffer | null>((done) => memjs.get(key, done)),
      (value) => value ?? undefined,
    ),
    set: call(
      (key: string, value: Value) =>
        promised<boolean | null>((done) => memjs.set(key, value, {}, done)),
      Boolean,
    ),
    add: call(
      (key: string, value: Value) =>
        promised<boolean | null>((done) => memjs.add(key, value, {}, done)),
      Boolean,
    ),
    incr: call(
      (key: string) =>
        promised<Count>((done) =>
          memjs.increment(key, 1, {}, (error, _, count) => done(error, count)),
        ),
      (count) => count ?? undefined,
    ),
    touch: call(
      (key: string, ttl: number) => promised<boolean | null>((done) => memjs.touch(key, ttl, done)),
      Boolean,
    ),
    delete: call(
      (key: string) => promised<boolean | null>((done) => memjs.delete(key, done)),
      Boolean,
    ),
    close: async () => memjs.close(),
  };
}
