// A cluster that loses a server and gets it back: `npm start -- failover`.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, MemcachedError } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);

async function main(): Promise<void> {
  const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  const addresses = servers.map(({ server }) => server);
  const nameOf = (server: string) => `server ${addresses.indexOf(server) + 1}`;

  const cache = new Client(addresses, { failures: 'miss', timeout: 500 });
  const failures = new Map<string, number>();
  cache.on('error', ({ code }) => failures.set(code, (failures.get(code) ?? 0) + 1));
  cache.on('serverDown', (server, { code }) =>
    console.log(`  ${nameOf(server)} is down (${code})`),
  );
  cache.on('serverUp', (server) => console.log(`  ${nameOf(server)} is up`));

  const count = async (title: string) => {
    const found = await cache.getMulti(keys);
    const missing = new Set(found.missing.map((key) => nameOf(cache.locate(key).server)));
    console.log(`${title}: ${found.size} hits; misses on ${[...missing].join(', ') || 'none'}`);
  };

  await cache.setMulti(keys.map((key) => [key, 'value'] as const));
  await count('All three servers');

  console.log('The second one is killed');
  const [, second] = servers;
  if (second?.port === undefined) throw new Error('it listens on a port');
  await second.kill();
  await readUntil(cache, 'serverDown');
  // Its keys fail at once now. They do not move: no other client would look for them elsewhere.
  await count('Two servers');
  console.log(`  errors were reported, as misses were given: ${failures.has('SERVER_DOWN')}`);

  console.log('It is started again, empty');
  servers[1] = await startMemcached({ port: second.port });
  await readUntil(cache, 'serverUp');
  await count('Three servers, one of them empty');
  for (const key of keys) await cache.getOrSet(key, 60, () => 'value');
  await count('Filled again');

  await Promise.all(servers.map((server) => server.stop()));
  const strict = new Client(addresses, { timeout: 500 }); // failures: 'throw', the default
  try {
    await strict.set('key-0', 'value');
  } catch (error) {
    if (!(error instanceof MemcachedError)) throw error;
    console.log(`Without any server: ${error.code}, may have been applied: ${error.maybeApplied}`);
  }
  await Promise.all([cache.close(), strict.close()]);
}

/** A server is noticed to be down by the operations on it; that it is up again, by probes of the client. */
async function readUntil(cache: Client, event: 'serverDown' | 'serverUp'): Promise<void> {
  let happened = false;
  cache.once(event, () => {
    happened = true;
  });
  while (!happened) {
    await cache.getMulti(keys);
    await sleep(20);
  }
}

void main();
