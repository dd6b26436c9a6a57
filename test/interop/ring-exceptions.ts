// Rows of the vectors whose calls this client never makes in that order.
import type { Options } from './ring';

interface Otherwise {
  options: Options;
  /** Leave the weights out: the row's calls make libmemcached forget them. */
  weights?: false;
  why: string;
}

const LIBKETAMA: Options = { ketama: 'weighted' };
const UNWEIGHTED_MD5: Options = { ketama: true, hash: 'md5' };
const MD5_RING_DEFAULT_KEYS: Options = { hash: 'default', distribution: 'consistent-weighted' };

/** Rows whose ring this client says in other words: the last servers added, under these options. */
export const SAID_OTHERWISE: ReadonlyMap<string, Otherwise> = new Map<string, Otherwise>([
  [
    'hash set before the servers, after ketama',
    { options: UNWEIGHTED_MD5, why: 'the ring is built when servers are added' },
  ],
  [
    'hash set after the servers, then ketama again',
    { options: UNWEIGHTED_MD5, why: 'the second KETAMA rebuilds the ring' },
  ],
  [
    'ketama_weighted then hash default',
    { options: MD5_RING_DEFAULT_KEYS, why: 'weighted points are md5 whatever the hash' },
  ],
  [
    'DISTRIBUTION consistent then ketama_weighted',
    { options: LIBKETAMA, why: 'KETAMA_WEIGHTED sets the distribution again' },
  ],
  [
    'weights, ketama after memcached_server_add',
    { options: { ketama: true }, weights: false, why: 'KETAMA turns weighting off' },
  ],
  [
    'weights, ketama after memcached_server_push',
    { options: { ketama: true }, weights: false, why: 'KETAMA turns weighting off' },
  ],
  [
    'weights, spy after memcached_server_push',
    {
      options: { distribution: 'consistent-ketama-spy' },
      why: 'a push turns weighting on, as an add on a consistent ring does',
    },
  ],
  [
    'weights, spy after memcached_server_add',
    {
      options: { distribution: 'consistent-ketama-spy' },
      weights: false,
      why: 'an add under modula does not turn weighting on',
    },
  ],
  ['weights, ketama_weighted after', { options: LIBKETAMA, why: 'KETAMA_WEIGHTED rebuilds' }],
  ['clone of ketama', { options: { ketama: true }, why: 'this clone routes alike' }],
  [
    'clone of ketama_weighted, no weights',
    { options: UNWEIGHTED_MD5, why: 'the clone loses the weighted flag and keeps the hash' },
  ],
  [
    'clone of ketama_weighted, weights',
    { options: LIBKETAMA, why: 'a weight turns weighting on again' },
  ],
  [
    'memcached_pool of ketama_weighted, no weights',
    { options: UNWEIGHTED_MD5, why: 'a pool hands out clones' },
  ],
  [
    'clone of ketama_weighted, then ketama_weighted again',
    { options: LIBKETAMA, why: 'this is the repair of a clone' },
  ],
  [
    'clone of ketama_weighted + spy, no weights',
    {
      options: { hash: 'md5', distribution: 'consistent-ketama-spy' },
      why: 'the clone loses the weighted flag and keeps the hash',
    },
  ],
  [
    'clone of bucket_set',
    {
      options: {
        hash: 'crc',
        distribution: 'virtual-bucket',
        buckets: [0, 0, 0, 0, 4, 4, 4, 4],
      },
      why: 'without its map a clone takes hash & (5 servers - 1), which is 0 or 4',
    },
  ],
  [
    'servers reset after weights',
    { options: MD5_RING_DEFAULT_KEYS, why: 'the weighted flag outlives the servers' },
  ],
  ['servers reset', { options: LIBKETAMA, why: 'only the last servers count' }],
  [
    'pylibmc: ketama_weighted, clone()',
    { options: UNWEIGHTED_MD5, why: 'the clone loses the weighted flag and keeps the hash' },
  ],
  [
    'pylibmc: ketama_weighted, weighted servers, clone()',
    { options: LIBKETAMA, why: 'a weight turns weighting on again' },
  ],
  [
    'php-memcached: OPT_LIBKETAMA_COMPATIBLE after servers',
    { options: LIBKETAMA, why: 'KETAMA_WEIGHTED rebuilds' },
  ],
  [
    'php-memcached: OPT_DISTRIBUTION CONSISTENT, then OPT_LIBKETAMA_COMPATIBLE',
    { options: LIBKETAMA, why: 'KETAMA_WEIGHTED sets the distribution again' },
  ],
  [
    'php-memcached: weighted addServers, then OPT_DISTRIBUTION CONSISTENT',
    { options: { distribution: 'consistent' }, weights: false, why: 'it turns weighting off' },
  ],
  [
    'php-memcached: OPT_LIBKETAMA_COMPATIBLE, then OPT_HASH DEFAULT',
    { options: MD5_RING_DEFAULT_KEYS, why: 'weighted points are md5 whatever the hash' },
  ],
  [
    'php-memcached: session handler, default ini',
    { options: { ketama: true }, why: 'KETAMA rebuilds' },
  ],
  [
    'php-memcached: session handler, weighted save_path',
    { options: { ketama: true }, weights: false, why: 'KETAMA turns weighting off' },
  ],
  [
    'php-memcached: session handler, sess_consistent_hash_type ketama_weighted, weighted save_path',
    { options: LIBKETAMA, why: 'KETAMA_WEIGHTED rebuilds' },
  ],
  [
    'Memcached::libmemcached: servers first, then KETAMA_WEIGHTED',
    { options: LIBKETAMA, why: 'KETAMA_WEIGHTED rebuilds' },
  ],
  [
    'libmemcached (C): KETAMA_WEIGHTED, clone',
    { options: UNWEIGHTED_MD5, why: 'the clone loses the weighted flag and keeps the hash' },
  ],
]);

