// The public API of the package.

export { Cache, type Entries, type EntriesObject, type Location } from './cache';
export { Client, type ClientEvents, type StatsSection } from './client';
export type { CompressionAlgorithm, CompressionOptions } from './compression';
export { CacheMiss, type ErrorCode, errorCodes, MemcachedError } from './errors';
export type { Key } from './keys';
export type { ClientMetrics, Latency, OperationMetrics, ServerMetrics } from './metrics';
export { MultiResult, type WriteResult } from './multi';
export type {
  CounterOptions,
  FlushOptions,
  OperationOptions,
  WriteOptions,
} from './operationOptions';
export type { CasResult, Item, RawItem } from './operations';
export type { ClientOptions } from './options';
export { type Preset, type PresetName, presets } from './presets';
export { serializers } from './serializers';
export type { Encoded, Serializer } from './serializers/serializer';
export type { ServerAddress } from './servers';
export type { PerServer } from './serverWide';
