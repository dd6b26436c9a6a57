import Memcached = require('memcached');

import { called, serve } from './driver';

let client: Memcached;
let token: string;

serve({
  open(servers, setup) {
    client?.end();
    const weights = servers.map(({ host, port, weight }) => [`${host}:${port}`, weight]);
    client = new Memcached(Object.fromEntries(weights), setup);
  },
  set: async (key, value, ttl) =>
    Boolean(await called<boolean>((done) => client.set(key, value, ttl, done))),
  get: (key) => called((done) => client.get(key, done)),
  incr: (key, by) => called((done) => client.incr(key, by, done)),
  decr: (key, by) => called((done) => client.decr(key, by, done)),
  append: async (key, text) =>
    Boolean(await called<boolean>((done) => client.append(key, text, done))),
  async gets(key) {
    const found = await called<Record<string, unknown>>((done) => client.gets(key, done as never));
    token = String(found?.cas);
    return found?.[key];
  },
  cas: async (key, value) =>
    Boolean(await called<boolean>((done) => client.cas(key, value, token, 0, done))),
});
