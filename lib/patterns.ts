// Read-through and read-modify-write, out of single operations.
import { invalid, MemcachedError } from './errors';
import type { KeyOperations } from './keyOperations';
import type { Key } from './keys';
import type { WriteOptions } from './operationOptions';
import type { FailurePolicy } from './pending';

/**
 * Loads under way in this JavaScript thread, by item: whoever misses an item while it is being loaded waits for that
 * load, through whichever client it asks.
 */
const loads = new Map<string, Promise<unknown>>();

/** The cached value, or what `load` gives, which is then stored. See `Cache.getOrSet`. */
export async function getOrSet<T>(
  cache: KeyOperations,
  policy: FailurePolicy,
  itemName: string,
  key: Key,
  options: WriteOptions | number | Date | undefined,
  load: () => T | Promise<T>,
): Promise<T> {
  if (typeof load !== 'function') throw invalid('load', 'be a function', load, 'getOrSet');
  const cached = await cache.get<T>(key, readOptionsOf(options));
  if (cached !== undefined) return cached;
  const underWay = loads.get(itemName);
  if (underWay !== undefined) return underWay as Promise<T>;

  const loading = loadAndStore(cache, policy, key, options, load);
  loads.set(itemName, loading);
  try {
    return await loading;
  } finally {
    loads.delete(itemName);
  }
}

async function loadAndStore<T>(
  cache: KeyOperations,
  policy: FailurePolicy,
  key: Key,
  options: WriteOptions | number | Date | undefined,
  load: () => T | Promise<T>,
): Promise<T> {
  const value = await load();
  if (value === undefined) return value;
  try {
    await cache.set(key, value, options);
  } catch (error) {
    // The caller asked for the value, and here it is. A bad argument, though, would fail every time.
    if (!(error instanceof MemcachedError) || isMisuse(error)) throw error;
    policy.report(error);
  }
  return value;
}

function isMisuse(error: MemcachedError): boolean {
  return ['INVALID_ARGUMENT', 'SERIALIZE', 'TOO_LARGE'].includes(error.code);
}

/** So often a writer may lose against others: with the waits between, for some seconds. */
const mostAttempts = 256;
const longestWait = 32;

/** Reads, computes and stores if nobody else has stored meanwhile. See `Cache.update`. */
export async function update<T>(
  cache: KeyOperations,
  key: Key,
  compute: (current: T | undefined) => T | undefined | Promise<T | undefined>,
  options: WriteOptions | number | Date | undefined,
): Promise<T | undefined> {
  if (typeof compute !== 'function') throw invalid('fn', 'be a function', compute, 'update');
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const item = await cache.gets<T>(key, readOptionsOf(options));
    const value = await compute(item?.value);
    if (value === undefined) return item?.value;
    const stored =
      item === undefined
        ? await cache.add(key, value, options)
        : (await cache.cas(key, value, item.cas, options)) === 'stored';
    if (stored) return value;
    await jitteredWait(attempt);
  }
  throw new MemcachedError('TIMEOUT', `update lost to other writers ${mostAttempts} times`, {
    operation: 'update',
  });
}

/** Up to 1, 2, 4 ... `longestWait` ms, at random, so that those who collided do not collide again. */
function jitteredWait(attempt: number): Promise<void> {
  const most = Math.min(2 ** attempt, longestWait);
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * most);
  });
}

/** Options of a write without what a read does not take. */
function readOptionsOf(options: WriteOptions | number | Date | undefined) {
  if (typeof options !== 'object' || options === null || options instanceof Date) return undefined;
  const { ttl: _, ...others } = options;
  return others;
}
