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
  readonly keys: readonly PlacedKey[];
}

/** A key, and what became of it when the other client stored it. Servers are indices. */
export interface PlacedKey {
  readonly key: string;
  /** The server that `locate` names. */
  readonly located: number;
  /** The servers that hold it. */
  readonly holders: readonly number[];
  /** What the other client said if it did not store it. */
  readonly refusal: string | null;
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
    for (const weighted of placement.weights === 'none' ? [false] : [false, true]) {
      for (const count of counts) {
        const servers = fleet.slice(0, count);
        await flush(servers);
        const chosen = randomKeys(random, keys);
        const placed = await tryPlacement(placement, driver, servers, weighted, chosen);
        results.push({ client, placement, servers: count, weighted, keys: placed });
      }
    }
  }
  return results;
}

async function tryPlacement(
  { theirs, ours, prefix = '', host, weights }: Placement,
  driver: Driver,
  servers: readonly MemcachedServer[],
  weighted: boolean,
  keys: readonly string[],
): Promise<PlacedKey[]> {
  await driver.open(entriesOf(servers, { weighted, host }), theirs);
  const refusals = await driver.set(keys.map((key) => [key, { type: 'text', content: 'here' }]));
  const holders = await holdersOf(
    servers,
    keys.map((key) => `${prefix}${key}`),
  );
  const ourEntries = entriesOf(servers, { weighted: weighted && weights !== 'lost', host });
  const client = clientOf(ourEntries, ours);
  try {
    return keys.map((key, at) => ({
      key,
      located: client.locate(key).index,
      holders: holders[at] as number[],
      refusal: refusals[at] ?? null,
    }));
  } finally {
    await client.close();
  }
}
