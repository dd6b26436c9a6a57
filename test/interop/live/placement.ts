// Where each client puts keys: its items are looked for on every server, and this client is asked.
import type { MemcachedServer } from 'libmemcached/testing';
import type { Random } from '../../chaos/random';
import type { LiveClient, Placement } from './clients';
import type { Driver } from './driver';
import { clientOf, entriesOf, flush, holdersOf, randomKeys } from './fleet';

export interface PlacementResult {
  readonly client: LiveClient;
  readonly placement: Placement;
  readonly servers: number;
  readonly weighted: boolean;
  readonly keys: number;
  /** The keys whose item does not lie where `locate` says, or not only there. */
  readonly disagreements: readonly Disagreement[];
}

export interface Disagreement {
  readonly key: string;
  readonly what: string;
}

export interface PlacementPlan {
  readonly keys: number;
  readonly counts: readonly number[];
  readonly random: Random;
}

export async function tryPlacements(
  client: LiveClient,
  driver: Driver,
  fleet: readonly MemcachedServer[],
  { keys, counts, random }: PlacementPlan,
): Promise<PlacementResult[]> {
  const results: PlacementResult[] = [];
  if (typeof client.placements === 'string') return results;
  for (const placement of client.placements) {
    for (const weighted of placement.weights ? [false, true] : [false]) {
      for (const count of counts) {
        const servers = fleet.slice(0, count);
        await flush(servers);
        const chosen = randomKeys(random, keys);
        const disagreements = await tryPlacement(placement, driver, servers, weighted, chosen);
        results.push({ client, placement, servers: count, weighted, keys, disagreements });
      }
    }
  }
  return results;
}

async function tryPlacement(
  { theirs, ours, prefix = '', host }: Placement,
  driver: Driver,
  servers: readonly MemcachedServer[],
  weighted: boolean,
  keys: readonly string[],
): Promise<Disagreement[]> {
  const entries = entriesOf(servers, { weighted, host });
  await driver.open(entries, theirs);
  const stored = await driver.set(keys.map((key) => [key, { type: 'text', content: 'here' }]));
  const holders = await holdersOf(
    servers,
    keys.map((key) => `${prefix}${key}`),
  );
  const client = clientOf(entries, ours);
  try {
    return keys.flatMap((key, at) => {
      const { index } = client.locate(key);
      const [holder, ...others] = holders[at] as number[];
      if (holder === index && others.length === 0) return [];
      return [{ key, what: stored[at] ?? `is on [${holders[at]}], not on ${index}` }];
    });
  } finally {
    await client.close();
  }
}
