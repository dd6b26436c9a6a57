// Counters of a client and its servers.
import type { NativeCommandMetrics, NativeHotKey, NativeServerMetrics } from './binding';
import { keyName } from './keys';
import { Command, type CommandName } from './protocol';

/** A range of latencies and how many fell into it. */
export interface LatencyBucket {
  /**
   * Milliseconds. Answers that took less, and fell into no bucket before, are in this one, which is at most 1/16 of
   * what it counts, or a microsecond, wide. The last bucket there can be takes all from half an hour on.
   */
  readonly below: number;
  /** From 1. */
  readonly count: number;
}

/** Milliseconds, from the hand-over to the engine to the answer. Percentiles are too large by 1/16 at the most. */
export interface Latency {
  /** Of all answers. */
  readonly sum: number;
  /** `sum` by `count`. */
  readonly mean: number;
  /** Half of the answers came sooner, 90, 99 and 99.9 of 100. */
  readonly p50: number;
  /** As `p50`. */
  readonly p90: number;
  /** As `p50`. */
  readonly p99: number;
  /** As `p50`. */
  readonly p999: number;
  /** The longest of all. */
  readonly max: number;
  /** Those that have counted something, in their order; their counts add up to `count`. */
  readonly buckets: readonly LatencyBucket[];
}

/** One operation on one server, since the start. */
export interface OperationMetrics {
  /** Answers of any kind. */
  readonly count: number;
  /** Those that found no item. */
  readonly misses: number;
  /** Those that ended in an error. */
  readonly failures: number;
  /** Of all of them. */
  readonly latency: Latency;
}

/** One server, since the start of its engine, which equal clients share. */
export interface ServerMetrics {
  /** `'open'`: it failed three times in a row, and nothing is sent until it answers a probe. */
  readonly breaker: 'closed' | 'open';
  /** Operations without an answer yet, of all clients that share the engine. */
  readonly pending: number;
  /** Open now. */
  readonly connections: number;
  /** Opened since the start. */
  readonly connects: number;
  /** Operations that have been used. */
  readonly operations: Readonly<Partial<Record<CommandName, OperationMetrics>>>;
}

/** Counts only ever grow, until `setServers` begins anew. */
export interface ClientMetrics {
  /** Operations of this client without an answer yet; `maxPending` bounds them. */
  readonly pending: number;
  /** Bytes of their keys and values; `maxPendingBytes` bounds them. */
  readonly pendingBytes: number;
  /** Failures that `failures: 'miss'` turned into misses, and those that kept `getOrSet` from storing a value. */
  readonly forgiven: number;
  /** By the name of the server, as in `locate(key).server`. One that is listed several times is counted as one. */
  readonly servers: Readonly<Record<string, ServerMetrics>>;
}

/** A key that is asked for often. It came `count - error` to `count` times. */
export interface HotKey {
  /** As it is sent, with namespace and prefix; hexadecimal where it is no text. */
  readonly key: string;
  /** Too large by `error` at the most. */
  readonly count: number;
  /** 0 where `count` is exact. */
  readonly error: number;
}

const commandNames = Object.keys(Command) as CommandName[];

/** By name: a server that is listed several times is one. */
export function toMetricsByServer(
  names: readonly string[],
  servers: readonly NativeServerMetrics[],
): Record<string, ServerMetrics> {
  const byName = new Map<string, NativeServerMetrics>();
  servers.forEach((server, index) => {
    const name = names[index] as string;
    const same = byName.get(name);
    byName.set(name, same === undefined ? server : together(same, server));
  });
  return Object.fromEntries(
    Array.from(byName, ([name, server]) => [name, toServerMetrics(server)]),
  );
}

function together(one: NativeServerMetrics, other: NativeServerMetrics): NativeServerMetrics {
  return {
    pending: one.pending + other.pending,
    connections: one.connections + other.connections,
    connects: one.connects + other.connects,
    breakerOpen: one.breakerOpen || other.breakerOpen,
    commands: one.commands.map((command, index) =>
      commandTogether(command, other.commands[index] as NativeCommandMetrics),
    ),
  };
}

function commandTogether(
  one: NativeCommandMetrics,
  other: NativeCommandMetrics,
): NativeCommandMetrics {
  const counts = new Map<number, number>();
  for (const { below, count } of [...one.latency, ...other.latency]) {
    counts.set(below, (counts.get(below) ?? 0) + count);
  }
  const latency = Array.from(counts, ([below, count]) => ({ below, count }));
  return {
    count: one.count + other.count,
    misses: one.misses + other.misses,
    failures: one.failures + other.failures,
    microseconds: one.microseconds + other.microseconds,
    longestMicroseconds: Math.max(one.longestMicroseconds, other.longestMicroseconds),
    latency: latency.sort((left, right) => left.below - right.below),
  };
}

function toServerMetrics(server: NativeServerMetrics): ServerMetrics {
  const operations: Partial<Record<CommandName, OperationMetrics>> = {};
  for (const name of commandNames) {
    const metrics = server.commands[Command[name]];
    if (metrics !== undefined && metrics.count > 0) operations[name] = toOperationMetrics(metrics);
  }
  const { pending, connections, connects, breakerOpen } = server;
  return { breaker: breakerOpen ? 'open' : 'closed', pending, connections, connects, operations };
}

export function toHotKey({ key, count, error }: NativeHotKey): HotKey {
  return { key: keyName(key) as string, count, error };
}

function toOperationMetrics(command: NativeCommandMetrics): OperationMetrics {
  const { count, misses, failures } = command;
  const sum = command.microseconds / 1000;
  const max = command.longestMicroseconds / 1000;
  const buckets = command.latency.map((bucket) => ({
    below: bucket.below / 1000,
    count: bucket.count,
  }));
  const percentile = (share: number) => Math.min(max, boundOf(buckets, count * share));
  const latency = {
    sum,
    mean: sum / count,
    p50: percentile(0.5),
    p90: percentile(0.9),
    p99: percentile(0.99),
    p999: percentile(0.999),
    max,
    buckets,
  };
  return { count, misses, failures, latency };
}

/** The upper bound of the bucket that the answer of this rank fell into. */
function boundOf(buckets: readonly LatencyBucket[], rank: number): number {
  let seen = 0;
  for (const { below, count } of buckets) {
    seen += count;
    if (seen >= rank) return below;
  }
  return Number.POSITIVE_INFINITY;
}
