// The clients that are compared. Only its own process loads a client, for the memory to be its own.

import type { BenchClient } from './adapters/adapter';

export const OURS = 'libmemcached';
/** This client with `engine: 'libmemcached'`: shown, and no peer. */
export const OTHER_ENGINE = 'libmemcached engine';
export const BASELINE = 'baseline';
export const PEERS = ['memjs', 'memcached', 'memcache-client', 'memcache'] as const;
/** No client at all: the time that the bench itself takes. */
export const FLOOR = 'bench itself';

export const CLIENTS = [OURS, OTHER_ENGINE, ...PEERS, BASELINE, FLOOR] as const;

export type ClientName = (typeof CLIENTS)[number];

export function isPeer(name: ClientName): boolean {
  return (PEERS as readonly string[]).includes(name);
}

const LOADERS: Record<ClientName, () => Promise<{ client: BenchClient }>> = {
  libmemcached: () => import('./adapters/libmemcached.js'),
  'libmemcached engine': () => import('./adapters/libmemcached-engine.js'),
  memjs: () => import('./adapters/memjs.js'),
  memcached: () => import('./adapters/memcached.js'),
  'memcache-client': () => import('./adapters/memcache-client.js'),
  memcache: () => import('./adapters/memcache.js'),
  baseline: () => import('./adapters/baseline.js'),
  'bench itself': () => import('./adapters/floor.js'),
};

export async function loadClient(name: ClientName): Promise<BenchClient> {
  const { client } = await LOADERS[name]();
  return client;
}
