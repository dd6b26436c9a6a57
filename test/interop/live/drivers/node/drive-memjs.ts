import { Client } from 'memjs';
import { called, serve } from './driver';

let client: Client;
const logger = { log() {} };
const timeout = 10; // seconds

serve({
  open(servers, setup) {
    client?.close();
    const names = servers.map(({ host, port }) => `${host}:${port}`);
    client = Client.create(names.join(), { ...setup, logger, timeout } as never);
  },
  set: async (key, value, expires) =>
    Boolean(
      await called<boolean | null>((done) => client.set(key, value as string, { expires }, done)),
    ),
  get: async (key) => (await called((done) => client.get(key, done))) ?? undefined,
  incr: async (key, by) => (await client.increment(key, by, {})).value,
  decr: async (key, by) => (await client.decrement(key, by, {})).value,
  append: async (key, text) =>
    Boolean(await called<boolean | null>((done) => client.append(key, text, done))),
});
