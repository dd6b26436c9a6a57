// The client: a cache on servers, their administration, and its own life.
import { binding, type EngineConfig } from './binding';
import { Cache } from './cache';
import { addEmitterMethods, type ClientEmitter, emitLater, hideListeners } from './clientEvents';
import { asMemcachedErrors, Dispatcher } from './dispatcher';
import { invalid, type MemcachedError } from './errors';
import { exptimeOf } from './expiry';
import { blame } from './failures';
import { type ClientMetrics, type HotKey, toHotKey, toMetricsByServer } from './metrics';
import { integer, maxInt32 } from './numbers';
import {
  type FlushOptions,
  readServerWideOptions,
  type ServerWideOptions,
} from './operationOptions';
import {
  type ClientOptions,
  type Configured,
  configuredSettings,
  type Settings,
  toSettings,
  withServers,
} from './options';
import { guarded, oneOf, ownOptions } from './ownOptions';
import type { FailurePolicy } from './pending';
import { closeAtExit } from './processExit';
import { Command } from './protocol';
import type { ServerAddress } from './servers';
import { askAllServers, type PerServer, parseStats } from './serverWide';
import { isTraced, traceCommand } from './tracing';
import { View, type ViewSettings } from './view';

/** @internal */
export interface RingPoint {
  readonly point: number;
  /** Its index. */
  readonly server: number;
}

const statsSections = ['general', 'items', 'slabs', 'sizes', 'settings', 'conns', 'reset'] as const;
/**
 * What `stats` may be asked for; not every protocol and server has all of them.
 *
 * @useDeclaredType
 */
export type StatsSection = (typeof statsSections)[number];

