import { deflateSync, inflateSync } from 'node:zlib';
import { MemcacheClient } from 'memcache-client';
import { serve } from './driver';

let client: MemcacheClient;
let compress: boolean;
let token: string | number;

// Its own compressor is a native module which it does not bring.
const compressor = {
  compressSync: ({ input }: { input: Buffer }) => deflateSync(input),
  decompressSync: ({ input }: { input: Buffer }) => inflateSync(input),
};

serve({
  open(servers, setup) {
    client?.shutdown();
    compress = setup.compress === true;
    const list = servers.map(({ host, port }) => ({
      server: `${host}:${port}`,
      maxConnections: 1,
    }));
    client = new MemcacheClient({ server: { servers: list }, compressor } as never);
  },
  async set(key, value, lifetime) {
    const reply = await client.set(key, value as string, { lifetime, compress });
    return reply[0] === 'STORED';
  },
  get: async (key) => (await client.get(key))?.value,
  incr: (key, by) => client.incr(key, by),
  decr: (key, by) => client.decr(key, by),
  append: async (key, text) => (await client.append(key, text))[0] === 'STORED',
  async gets(key) {
    const found = await client.gets(key);
    token = found.casUniq;
    return found.value;
  },
  cas: (key, value) =>
    client.cas(key, value as string, { casUniq: token }).then(
      (reply) => reply[0] === 'STORED',
      () => false,
    ),
});