/** Rows of the clients that are not built on libmemcached, said by their presets. */
export const SAID_BY_PRESET: ReadonlyMap<string, Options> = new Map<string, Options>([
  ['python-memcached: default', { preset: 'python-memcached' }],
  ['python-memcached: weighted servers', { preset: 'python-memcached' }],
  ['pymemcache: HashClient default (RendezvousHash, murmur3_32)', { preset: 'pymemcache' }],
  ['pymemcache: HashClient, key_prefix', { preset: 'pymemcache', namespace: 'app1:' }],
  ['Cache::Memcached: default', { preset: 'cache-memcached' }],
  ['Cache::Memcached: weighted servers', { preset: 'cache-memcached' }],
  ['Cache::Memcached: namespace', { preset: 'cache-memcached', namespace: 'app1:' }],
  ['Cache::Memcached::Fast: default', { preset: 'cache-memcached-fast' }],
  ['Cache::Memcached::Fast: weighted servers', { preset: 'cache-memcached-fast' }],
  ['Cache::Memcached::Fast: namespace', { preset: 'cache-memcached-fast', namespace: 'app1:' }],
  [
    'Cache::Memcached::Fast: ketama_points 150',
    { preset: 'cache-memcached-fast', ketamaPoints: 150 },
  ],
  ['dalli: default', { preset: 'dalli' }],
  ['dalli: weighted servers', { preset: 'dalli' }],
  ['dalli: namespace', { preset: 'dalli', prefix: 'app1:' }],
  ['npm memcached: default', { preset: 'memcached' }],
  ['npm memcached: weighted servers', { preset: 'memcached' }],
  ['npm memcached: default, localhost', { preset: 'memcached' }],
  ['npm memcached: namespace', { preset: 'memcached', prefix: 'app1:' }],
  ['memjs: default', { preset: 'memjs' }],
  ['npm memcache: default (KetamaHash)', { preset: 'memcache' }],
  ['npm memcache: ModulaHash default', { preset: 'memcache', placement: 'memcache-modula' }],
  ['spymemcached: default', { preset: 'spymemcached' }],
  [
    'spymemcached: KetamaConnectionFactory',
    { preset: 'spymemcached', placement: 'spymemcached-ketama' },
  ],
  [
    'spymemcached: KetamaConnectionFactory LIBMEMCACHED format, localhost',
    { preset: 'spymemcached', placement: 'spymemcached-ketama-libmemcached' },
  ],
  [
    'spymemcached: KetamaConnectionFactory SPYMEMCACHED format, weighted',
    { preset: 'spymemcached', placement: 'spymemcached-ketama' },
  ],
  ['spymemcached: ArrayMod + CRC_HASH', { preset: 'spymemcached', hash: 'crc' }],
  ['spymemcached: ArrayMod + KETAMA_HASH', { preset: 'spymemcached', hash: 'md5' }],
]);

const STALE_RING = 'points of the old hash, keys of the new one: no option leaves a ring stale';
/** Rows that no option of this client can say, and why. */
export const NEVER_SAID: ReadonlyMap<string, string> = new Map([
  ['hash set after the servers (stale ring)', STALE_RING],
  ['pylibmc: assigned after: ketama, then hash md5 (stale ring)', STALE_RING],
  ['php-memcached: OPT_HASH MD5 after consistent servers (stale ring)', STALE_RING],
  [
    'spymemcached: KetamaConnectionFactory, localhost',
    'it rings host names as name/address:port, and no option names the address',
  ],
]);
