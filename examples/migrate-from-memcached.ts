// The npm package memcached and this one on the same servers: `npm start -- migrate-from-memcached`.
// See docs/migrating.md.
import { promisify } from 'node:util';
import { Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';
import Memcached from 'memcached';

async function main(): Promise<void> {
  const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  const addresses = servers.map(({ server }) => server);

  const before = new Memcached(addresses, { namespace: 'app:' });
  const set = promisify<string, unknown, number, boolean>(before.set).bind(before);
  const get = promisify<string, unknown>(before.get).bind(before);

  const after = new Client(addresses, { preset: 'memcached', prefix: 'app:' });

  const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);
  for (const key of keys) await set(key, `written before: ${key}`, 60);
  const found = await after.getMulti(keys);
  console.log(`written by memcached, read by libmemcached: ${found.size} of ${keys.length}`);

  const { applied } = await after.setMulti(keys.map((key) => [key, `after: ${key}`, 60] as const));
  const values = await Promise.all(keys.map((key) => get(key)));
  const read = values.filter((value, index) => value === `after: ${keys[index]}`);
  console.log(`written by libmemcached, read by memcached: ${read.length} of ${applied.length}`);

  const types = { text: 'naïve', number: 1.5, object: { languages: ['en', 'fr'] }, flag: true };
  for (const [type, value] of Object.entries(types)) {
    await set(`old:${type}`, value, 60);
    await after.set(`new:${type}`, value, 60);
    console.log(`${type}:`, await after.get(`old:${type}`), await get(`new:${type}`));
  }

  // What was an error, or silently wrong, and is a result now.
  const add = promisify<string, unknown, number, boolean>(before.add).bind(before);
  const refused = await add('key-1', 'again', 60).catch((error: Error) => error.message);
  console.log('add of what is there:', refused, '→', await after.add('key-1', 'again', 60));
  await set('soon', 'lost', 31 * 86_400);
  await after.set('later', 'kept', 31 * 86_400);
  console.log('a TTL of 31 days:', await get('soon'), '→', await after.get('later'));

  before.end();
  await after.close();
  await Promise.all(servers.map((server) => server.stop()));
}

void main();
