// A tour of the package on three private servers: `npm start` builds everything and runs it.
import { inspect } from 'node:util';
import { Client, type Serializer } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

async function main(): Promise<void> {
  const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  const addresses = servers.map((server) => server.server);

  step('One server: an object that lives for 15 seconds');
  const cache = new Client(addresses[0]);
  show(
    "set('user:7', { name: 'Ada', languages: ['en', 'fr'] }, 15)",
    await cache.set('user:7', { name: 'Ada', languages: ['en', 'fr'] }, 15),
  );
  show("get('user:7')", await cache.get('user:7'));
  show("get('user:8')", await cache.get('user:8'));

  step('A counter');
  show("set('visits', '10')", await cache.set('visits', '10'));
  show("incr('visits')", await cache.incr('visits'));
  show("incr('visits', 9)", await cache.incr('visits', 9));
  show("decr('visits')", await cache.decr('visits'));

  step('Many keys at once, under a prefix');
  const stored = await cache.setMulti(
    { some_key1: 'value one', some_key2: 2, some_key3: ['three'] },
    { prefix: 'pfx_' },
  );
  show("setMulti({ some_key1, some_key2, some_key3 }, { prefix: 'pfx_' })", stored.applied);
  show("get('pfx_some_key1')", await cache.get('pfx_some_key1'));
  const found = await cache.getMulti(['some_key1', 'some_key2', 'some_key3', 'some_key4'], {
    prefix: 'pfx_',
  });
  for (const [key, value] of found) show(`getMulti(...).get('${key}')`, value);
  show('getMulti(...).missing', found.missing);
  await cache.close();

  step('A cluster of three servers: 3,000 keys find their place as in every libmemcached client');
  const cluster = new Client(addresses, { prefix: 'tour:' });
  const keys = Array.from({ length: 3000 }, (_, index) => `key-${index}`);
  await cluster.setMulti(keys.map((key) => [key, key] as const));
  for (const [server, stats] of await cluster.stats()) {
    if (stats instanceof Error) throw stats;
    const items = Number(stats.curr_items);
    console.log(
      `  ${server.padEnd(16)} ${String(items).padStart(5)} items ${'▇'.repeat(items / 50)}`,
    );
  }
  show("locate('key-1').server", cluster.locate('key-1').server);
  const all = await cluster.getMulti(keys);
  show('getMulti(3,000 keys): hits, misses', [all.size, all.missing.length]);
  await cluster.close();

  step('A serializer of your own');
  const reversed: Serializer = {
    serialize: (value) => ({ data: [...String(value)].reverse().join(''), flags: 0 }),
    deserialize: (data) => [...data.toString()].reverse().join(''),
  };
  const custom = new Client(addresses[0], { serializer: reversed });
  show("set('word', 'memcached')", await custom.set('word', 'memcached'));
  show("get('word')", await custom.get('word'));
  show("getRaw('word').data", (await custom.getRaw('word'))?.data.toString());
  await custom.close();

  await Promise.all(servers.map((server) => server.stop()));
  console.log('\nThe servers of this tour have been stopped. Nothing is left behind.');
}

function step(title: string): void {
  console.log(`\n${title}`);
}

function show(call: string, result: unknown): void {
  console.log(`  ${call}  →  ${inspect(result, { breakLength: Infinity })}`);
}

void main();
