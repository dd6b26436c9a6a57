// npm run interop -- [--only NAME,NAME] [--quick] [--seed N] [--write]
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { Random } from '../../chaos/random';
import { clients, type LiveClient } from './clients';
import { writeDocument } from './document';
import { Driver } from './driver';
import { exchangeValues } from './exchange';
import { type PlacementPlan, tryPlacements } from './placement';
import { Results } from './results';
import { tryTogether } from './together';

const most = 7;
const valueServers = 5;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.write && (values.quick || values.only !== undefined)) {
    throw new Error('--write takes neither --quick nor --only');
  }
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  if (!Number.isSafeInteger(seed)) throw new Error('--seed must be a whole number');
  const plan = { keys: values.quick ? 250 : 1000, counts: [3, valueServers, most] };
  const chosen = chooseClients(values.only);
  const fleet = await Promise.all(Array.from({ length: most }, () => startMemcached()));
  const results = new Results();
  console.log(`seed ${seed}`);
  for (const client of chosen) {
    console.log(`… ${client.name}`);
    const random = new Random(seed).fork(clients.indexOf(client));
    await drive(client, fleet, { ...plan, random }, results);
  }
  await Promise.all(fleet.map((server) => server.stop()));
  console.log(String(results));
  if (values.write && results.problems.length === 0) writeDocument(results);
  process.exitCode = results.problems.length > 0 ? 1 : 0;
}

function chooseClients(only: string | undefined): readonly LiveClient[] {
  if (only === undefined) return clients;
  return only.split(',').map((name) => {
    const client = clients.find((one) => one.name === name);
    if (client !== undefined) return client;
    throw new Error(`--only: one of ${clients.map((one) => one.name).join(', ')}; got ${name}`);
  });
}

async function drive(
  client: LiveClient,
  fleet: readonly MemcachedServer[],
  plan: PlacementPlan,
  results: Results,
): Promise<void> {
  const driver = new Driver(client.command);
  results.clients.push(client);
  const servers = fleet.slice(0, typeof client.placements === 'string' ? 1 : valueServers);
  try {
    results.placements.push(...(await tryPlacements(client, driver, fleet, plan)));
    results.cells.push(...(await exchangeValues(client, driver, servers)));
    results.joints.push(...(await tryTogether(client, driver, servers)));
  } catch (error) {
    results.breakdowns.push(`${client.name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    driver.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
