// The options of a client, checked once and turned into what the client works with.
import { Codec } from './codec';
import { type CompressionOptions, readCompression } from './compression';
import { invalid } from './errors';
import { toExptime } from './expiry';
import { checkPrefix, maxNamespaceLength, preparePrefix } from './keys';
import { integer, maxInt32 } from './numbers';
import { guarded, type OwnOptions, oneOf, ownOptions, trueOrFalse } from './ownOptions';
import { findPreset, type Preset, type PresetName } from './presets';
import {
  checkServersOnRing,
  configuredRing,
  type Ring,
  type RingOptions,
  readRing,
  ringOptionNames,
  ringWithServers,
} from './ring';
import { formatOf, presetFormat } from './serializers/formats';
import type { Serializer } from './serializers/serializer';
import { parseServers, type Server } from './servers';
import {
  checkServersForSasl,
  readTransport,
  type Transport,
  type TransportOptions,
  transportOptionNames,
} from './transport';

/**
 * The options of a client, read once. An unknown name is refused, as is a value out of its range, with
 * `INVALID_ARGUMENT`.
 */
export interface ClientOptions extends RingOptions, TransportOptions {
  /** Put before every key, hashed with it, taken off results. At most 249 bytes. @default '' */
  readonly prefix?: string;
  /**
   * libmemcached's namespace: sent before every key, hashed only with `hashWithNamespace`. At most
   * 127 bytes. (MEMCACHED_CALLBACK_NAMESPACE)
   *
   * @default ''
   */
  readonly namespace?: string;
  /** The namespace is hashed with the key. MEMCACHED_BEHAVIOR_HASH_WITH_PREFIX_KEY. @default false */
  readonly hashWithNamespace?: boolean;
  /** TTL of writes that name none, in whole seconds, 0 to 2^31-1 minus now. @default 0, never */
  readonly ttl?: number;
  /** Ring and value codec of another client; options beside it override it. @default none */
  readonly preset?: PresetName;
  /**
   * Milliseconds from the call to the answer, 1 to 2^31-1; then `TIMEOUT`. Of more than 2000 keys in a call each has
   * them from when it is sent. MEMCACHED_BEHAVIOR_POLL_TIMEOUT bounds one wait only.
   *
   * @default 1000
   */
  readonly timeout?: number;
  /** Operations of this client that may wait for an answer, from 1; then `OVERLOADED`. @default 100000 */
  readonly maxPending?: number;
  /** Bytes of keys and values in them, from 1; then `OVERLOADED`. @default 268435456, 256 MiB */
  readonly maxPendingBytes?: number;
  /**
   * Bytes of a value after encoding and compression, 1 to 2^30; then `TOO_LARGE`, and nothing is sent. The server's own
   * limit, its `-I`, is of the whole item: key and some 60 bytes of its own count too. A value that only the server
   * refuses is `TOO_LARGE` as well, and the item that was there is gone. 1048000 keeps below the usual `-I` of 1 MiB.
   *
   * @default 1048576
   */
  readonly maxValueSize?: number;
  /**
   * `'miss'`: a failed read counts as a miss, a failed write as not stored; the error goes to the event `'error'`.
   *
   * @default 'throw'
   */
  readonly failures?: 'throw' | 'miss';
  /** Turns values into bytes and flags. @default serializers.json, or the preset's */
  readonly serializer?: Serializer;
  /** Compresses encoded values. @default none */
  readonly compression?: CompressionOptions;
  /** Share engine and connections with equal clients of the process. @default true */
  readonly shared?: boolean;
  /**
   * Counts operations by key, for `hotKeys()`, with so many counters: 1 to 10000. Ten times as many as the keys that
   * are wanted is a good number. Clients that share an engine have equal ones.
   *
   * @default none are counted
   */
  readonly hotKeys?: number;
}

export interface Settings {
  /** Empty where `ring.configuration` names them. */
  readonly servers: readonly Server[];
  readonly ring: Ring;
  readonly transport: Transport;
  /** The preset has unix sockets ring as hosts. */
  readonly unixSocketAsHost: boolean;
  readonly prefix: string;
  readonly namespace: string;
  readonly hashWithNamespace: boolean;
  /** Seconds; 0: never. */
  readonly ttl: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  readonly maxValueSize: number;
  readonly failures: 'throw' | 'miss';
  readonly codec: Codec;
  readonly shared: boolean;
  /** Counters; 0: none. */
  readonly hotKeys: number;
}

const optionNames = [
  ...ringOptionNames,
  ...transportOptionNames,
  'prefix',
  'namespace',
  'hashWithNamespace',
  'ttl',
  'preset',
  'timeout',
  'maxPending',
  'maxPendingBytes',
  'maxValueSize',
  'failures',
  'serializer',
  'compression',
  'shared',
  'hotKeys',
] as const;

type Given = OwnOptions<(typeof optionNames)[number]>;

const defaultTimeout = 1000;
const defaultMaxPending = 100_000;
const defaultMaxPendingBytes = 256 * 1024 * 1024;
const defaultMaxValueSize = 1024 * 1024;
const mostHotKeys = 10_000;
const largestMaxValueSize = 1024 * 1024 * 1024;