/**
 * A client of one or more memcached servers. Connects with its first operation. An idle client does not keep
 * the process alive, one with operations under way does.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: addEmitterMethods gives it what ClientEmitter says
export class Client extends Cache implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #dispatcher: Dispatcher;
  readonly #failures: ForgivenFailures;

  /**
   * @param servers one server or an array of them: `'host'`, `'host:port'`, `'host:port:weight'`, `'[::1]:11211'`,
   * `'/path'` of a unix socket, `[host, port?, weight?]`, `{ host, port?, weight? }` or `{ path, weight? }`.
   * Default: `process.env.MEMCACHED_SERVERS`, separated by commas, else `127.0.0.1:11211`.
   * @throws MemcachedError `INVALID_ARGUMENT`, `UNSUPPORTED`
   */
  constructor(servers?: ServerAddress | readonly ServerAddress[], options?: ClientOptions);
  /** @internal */
  constructor(settings: ReadySettings);
  constructor(servers?: unknown, options?: unknown) {
    const settings = ReadySettings.is(servers) ? servers.settings : toSettings(servers, options);
    const failures = new ForgivenFailures(settings.failures === 'miss', (error) => {
      emitLater(dispatcher.client, 'error', error);
    });
    const dispatcher = new Dispatcher({
      config: toEngineConfig(settings),
      shared: settings.shared,
      codec: settings.codec,
      maxPending: settings.maxPending,
      maxPendingBytes: settings.maxPendingBytes,
      onServerNews: (server, error) => {
        if (error === undefined) emitLater(dispatcher.client, 'serverUp', server);
        else emitLater(dispatcher.client, 'serverDown', server, error);
      },
    });
    const view = new View(dispatcher, toViewSettings(settings, failures), settings.prefix);
    super(view, hashNameOf(settings));
    hideListeners(this);
    this.#settings = settings;
    this.#dispatcher = dispatcher;
    dispatcher.client = this;
    this.#failures = failures;
    if (settings.transport.username !== '') closeAtExit();
  }

  /**
   * A client from a configuration string of libmemcached, such as
   * `'--SERVER=cache1:11211 --DISTRIBUTION=consistent'`, which the library itself parses. It names a host by 3 to 255
   * letters, digits, dots, hyphens and underscores, no IPv6 address, and a unix socket as `--SOCKET="/path"`; options
   * that read files are refused. (`memcached()` in C)
   *
   * @param options override what the string says of anything but servers and ring, which they may not name
   * @throws MemcachedError `INVALID_ARGUMENT`, `UNSUPPORTED`
   */
  static fromConfig(configuration: string, options?: ClientOptions): Client {
    const said = parsedConfiguration(configuration);
    return new Client(new ReadySettings(configuredSettings(configuration, options, said)));
  }

  /**
   * Makes every item of every server a miss, at once or after `delay` seconds. (`memcached_flush`)
   *
   * @returns true for each server, or its error
   */
  flush(options?: FlushOptions): Promise<PerServer<true>> {
    return this.#askAll('flush', options, ['delay'], ({ delay }) => ({
      command: Command.flush,
      number: delay === undefined ? 0 : exptimeOf(integer(delay, 'delay', 0, maxInt32), 'delay'),
      complete: () => true as const,
    }));
  }

  /** The version of each server, such as `'1.6.18'`, or its error. (`memcached_stat`) */
  version(options?: ServerWideOptions): Promise<PerServer<string>> {
    return this.#askAll('version', options, [], () => ({
      command: Command.version,
      complete: (answer) => answer.text,
    }));
  }

  /** The round trip to each server in milliseconds, or its error. */
  ping(options?: ServerWideOptions): Promise<PerServer<number>> {
    return this.#askAll('ping', options, [], () => ({
      command: Command.ping,
      complete: (answer) => answer.number / 1000,
    }));
  }

  /**
   * What each server counts, whole numbers as numbers, or its error. (`memcached_stat_execute`)
   *
   * @param section `general` (the default), `items`, `slabs`, `sizes`, `settings`, `conns`, or `reset`, which sets
   * the counters to 0
   */
  stats(
    section: StatsSection = 'general',
    options?: ServerWideOptions,
  ): Promise<PerServer<Record<string, string | number>>> {
    return this.#askAll('stats', options, [], () => {
      const name = oneOf(section, statsSections, 'section');
      return {
        command: Command.stats,
        argument: name === 'general' ? '' : name,
        complete: (answer) => parseStats(answer.text),
      };
    });
  }

  /**
   * Puts other servers on the ring. Operations under way finish on the old ones; later ones go to the new, whose
   * connections are opened anew. Throws `INVALID_ARGUMENT`, `CLOSED`. (`memcached_servers_reset`,
   * `memcached_server_add_with_weight`)
   */
  setServers(servers: ServerAddress | readonly ServerAddress[]): void {
    this.#dispatcher.setServers(toEngineConfig(withServers(this.#settings, servers)));
  }

  /**
   * The circle that keys fall on by their hashes, ascending: a key goes to the server of the first point at or
   * after its hash, past the last to that of the first. Empty where the ring has none.
   *
   * @internal
   */
  ringPoints(): RingPoint[] {
    const pairs = this.#dispatcher.ringPoints();
    return Array.from({ length: pairs.length / 2 }, (_, at) => ({
      point: pairs[2 * at] as number,
      server: pairs[2 * at + 1] as number,
    }));
  }

  /** Counters and latencies since the start, by server and operation. Throws `CLOSED`. */
  metrics(): ClientMetrics {
    const dispatcher = this.#dispatcher;
    return {
      pending: dispatcher.pendingCount,
      pendingBytes: dispatcher.pendingBytes,
      forgiven: this.#failures.count,
      servers: toMetricsByServer(dispatcher.serverNames, dispatcher.metrics()),
    };
  }

  /**
   * The keys that were asked for most, by this client and those that share its engine, the most frequent first. Needs
   * the option `hotKeys`. Counts grow from the client's start, or its last `setServers`, so two readings tell of the
   * time between them. Every key that came more often than all together divided by `hotKeys` is there.
   *
   * @throws MemcachedError `INVALID_ARGUMENT` without the option, `CLOSED`
   */
  hotKeys(): HotKey[] {
    const counters = this.#settings.hotKeys;
    if (counters === 0) throw invalid('options: hotKeys', 'be set', undefined, 'hotKeys');
    return this.#dispatcher.hotKeys().map(toHotKey);
  }

  /**
   * Takes no more calls, waits until those under way are answered (all keys of a method for many, and what `getOrSet`
   * and `update` have still to store), and ends the connections that no other client shares. Idempotent; rejects with
   * nothing but `INVALID_ARGUMENT`. (`memcached_quit`)
   *
   * @param options `timeout`: milliseconds to wait, from 0; then the rest is rejected with `CLOSED`.
   * Default: the client's `timeout`
   */
  async close(options?: { timeout?: number }): Promise<void> {
    const { timeout } = guarded('options', () =>
      ownOptions<'timeout'>(options ?? {}, ['timeout'], 'options', 'close'),
    );
    const patience =
      timeout === undefined ? this.#settings.timeout : integer(timeout, 'timeout', 0, maxInt32);
    await this.#dispatcher.close(patience);
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #askAll<Result>(
    name: string,
    options: unknown,
    extra: Parameters<typeof readServerWideOptions>[1],
    detailsOf: (
      given: ReturnType<typeof readServerWideOptions>,
    ) => Omit<Parameters<typeof askAllServers<Result>>[1], 'name' | 'timeout' | 'signal'>,
  ): Promise<PerServer<Result>> {
    try {
      const given = readServerWideOptions(options, extra);
      const details = detailsOf(given);
      this.#dispatcher.requireOpen(name);
      const { timeout = this.#settings.timeout, signal } = given;
      const ask = () => askAllServers(this.#dispatcher, { ...details, name, timeout, signal });
      return isTraced() ? traceCommand(this, name, {}, ask) : ask();
    } catch (error) {
      return Promise.reject(blame(error, name));
    }
  }
}

export interface Client extends ClientEmitter {}
addEmitterMethods(Client.prototype);

/** Settings that were made without the constructor. */
class ReadySettings {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Not by instanceof, which would run code of the caller's. */
  static is(value: unknown): value is ReadySettings {
    return typeof value === 'object' && value !== null && #settings in value;
  }

  get settings(): Settings {
    return this.#settings;
  }
}

class ForgivenFailures implements FailurePolicy {
  readonly asMisses: boolean;
  readonly #tell: (error: MemcachedError) => void;
  count = 0;

  constructor(asMisses: boolean, tell: (error: MemcachedError) => void) {
    this.asMisses = asMisses;
    this.#tell = tell;
  }

  report(error: MemcachedError): void {
    this.count++;
    this.#tell(error);
  }
}

/** What the string says. What is no string is for `configuredSettings` to refuse. */
function parsedConfiguration(configuration: unknown): Configured | undefined {
  if (typeof configuration !== 'string') return undefined;
  const parsed = asMemcachedErrors(() => binding.parseConfiguration(configuration));
  const { servers, binary, ...options } = parsed;
  return { servers, options: binary ? { ...options, protocol: 'binary' } : options };
}

/** Not the whole of the settings, which hold the password. */
function toViewSettings(settings: Settings, policy: FailurePolicy): ViewSettings {
  const { namespace, hashWithNamespace, ttl, timeout, maxValueSize, codec } = settings;
  return { namespace, hashWithNamespace, ttl, timeout, maxValueSize, codec, policy };
}

function toEngineConfig({ servers, ring, transport, hotKeys }: Settings): EngineConfig {
  return { servers, ring, transport, hotKeys };
}

/** The hash that the ring puts keys through. Undefined where a configuration string says it. */
function hashNameOf({ ring }: Settings): string | undefined {
  if (ring.configuration !== '') return undefined;
  if (ring.placement !== '') return ring.placement;
  if (ring.ketama === 'weighted') return 'md5'; // KETAMA_WEIGHTED comes after the hash, and sets it
  return ring.hash === '' ? 'default' : ring.hash;
}
