// What the process uses, and whether that grows.
import { readdirSync } from 'node:fs';

/** One look at the process. Memory in megabytes. */
export interface Usage {
  resident: number;
  external: number;
  descriptors: number;
  threads: number;
}

export type Resource = keyof Usage;

export const resources = ['resident', 'external', 'descriptors', 'threads'] as const;

/** What the garbage collector would give back some time is not counted. */
export function usageNow(): Usage {
  globalThis.gc?.();
  const { rss, external } = process.memoryUsage();
  return {
    resident: rss / 2 ** 20,
    external: external / 2 ** 20,
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
}

/**
 * How much more may be used late than early. Descriptors and threads: the libmemcached engine connects
 * its four lanes as they are needed, again after each restart, in two protocols; clients come and go
 * while a sample is taken. Memory: values under way and what the allocator keeps; 20 bytes an operation
 * that are never given back still are above it after two minutes at 30,000 operations a second.
 */
const allowances: Readonly<Record<Resource, number>> = {
  resident: 24,
  external: 8,
  descriptors: 8,
  threads: 4,
};

export interface Growth {
  resource: Resource;
  /** Medians of the second and of the last quarter: the first one warms the process up. */
  early: number;
  late: number;
  /** What `late` must not exceed. */
  bound: number;
}

/** Of samples that were taken at equal intervals, four at least. */
export function growthOf(samples: readonly Usage[]): Growth[] {
  const quarter = Math.floor(samples.length / 4);
  return resources.map((resource) => {
    const values = samples.map((usage) => usage[resource]);
    const early = median(values.slice(quarter, 2 * quarter));
    const late = median(values.slice(-quarter));
    return { resource, early, late, bound: early + allowances[resource] };
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Of a resource that is counted: what is used now and was not before, where nothing should be. */
export function leftBehind(before: Usage, now: Usage): string[] {
  return (['descriptors', 'threads'] as const)
    .filter((resource) => now[resource] > before[resource])
    .map((resource) => `${now[resource] - before[resource]} ${resource}`);
}
