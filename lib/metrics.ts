// Counters of a client and its servers.
import type { NativeCommandMetrics, NativeServerMetrics } from './binding';
import { Command, type CommandName } from './protocol';

export interface Latency {
  /** Milliseconds, from the hand-over to the engine to the answer. */
  readonly mean: number;
  /** Upper bounds, in milliseconds: half of the answers came sooner, 99 and 99.9 of 100. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** How many took less than `2^i / 1000` ms and not less than half of that, by i. */
  readonly histogram: readonly number[];
}

export interface OperationMetrics {
  /** Answers of any kind. */
  readonly count: number;
  readonly misses: number;
  readonly failures: number;
  readonly latency: Latency;
}

export interface ServerMetrics {
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

export interface ClientMetrics {
  /** Operations of this client without an answer yet, and the bytes of their keys and values. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** Failures that `failures: 'miss'` turned into misses. */
  readonly forgiven: number;
  /** By the name of the server, as in `locate(key).server`. */
  readonly servers: Readonly<Record<string, ServerMetrics>>;
}

const commandNames = Object.keys(Command) as CommandName[];

export function toServerMetrics(server: NativeServerMetrics): ServerMetrics {
  const operations: Partial<Record<CommandName, OperationMetrics>> = {};
  for (const name of commandNames) {
    const metrics = server.commands[Command[name]];
    if (metrics !== undefined && metrics.count > 0) operations[name] = toOperationMetrics(metrics);
  }
  const { pending, connections, connects, breakerOpen } = server;
  return { breaker: breakerOpen ? 'open' : 'closed', pending, connections, connects, operations };
}

function toOperationMetrics(command: NativeCommandMetrics): OperationMetrics {
  const { count, misses, failures, microseconds, latency: histogram } = command;
  const latency = {
    mean: microseconds / count / 1000,
    p50: percentile(histogram, count, 0.5),
    p99: percentile(histogram, count, 0.99),
    p999: percentile(histogram, count, 0.999),
    histogram,
  };
  return { count, misses, failures, latency };
}

/** The upper bound of the bucket that the share falls into, in milliseconds. */
function percentile(histogram: readonly number[], count: number, share: number): number {
  let seen = 0;
  const bucket = histogram.findIndex((answers) => {
    seen += answers;
    return seen >= count * share;
  });
  return 2 ** bucket / 1000;
}
