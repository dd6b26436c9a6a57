// The public API of the package.

export type { Behaviors } from './behaviors';
export { Cache, type Entries, type EntriesObject, type Location } from './cache';
export { Client, type StatsSection } from './client';
export type { ClientEmitter, ClientEvents } from './clientEvents';
export type { CompressionAlgorithm, CompressionOptions } from './compression';
export {
  CacheMiss,
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  MemcachedError,
} from './errors';
export type { Key } from './keys';
export type {
  ClientMetrics,
  HotKey,
  Latency,
  LatencyBucket,
  OperationMetrics,
  ServerMetrics,
} from './metrics';
export { MultiResult, type WriteResult } from './multi';
export type {
  CounterOptions,
  FlushOptions,
  OperationOptions,
  ServerWideOptions,
  WriteOptions,
} from './operationOptions';
export type { CasResult, Item, RawItem } from './operations';
export type { ClientOptions } from './options';
export { type Preset, type PresetName, presets } from './presets';
export type { CommandName } from './protocol';
export type { DistributionName, HashName, RingOptions } from './ring';
export { serializers } from './serializers';
export type { FormatName } from './serializers/formats';
export type { Encoded, Serializer } from './serializers/serializer';
export type { HostAndPort, ServerAddress } from './servers';
export type { PerServer } from './serverWide';
export type { CommandTrace } from './tracing';
export type { EngineName, ProtocolName, TransportOptions } from './transport';