/** The settings for `new Client(servers, options)`. Throws `INVALID_ARGUMENT` or `UNSUPPORTED`. */
export function toSettings(
  servers: unknown,
  options: unknown,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  return guarded('options', () => {
    const given = readGiven(options);
    const preset = readPreset(given);
    const ring = readRing(given, preset?.ring);
    const parsed = serversOf(servers, ring, preset?.unixSocketAsHost ?? false, environment);
    return settings(given, preset, ring, parsed);
  });
}

/** The settings with other servers, for `setServers`. */
export function withServers(settings: Settings, servers: unknown): Settings {
  const { ring, transport, unixSocketAsHost } = settings;
  // `MEMCACHED_SERVERS` is for a client that is told of no servers, and not for a swap that went wrong.
  if (servers === undefined) throw invalid('servers', 'be given', servers, 'setServers');
  return guarded('servers', () => {
    const parsed = serversOf(servers, ring, unixSocketAsHost);
    checkServersForSasl(parsed, transport.username);
    return Object.freeze({ ...settings, servers: parsed, ring: ringWithServers(ring, parsed) });
  });
}

/** What a configuration string says, the ring apart. */
export interface Configured {
  readonly servers: readonly Server[];
  readonly options: ClientOptions;
}

/**
 * The settings for `Client.fromConfig(configuration, options)`: libmemcached parses ring and
 * servers.
 */
export function configuredSettings(
  configuration: unknown,
  options: unknown,
  said: Configured = { servers: [], options: {} },
): Settings {
  return guarded('options', () => {
    const given: Given = Object.assign(Object.create(null), said.options, readGiven(options));
    const ambiguous = ringOptionNames.find((name) => given[name] !== undefined);
    if (ambiguous !== undefined) {
      throw invalid(ambiguous, 'be left out beside a configuration string', given[ambiguous]);
    }
    const ring = configuredRing(configuration);
    const made = settings(given, readPreset(given), ring, Object.freeze([]));
    checkServersForSasl(said.servers, made.transport.username);
    return made;
  });
}

function settings(
  given: Given,
  preset: Preset | undefined,
  ring: Ring,
  servers: readonly Server[],
): Settings {
  const prefix = checkPrefix(given.prefix ?? '', 'prefix');
  const namespace = checkPrefix(given.namespace ?? '', 'namespace', maxNamespaceLength);
  preparePrefix(namespace, prefix); // together they must leave room for a key
  const maxValueSize = integer(
    given.maxValueSize ?? defaultMaxValueSize,
    'maxValueSize',
    1,
    largestMaxValueSize,
  );
  return Object.freeze({
    servers,
    ring,
    transport: readTransport(given, servers),
    unixSocketAsHost: preset?.unixSocketAsHost ?? false,
    prefix,
    namespace,
    hashWithNamespace: trueOrFalse(given.hashWithNamespace ?? false, 'hashWithNamespace'),
    ttl: readDefaultTtl(given.ttl ?? 0),
    timeout: readTimeout(given.timeout ?? defaultTimeout),
    maxPending: readLimit(given.maxPending ?? defaultMaxPending, 'maxPending'),
    maxPendingBytes: readLimit(given.maxPendingBytes ?? defaultMaxPendingBytes, 'maxPendingBytes'),
    maxValueSize,
    failures: oneOf(given.failures ?? 'throw', ['throw', 'miss'], 'failures'),
    codec: readCodec(given, preset, maxValueSize),
    shared: trueOrFalse(given.shared ?? true, 'shared'),
    hotKeys: given.hotKeys === undefined ? 0 : integer(given.hotKeys, 'hotKeys', 1, mostHotKeys),
  });
}

/** A timeout in milliseconds. 0 would fail at once and -1 never (H59). */
export function readTimeout(value: unknown): number {
  return integer(value, 'timeout', 1, maxInt32);
}

function readGiven(options: unknown): Given {
  return options === undefined ? {} : ownOptions(options, optionNames, 'options');
}

function readPreset(given: Given): Preset | undefined {
  return given.preset === undefined ? undefined : findPreset(given.preset);
}

function serversOf(
  input: unknown,
  ring: Ring,
  unixSocketAsHost: boolean,
  environment?: NodeJS.ProcessEnv,
): readonly Server[] {
  const servers = parseServers(input, environment);
  checkServersOnRing(servers, ring);
  if (!unixSocketAsHost) return Object.freeze(servers);
  return Object.freeze(
    servers.map((server) => Object.freeze({ ...server, ringAsHost: server.unixSocket })),
  );
}

function readCodec(given: Given, preset: Preset | undefined, maxValueSize: number): Codec {
  const format =
    given.serializer === undefined
      ? presetFormat(preset?.codec ?? 'json')
      : formatOf(given.serializer);
  const compression = readCompression(given.compression, format);
  return new Codec(format, compression, maxValueSize);
}

function readDefaultTtl(value: unknown): number {
  if (typeof value !== 'number') throw invalid('ttl', 'be a whole number of seconds', value);
  toExptime(value, Math.floor(Date.now() / 1000));
  return value;
}

function readLimit(value: unknown, what: string): number {
  return integer(value, what, 1, Number.MAX_SAFE_INTEGER);
}
