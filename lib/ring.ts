// The options that decide where a key lives, and the limits that libmemcached does not check
// itself.
import { invalid, invalidText } from './errors';
import { integer } from './numbers';
import { type OwnOptions, oneOf, trueOrFalse } from './ownOptions';
import { type Server, serverName } from './servers';

export const hashNames = Object.freeze([
  'default',
  'md5',
  'crc',
  'fnv1_64',
  'fnv1a_64',
  'fnv1_32',
  'fnv1a_32',
  'hsieh',
  'murmur',
  'murmur3',
  'jenkins',
] as const);
/**
 * The hashes of libmemcached; an installed one may lack some.
 *
 * @useDeclaredType
 */
export type HashName = (typeof hashNames)[number];

export const distributionNames = Object.freeze([
  'modula',
  'consistent',
  'consistent-ketama',
  'consistent-ketama-spy',
  'consistent-weighted',
  'virtual-bucket',
] as const);
/**
 * The distributions of libmemcached, but for the random one.
 *
 * @useDeclaredType
 */
export type DistributionName = (typeof distributionNames)[number];

/** `kRules` in src/routing/placement/placement.cc. */
export const placementNames = Object.freeze([
  'cache-memcached',
  'dalli',
  'memcache',
  'memcache-modula',
  'memcached',
  'memjs',
  'pymemcache',
  'python-memcached',
  'spymemcached',
  'spymemcached-ketama',
  'spymemcached-ketama-libmemcached',
] as const);
export type PlacementName = (typeof placementNames)[number];

export const ringOptionNames = Object.freeze([
  'ketama',
  'hash',
  'distribution',
  'buckets',
  'sortHosts',
  'placement',
  'ketamaPoints',
] as const);

/**
 * Applied in pylibmc's order: hash, ketama, distribution, then the servers; what comes later wins.
 * `placement` or `ketamaPoints` takes the place of the three.
 */
export interface RingOptions {
  /**
   * `'weighted'` sets MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, the ring of libketama: md5, 160 points a
   * server, weights. `true` sets MEMCACHED_BEHAVIOR_KETAMA: 100 points a server.
   *
   * @default 'weighted', or false once `hash` or `distribution` is given
   */
  readonly ketama?: boolean | 'weighted';
  /**
   * MEMCACHED_BEHAVIOR_HASH. One that the installed library lacks is refused: `UNSUPPORTED`.
   *
   * @default 'default'
   */
  readonly hash?: HashName;
  /**
   * MEMCACHED_BEHAVIOR_DISTRIBUTION. A consistent one takes at most 100 servers.
   *
   * @default 'modula' where ketama is off
   */
  readonly distribution?: DistributionName;
  /**
   * For `'virtual-bucket'`, which needs it, and nothing else: the index of a server for each bucket. A power of two of
   * them, at most 65536. (`memcached_bucket_set`)
   *
   * @default none
   */
  readonly buckets?: readonly number[];
  /** MEMCACHED_BEHAVIOR_SORT_HOSTS: the order of the servers no longer matters. @default false */
  readonly sortHosts?: boolean;
  /**
   * The rule of a client that is not built on libmemcached (docs/rings.md). Not together with `hash`,
   * `ketama`, `distribution` or `buckets`. Weights count as they do there.
   *
   * - `'cache-memcached'`: Cache::Memcached, Cache::Memcached::Fast, and python-memcached from 1.60 on
   * - `'dalli'`, `'memjs'`
   * - `'memcache'`, `'memcache-modula'`: npm memcache with its KetamaHash, or its ModulaHash
   * - `'memcached'`: npm memcached
   * - `'pymemcache'`: HashClient
   * - `'python-memcached'`: up to 1.59
   * - `'spymemcached'`: ArrayModNodeLocator with NATIVE_HASH, its default
   * - `'spymemcached-ketama'`, `'spymemcached-ketama-libmemcached'`: KetamaNodeLocator with KETAMA_HASH, and with the
   *   format SPYMEMCACHED or LIBMEMCACHED of server names
   *
   * @default none: libmemcached's own
   */
  readonly placement?: PlacementName;
  /**
   * The circle of Cache::Memcached::Fast with its `ketama_points`: so many for a server of weight 1,
   * 1 to 65536. Not together with another rule.
   *
   * @default none
   */
  readonly ketamaPoints?: number;
}

