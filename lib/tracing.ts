// What tracers see of the operations: `diagnostics_channel.tracingChannel('libmemcached:command')`.
import { tracingChannel } from 'node:diagnostics_channel';
import type { Client } from './client';
import type { Key } from './keys';
import type { Server } from './servers';

/**
 * What the five channels `tracing:libmemcached:command:start`, `end`, `asyncStart`, `asyncEnd` and `error` give their
 * subscribers: one object for a call, the same in all of them.
 */
export interface CommandTrace {
  /** Calls of its `withPrefix` views have it too. */
  readonly client: Client;
  /** The name of the method, as in `MemcachedError.operation`. */
  readonly operation: string;
  /** As the caller gave it, without prefixes, and checked by nobody yet. Undefined for many keys and for servers. */
  readonly key: Key | undefined;
  /** How many keys a method for many was given. */
  readonly batchSize: number | undefined;
  /** Where the key lives, as the client was told: host, IP literal or path. Undefined where there is no one place. */
  readonly serverAddress: string | undefined;
  /** Undefined for a unix socket too. */
  readonly serverPort: number | undefined;
  /** What the call resolves to, from `asyncStart` on. */
  result?: unknown;
  /** What it rejects with, in `error` and from then on. */
  error?: unknown;
}

const commands = tracingChannel<unknown, CommandTrace>('libmemcached:command');

/** All that a call costs while nobody listens. */
export function isTraced(): boolean {
  // Before Node 20.13 a tracing channel does not say it of all its five.
  return commands.hasSubscribers ?? commands.start.hasSubscribers;
}

/** Runs a call as one trace. `run` must not throw: tracers would wait for its end for ever. */
export function traceCommand<Result>(
  client: Client,
  operation: string,
  details: { key?: Key; batchSize?: number; server?: Server | undefined },
  run: () => Promise<Result>,
): Promise<Result> {
  const { key, batchSize, server } = details;
  const context: CommandTrace = {
    client,
    operation,
    key,
    batchSize,
    serverAddress: server?.host,
    serverPort: server?.unixSocket ? undefined : server?.port,
  };
  return commands.tracePromise(run, context);
}
