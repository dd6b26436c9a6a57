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
export type HashName = (typeof hashNames)[number];

export const distributionNames = Object.freeze([
  'modula',
  'consistent',
  'consistent-ketama',
  'consistent-ketama-spy',
  'consistent-weighted',
  'virtual-bucket',
] as const);
export type DistributionName = (typeof distributionNames)[number];

export const ringOptionNames = Object.freeze([
  'ketama',
  'hash',
  'distribution',
  'buckets',
  'sortHosts',
] as const);

/**
 * Applied in pylibmc's order: hash, ketama, distribution, then the servers; what comes later wins.
 */
export interface RingOptions {
  /**
   * `'weighted'` sets KETAMA_WEIGHTED, the ring of libketama: md5, 160 points a server, weights.
   * `true` sets KETAMA.
   *
   * @default 'weighted', or false once `hash` or `distribution` is given
   */
  readonly ketama?: boolean | 'weighted';
  /**
   * MEMCACHED_BEHAVIOR_HASH. One that the installed library lacks is refused.
   *
   * @default 'default'
   */
  readonly hash?: HashName;
  /** MEMCACHED_BEHAVIOR_DISTRIBUTION. @default 'modula' where ketama is off */
  readonly distribution?: DistributionName;
  /**
   * For `'virtual-bucket'` only: the index of a server for each bucket. A power of two of them, at
   * most 65536.
   */
  readonly buckets?: readonly number[];
  /** MEMCACHED_BEHAVIOR_SORT_HOSTS: the order of the servers no longer matters. @default false */
  readonly sortHosts?: boolean;
}

/** The ring as the engine takes it. Empty texts leave what libmemcached has. */
export interface Ring {
  readonly hash: HashName | '';
  readonly distribution: DistributionName | '';
  readonly ketama: 'off' | 'unweighted' | 'weighted';
  readonly sortHosts: boolean;
  readonly buckets: readonly number[];
  /** A configuration string of libmemcached, which then replaces all of the above. */
  readonly configuration: string;
}

const longestBuckets = 65536;
// An assertion in libmemcached aborts the process at the 101st server of a ring (B32).
const mostServersOnRing = 100;

/** @param defaults of the preset */
export function readRing(
  given: OwnOptions<(typeof ringOptionNames)[number]>,
  defaults: RingOptions = { ketama: 'weighted' },
): Ring {
  const chosen = given.hash !== undefined || given.distribution !== undefined;
  const ketama = readKetama(given.ketama ?? (chosen ? false : defaults.ketama));
  const hash = given.hash ?? defaults.hash;
  const distribution =
    given.distribution ?? defaults.distribution ?? (ketama === 'off' ? 'modula' : undefined);
  const ring = {
    hash: hash === undefined ? ('' as const) : oneOf(hash, hashNames, 'hash'),
    distribution:
      distribution === undefined
        ? ('' as const)
        : oneOf(distribution, distributionNames, 'distribution'),
    ketama,
    sortHosts: trueOrFalse(given.sortHosts ?? defaults.sortHosts ?? false, 'sortHosts'),
    configuration: '',
  };
  return Object.freeze({ ...ring, buckets: readBuckets(given.buckets, ring.distribution) });
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
  return Object.freeze({
    hash: '',
    distribution: '',
    ketama: 'off',
    sortHosts: false,
    buckets: Object.freeze([]),
    configuration,
  });
}

/**
 * The same ring for other servers. In a configuration string they take the place of the first one, because what
 * stands before and behind the servers differs in effect.
 */
export function ringWithServers(ring: Ring, servers: readonly Server[]): Ring {
  if (ring.configuration === '') return ring;
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
  if (isConsistent(ring)) {
    if (servers.length > mostServersOnRing) {
      const rule = `be at most ${mostServersOnRing} on a consistent ring`;
      throw invalidText('servers', rule, `${servers.length} servers`);
    }
    checkDistinct(servers);
  }
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
