// The one place that loads the addon, and what it exports. Nothing else calls require for it.
import { join } from 'node:path';
import bindings from 'bindings';
import { loadError } from './loadError';
import { prebuild } from './prebuild';
import type { Ring } from './ring';
import type { Server } from './servers';
import type { Transport } from './transport';

/** What an engine is made from, checked by options.ts. `read_config` in native/ reads it. */
export interface EngineConfig {
  /** Empty where `ring.configuration` names them. */
  readonly servers: readonly Server[];
  readonly ring: Ring;
  readonly transport: Transport;
  /** Keys that are counted; 0: none. */
  readonly hotKeys: number;
}

export interface NativeCommandMetrics {
  count: number;
  misses: number;
  failures: number;
  /** The sum of all latencies. */
  microseconds: number;
  longestMicroseconds: number;
  /** How many took less than `below` microseconds and fell into no bucket before, where there were any. */
  latency: { below: number; count: number }[];
}

export interface NativeServerMetrics {
  pending: number;
  connections: number;
  connects: number;
  breakerOpen: boolean;
  /** By the number of the command. */
  commands: NativeCommandMetrics[];
}

export interface NativeHotKey {
  /** As it is sent. */
  key: Buffer;
  count: number;
  error: number;
}

/** One client's view of an engine. */
export interface NativeSession {
  /** Takes the first `length` bytes: one turn's `count` operations, laid out as in protocol.ts. */
  submit(bytes: Uint8Array, length: number, count: number): void;
  /** True when the operation was not sent: then it gets no outcome. Batches are numbered from 0. */
  cancel(batch: number, index: number): boolean;
  /** Asks for outcomes again, once the loop has turned since they came. */
  listen(): void;
  /** The index of the server that exactly these bytes live on. */
  locate(bytes: Uint8Array): number;
  /** In the order of their indices. */
  servers(): Server[];
  /** Pairs of a point and the index of its server, ascending; empty where the ring has no points. */
  ringPoints(): Uint32Array;
  setServers(config: EngineConfig): void;
  metrics(): NativeServerMetrics[];
  /** The most frequent first. */
  hotKeys(): NativeHotKey[];
  /** What is unanswered stays so. */
  close(): void;
  /**
   * Set by the client, called with outcomes laid out as in protocol.ts, and then not before `listen`. Must not
   * throw.
   */
  onOutcomes: (outcomes: Buffer) => void;
}

export interface ParsedConfiguration {
  servers: Server[];
  namespace: string;
  hashWithNamespace: boolean;
  binary: boolean;
  connectTimeout?: number;
  timeout?: number;
  connections?: number;
}

interface Binding {
  /** Of the libmemcached that was found at run time. */
  readonly libraryVersion: string;
  readonly Session: new (config: EngineConfig, shared: boolean) => NativeSession;
  hash(algorithm: string, bytes: Uint8Array): number;
  parseConfiguration(configuration: string): ParsedConfiguration;
  /** Ends the threads of all engines of the process, waiting this long at the most. */
  closeAll(milliseconds: number): void;
}

export const binding = load();

/** What was compiled here goes before what came with the package. */
function load(): Binding {
  try {
    return bindings({
      bindings: 'libmemcached',
      module_root: join(__dirname, '..'),
      try: [
        ['module_root', 'build', 'Release', 'bindings'],
        ['module_root', 'build', 'Debug', 'bindings'],
        ['module_root', prebuild],
      ],
    });
  } catch (error) {
    throw loadError(error);
  }
}