/** The ring as the engine takes it. Empty texts leave what libmemcached has. */
export interface Ring {
  readonly hash: HashName | '';
  readonly distribution: DistributionName | '';
  readonly ketama: 'off' | 'unweighted' | 'weighted';
  readonly sortHosts: boolean;
  readonly buckets: readonly number[];
  /** Not empty: takes the place of hash, distribution, ketama and buckets. */
  readonly placement: PlacementName | 'ketama-points' | '';
  /** 0 but for `'ketama-points'`. */
  readonly ketamaPoints: number;
  /** A configuration string of libmemcached, which then replaces all of the above. */
  readonly configuration: string;
}

const longestBuckets = 65536;
// An assertion in libmemcached aborts the process at the 101st server of a ring (B32).
const mostServersOnRing = 100;
const mostKetamaPoints = 65536;
/** These take the remainder by the number of servers; all others tell servers by their names. */
const remainderPlacements: readonly Ring['placement'][] = [
  'cache-memcached',
  'memcache-modula',
  'memjs',
  'python-memcached',
  'spymemcached',
];

/** The engine's ring with nothing said. */
const untold: Ring = Object.freeze({
  hash: '',
  distribution: '',
  ketama: 'off',
  sortHosts: false,
  buckets: Object.freeze([]),
  placement: '',
  ketamaPoints: 0,
  configuration: '',
});

/** @param defaults of the preset */
export function readRing(
  given: OwnOptions<(typeof ringOptionNames)[number]>,
  defaults: RingOptions = { ketama: 'weighted' },
): Ring {
  const sortHosts = trueOrFalse(given.sortHosts ?? defaults.sortHosts ?? false, 'sortHosts');
  const placement = readPlacement(given, defaults);
  if (placement !== undefined) {
    return Object.freeze({ ...untold, distribution: 'modula', sortHosts, ...placement });
  }
  const chosen = given.hash !== undefined || given.distribution !== undefined;
  const ketama = readKetama(given.ketama ?? (chosen ? false : defaults.ketama));
  const hash = given.hash ?? defaults.hash;
  const named =
    given.distribution ?? defaults.distribution ?? (ketama === 'off' ? 'modula' : undefined);
  const distribution = named === undefined ? '' : oneOf(named, distributionNames, 'distribution');
  return Object.freeze({
    ...untold,
    hash: hash === undefined ? '' : oneOf(hash, hashNames, 'hash'),
    distribution,
    ketama,
    sortHosts,
    buckets: readBuckets(given.buckets, distribution),
  });
}

/** Undefined where libmemcached's own rules are to be used. */
function readPlacement(
  given: OwnOptions<(typeof ringOptionNames)[number]>,
  defaults: RingOptions,
): Pick<Ring, 'placement' | 'ketamaPoints'> | undefined {
  const own = (['placement', 'ketamaPoints'] as const).find((name) => given[name] !== undefined);
  const others = ['hash', 'ketama', 'distribution', 'buckets', 'ketamaPoints'] as const;
  const other = others.find((name) => name !== own && given[name] !== undefined);
  if (own === undefined) {
    if (other !== undefined || defaults.placement === undefined) return undefined;
    return { placement: defaults.placement, ketamaPoints: 0 };
  }
  if (other !== undefined) throw invalid(other, `be left out beside ${own}`, given[other]);
  if (own === 'placement') {
    return { placement: oneOf(given.placement, placementNames, 'placement'), ketamaPoints: 0 };
  }
  const ketamaPoints = integer(given.ketamaPoints, 'ketamaPoints', 1, mostKetamaPoints);
  return { placement: 'ketama-points', ketamaPoints };
}

