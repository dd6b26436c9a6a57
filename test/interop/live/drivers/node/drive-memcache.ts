import { createNode, Memcache, ModulaHash } from 'memcache';
import { serve } from './driver';

let client: Memcache;

serve({
  async open(servers, setup) {
    await client?.quit();
    client = new Memcache({
      nodes: servers.map(({ host, port, weight }) => createNode(host, port, { weight })),
      ...(setup.hash === 'modula' ? { hash: new ModulaHash() } : {}),
    });
    await client.connect(); // else each of the first commands opens a connection
  },
  set: (key, value, ttl) => client.set(key, value as string, ttl),
  get: (key) => client.get(key),
  incr: (key, by) => client.incr(key, by),
  decr: (key, by) => client.decr(key, by),
  append: (key, text) => client.append(key, text),
});
