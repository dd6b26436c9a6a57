import { Client } from 'memjs';
import { type Adapter, type BenchClient, call, type Value } from './adapter';

// memjs has no cas and no multi-get. Its callbacks are used, as its README does: its promises are made around them
// and cost more.
export const client: BenchClient = { values: 'buffer', connect };

type Callback<T> = (error: Error | null, result: T) => void;

function promised<T>(command: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    command((error, result) => (error ? reject(error) : resolve(result)));
  });
}

async function connect(server: string): Promise<Adapter> {
  const memjs = Client.create(server);
  return {
    get: call(
      (key: string) => promised<Buffer | null>((done) => memjs.get(key, done)),
      (value) => value ?? undefined,
    ),
    set: call((key: string, value: Value) => promised<boolean | null>((done) => memjs.set(key, value, {}, done)), Boolean),
    add: call((key: string, value: Value) => promised<boolean | null>((done) => memjs.add(key, value, {}, done)), Boolean),
    incr: call(
      (key: string) => memjs.increment(key, 1, {}),
      (result) => result.value ?? undefined,
    ),
    touch: call((key: string, ttl: number) => promised<boolean | null>((done) => memjs.touch(key, ttl, done)), Boolean),
    delete: call((key: string) => promised<boolean | null>((done) => memjs.delete(key, done)), Boolean),
    close: async () => memjs.close(),
  };
}