/** A ring that a configuration string describes, which the engine reads and checks. */
export function configuredRing(configuration: unknown): Ring {
  if (typeof configuration !== 'string' || configuration.trim() === '') {
    throw invalid('configuration', "be a string such as '--SERVER=127.0.0.1:11211'", configuration);
  }
  if (configuration.includes('\0')) {
    throw invalidText('configuration', 'have no NUL', 'a string with one');
  }
  // Anywhere: libmemcached's scanner needs no blank between two options.
  return Object.freeze({ ...untold, configuration });
}

/**
 * The same ring for other servers. In a configuration string they take the place of the first one, because what
 * stands before and behind the servers differs in effect.
 */
export function ringWithServers(ring: Ring, servers: readonly Server[]): Ring {
  if (ring.configuration === '') return ring;
  const quoted = servers.find(({ host }) => host.includes('"'));
  if (quoted !== undefined) {
    throw invalid('servers', 'have no quotation mark in a configuration string', quoted.host);
  }
  const words = ring.configuration.match(/\S*"[^"]*"\S*|\S+/g) ?? [];
  const isServer = (word: string) => /^--(SERVER|SOCKET)=/i.test(word);
  const first = words.findIndex(isServer);
  const others = words.filter((word) => !isServer(word));
  others.splice(first, 0, ...servers.map(configurationWord));
  return Object.freeze({ ...ring, configuration: others.join(' ') });
}

function configurationWord({ host, port, weight, unixSocket }: Server): string {
  return unixSocket ? `--SOCKET="${host}"/?${weight}` : `--SERVER=${host}:${port}/?${weight}`;
}

/** Refuses servers that `ring` cannot hold; also for `setServers`, which keeps the ring. */
export function checkServersOnRing(servers: readonly Server[], ring: Ring): void {
  if (isConsistent(ring) && servers.length > mostServersOnRing) {
    const rule = `be at most ${mostServersOnRing} on a consistent ring`;
    throw invalidText('servers', rule, `${servers.length} servers`);
  }
  if (tellsServersByName(ring)) checkDistinct(servers);
  const missing = ring.buckets.find((index) => index >= servers.length);
  if (missing !== undefined) {
    throw invalid(
      'buckets',
      `hold indices below ${servers.length}, the number of servers`,
      missing,
    );
  }
}

/** The points of a server named twice fall together: one of the two would get no key (B33). */
function checkDistinct(servers: readonly Server[]): void {
  const names = new Set<string>();
  for (const server of servers) {
    const name = serverName(server);
    if (names.has(name)) throw invalid('servers', 'be distinct on a consistent ring', name);
    names.add(name);
  }
}

function tellsServersByName(ring: Ring): boolean {
  if (ring.placement === '') return isConsistent(ring);
  return !remainderPlacements.includes(ring.placement);
}

/** On libmemcached's ring of points. */
function isConsistent(ring: Ring): boolean {
  return ring.distribution === ''
    ? ring.ketama !== 'off'
    : ring.distribution.startsWith('consistent');
}

function readKetama(value: unknown): Ring['ketama'] {
  switch (value) {
    case 'weighted':
      return 'weighted';
    case true:
      return 'unweighted';
    case false:
    case undefined:
      return 'off';
    default:
      throw invalid('ketama', "be 'weighted', true or false", value);
  }
}

function readBuckets(value: unknown, distribution: Ring['distribution']): readonly number[] {
  if (distribution !== 'virtual-bucket') {
    if (value === undefined) return Object.freeze([]);
    throw invalid('buckets', "be left out unless distribution is 'virtual-bucket'", value);
  }
  if (!Array.isArray(value)) throw invalid('buckets', "be an array for 'virtual-bucket'", value);
  const count = value.length;
  // The bucket is hash & (count - 1), which reaches all of them only for powers of two.
  if (count === 0 || count > longestBuckets || (count & (count - 1)) !== 0) {
    throw invalid('buckets', `hold a power of two of entries, at most ${longestBuckets}`, value);
  }
  return Object.freeze(
    Array.from(value, (index, at) => integer(index, `buckets[${at}]`, 0, longestBuckets)),
  );
}
