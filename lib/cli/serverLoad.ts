// What a server does a second, from what it counts since its start.
import type { MemcachedError } from '../errors';

export type Stats = Readonly<Record<string, string | number>>;

export interface Load {
  /** Per second since the reading before; undefined for the first one. */
  readonly operations: number | undefined;
  readonly gets: number | undefined;
  readonly hits: number | undefined;
  readonly sets: number | undefined;
  readonly evictions: number | undefined;
  /** Bytes of items, and how many there may be. */
  readonly bytes: number;
  readonly limit: number;
  readonly items: number;
  readonly connections: number;
}

export type Reading = Load | MemcachedError;

/** Undefined where nothing was asked for. */
export function hitRate({ gets, hits }: Load): number | undefined {
  return gets === undefined || hits === undefined || gets === 0 ? undefined : hits / gets;
}

/** The sum of all that answered; undefined if none did. */
export function totalLoad(readings: readonly Reading[]): Load | undefined {
  const loads = readings.filter((reading) => !(reading instanceof Error)) as Load[];
  return loads.length === 0 ? undefined : loads.reduce(sum);
}

/**
 * Each counts operations that none of the others does: `cas` is in `cmd_set`, a get-and-touch in `cmd_touch`, and meta
 * commands are in the counter of what they do.
 */
const operationCounters = [
  'cmd_get',
  'cmd_set',
  'cmd_touch',
  'cmd_flush',
  'delete_hits',
  'delete_misses',
  'incr_hits',
  'incr_misses',
  'decr_hits',
  'decr_misses',
];

/** Turns one server's counters into readings. */
export class LoadMeter {
  #last: { readonly seconds: number; readonly stats: Stats } | undefined;

  /** @param seconds of a clock that never goes back */
  read(stats: Stats | MemcachedError, seconds: number): Reading {
    if (stats instanceof Error) {
      this.#last = undefined;
      return stats as MemcachedError;
    }
    const last = this.#last;
    this.#last = { seconds, stats };
    const perSecond = (...names: string[]) =>
      last === undefined || hasRestarted(last.stats, stats)
        ? undefined
        : (counted(stats, ...names) - counted(last.stats, ...names)) / (seconds - last.seconds);
    return {
      operations: perSecond(...operationCounters),
      gets: perSecond('cmd_get'),
      hits: perSecond('get_hits'),
      sets: perSecond('cmd_set'),
      evictions: perSecond('evictions'),
      bytes: counted(stats, 'bytes'),
      limit: counted(stats, 'limit_maxbytes'),
      items: counted(stats, 'curr_items'),
      connections: counted(stats, 'curr_connections'),
    };
  }
}

/** Its counters began again at 0, as they do after `stats reset`. */
function hasRestarted(before: Stats, after: Stats): boolean {
  return ['uptime', 'get_hits', 'evictions', ...operationCounters].some(
    (name) => counted(after, name) < counted(before, name),
  );
}

function counted(stats: Stats, ...names: string[]): number {
  return names.reduce((total, name) => total + Number(stats[name] ?? 0), 0);
}

function sum(left: Load, right: Load): Load {
  return {
    operations: sumKnown(left.operations, right.operations),
    gets: sumKnown(left.gets, right.gets),
    hits: sumKnown(left.hits, right.hits),
    sets: sumKnown(left.sets, right.sets),
    evictions: sumKnown(left.evictions, right.evictions),
    bytes: left.bytes + right.bytes,
    limit: left.limit + right.limit,
    items: left.items + right.items,
    connections: left.connections + right.connections,
  };
}

/** A server that has just come back must not hide what the others do. */
function sumKnown(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined ? right : left + (right ?? 0);
}
