// The clients that are driven: how each is started, where each puts keys, and how each writes values.
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { type ClientOptions, type PresetName, type Serializer, serializers } from 'libmemcached';
import type { Setup } from './driver';

/** One way to configure the other client, and how this one is configured to agree. */
export interface Pair {
  /** In the words of the other client's users; the first one of a client is its default. */
  readonly name: string;
  readonly theirs: Setup;
  readonly ours: ClientOptions;
}

export interface Placement extends Pair {
  /** What both put before the key. */
  readonly prefix?: string;
  /** How both are told the hosts; its ring is made of names. Default: 127.0.0.1. */
  readonly host?: string;
  /**
   * `none`: the client has none. `lost`: it is given them and places keys as if it were not, so this one
   * is given none. Default: both are given the same.
   */
  readonly weights?: 'none' | 'lost';
}

export interface LiveClient {
  readonly name: string;
  readonly language: 'Python' | 'PHP' | 'Perl' | 'Ruby' | 'Java' | 'Node.js';
  /** Whose version the documentation gives. */
  readonly package: { readonly debian: string } | { readonly npm: string };
  readonly command: readonly [string, ...string[]];
  /** Or why it has none: it is then given one server. */
  readonly placements: readonly Placement[] | string;
  readonly values: readonly [Pair, ...Pair[]];
  readonly takesBytesOnly?: true;
}

// Both the script and the tests run in the root of the project.
const sources = join(process.cwd(), 'test/interop/live/drivers');
const jars = ['spymemcached', 'gson'].map((name) => `/usr/share/java/${name}.jar`).join(':');

// Debian's own interpreters: another one in the path does not have Debian's modules.
const python = (name: string) =>
  ['/usr/bin/python3', '-B', `${sources}/python/drive_${name}.py`] as const;
const perl = (name: string) => ['/usr/bin/perl', `${sources}/perl/drive_${name}.pl`] as const;
const node = (name: string) =>
  [process.execPath, join(__dirname, `drivers/node/drive-${name}.js`)] as const;

/** `preset` with other options beside it. */
function options(preset: PresetName, more: ClientOptions = {}): ClientOptions {
  return { preset, ...more };
}

const compression = { threshold: 100 };

/** In php-memcached. */
const compatibleThenConsistent = {
  OPT_LIBKETAMA_COMPATIBLE: true,
  OPT_DISTRIBUTION: 'DISTRIBUTION_CONSISTENT',
};

/** As docs/interop.md tells it. */
const jsonOfDalli: Serializer = {
  serialize: (value) => ({ data: JSON.stringify(value), flags: 1 }),
  deserialize: (data, flags) => JSON.parse(String(flags & 2 ? inflateSync(data) : data)),
};

export const clients: readonly LiveClient[] = [
  {
    name: 'pylibmc',
    language: 'Python',
    package: { debian: 'python3-pylibmc' },
    command: python('pylibmc'),
    placements: [
      { name: 'default', theirs: {}, ours: options('pylibmc') },
      { name: 'ketama', theirs: { ketama: true }, ours: options('pylibmc', { ketama: true }) },
      {
        name: 'ketama, hash md5',
        theirs: { ketama: true, hash: 'md5' },
        ours: options('pylibmc', { ketama: true, hash: 'md5' }),
      },
      {
        name: 'ketama_weighted',
        theirs: { ketama_weighted: true },
        ours: options('pylibmc', { ketama: 'weighted' }),
      },
      {
        name: 'ketama, namespace',
        theirs: { ketama: true, namespace: 'app:' },
        ours: options('pylibmc', { ketama: true, namespace: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [
      { name: 'default', theirs: {}, ours: options('pylibmc') },
      {
        name: 'min_compress_len=100',
        theirs: { min_compress_len: 100 },
        ours: options('pylibmc', { compression }),
      },
    ],
  },
  {
    name: 'python-memcached',
    language: 'Python',
    package: { debian: 'python3-memcache' },
    command: python('memcache'),
    placements: [{ name: 'default', theirs: {}, ours: options('python-memcached') }],
    values: [
      { name: 'default', theirs: {}, ours: options('python-memcached') },
      {
        name: 'min_compress_len=100',
        theirs: { min_compress_len: 100 },
        ours: options('python-memcached', { compression }),
      },
    ],
  },
  {
    name: 'pymemcache',
    language: 'Python',
    package: { debian: 'python3-pymemcache' },
    command: python('pymemcache'),
    placements: [
      { name: 'HashClient', theirs: {}, ours: options('pymemcache'), weights: 'none' },
      {
        name: 'HashClient, key_prefix',
        theirs: { key_prefix: 'app:' },
        ours: options('pymemcache', { namespace: 'app:' }),
        prefix: 'app:',
        weights: 'none',
      },
    ],
    values: [
      { name: 'pickle_serde', theirs: { serde: 'pickle_serde' }, ours: options('pymemcache') },
      { name: 'no serde', theirs: {}, ours: options('pymemcache') },
    ],
  },
  {
    name: 'twisted',
    language: 'Python',
    package: { debian: 'python3-twisted' },
    command: python('twisted'),
    takesBytesOnly: true,
    placements: 'is a connection to one server',
    values: [
      {
        name: 'MemCacheProtocol',
        theirs: {},
        ours: options('libmemcached', { serializer: serializers.raw }),
      },
    ],
  },
  {
    name: 'php-memcached',
    language: 'PHP',
    package: { debian: 'php8.2-memcached' },
    command: ['/usr/bin/php', '-d', 'display_errors=stderr', `${sources}/php/drive_memcached.php`],
    placements: [
      { name: 'default', theirs: {}, ours: options('php-memcached') },
      {
        name: 'OPT_LIBKETAMA_COMPATIBLE',
        theirs: { OPT_LIBKETAMA_COMPATIBLE: true },
        ours: options('php-memcached', { ketama: 'weighted' }),
      },
      {
        name: 'OPT_DISTRIBUTION CONSISTENT',
        theirs: { OPT_DISTRIBUTION: 'DISTRIBUTION_CONSISTENT' },
        ours: options('php-memcached', { distribution: 'consistent' }),
      },
      {
        name: 'OPT_DISTRIBUTION CONSISTENT, after addServers',
        theirs: { order: 'after', OPT_DISTRIBUTION: 'DISTRIBUTION_CONSISTENT' },
        ours: options('php-memcached', { distribution: 'consistent' }),
        weights: 'lost',
      },
      {
        name: 'OPT_LIBKETAMA_COMPATIBLE, after addServers',
        theirs: { order: 'after', OPT_LIBKETAMA_COMPATIBLE: true },
        ours: options('php-memcached', { ketama: 'weighted' }),
      },
      {
        name: 'OPT_LIBKETAMA_COMPATIBLE, then CONSISTENT',
        theirs: compatibleThenConsistent,
        ours: options('php-memcached', { ketama: 'weighted', distribution: 'consistent' }),
      },
      {
        name: 'OPT_LIBKETAMA_COMPATIBLE, then CONSISTENT, after addServers',
        theirs: { order: 'after', ...compatibleThenConsistent },
        ours: options('php-memcached', { ketama: 'weighted', distribution: 'consistent' }),
        weights: 'lost',
      },
      {
        name: 'OPT_PREFIX_KEY',
        theirs: { OPT_PREFIX_KEY: 'app:' },
        ours: options('php-memcached', { namespace: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [
      {
        name: 'SERIALIZER_PHP',
        theirs: {},
        ours: options('php-memcached', { compression: { algorithm: 'fastlz' } }),
      },
      {
        name: 'SERIALIZER_JSON_ARRAY, zlib',
        theirs: {
          OPT_SERIALIZER: 'SERIALIZER_JSON_ARRAY',
          OPT_COMPRESSION_TYPE: 'COMPRESSION_ZLIB',
        },
        ours: options('php-memcached-json', { compression }),
      },
      {
        name: 'SERIALIZER_MSGPACK',
        theirs: { OPT_SERIALIZER: 'SERIALIZER_MSGPACK' },
        ours: options('php-memcached'),
      },
      {
        name: 'SERIALIZER_IGBINARY',
        theirs: { OPT_SERIALIZER: 'SERIALIZER_IGBINARY' },
        ours: options('php-memcached'),
      },
    ],
  },
  {
    name: 'Memcached::libmemcached',
    language: 'Perl',
    package: { debian: 'libmemcached-libmemcached-perl' },
    command: perl('memcached_libmemcached'),
    placements: [
      { name: 'default', theirs: {}, ours: options('libmemcached') },
      { name: 'KETAMA', theirs: { KETAMA: 1 }, ours: options('libmemcached', { ketama: true }) },
      {
        name: 'KETAMA, after the servers',
        theirs: { order: 'after', KETAMA: 1 },
        ours: options('libmemcached', { ketama: true }),
        weights: 'lost',
      },
      { name: 'KETAMA_WEIGHTED', theirs: { KETAMA_WEIGHTED: 1 }, ours: options('libketama') },
      {
        name: 'HASH_CRC',
        theirs: { HASH: 'HASH_CRC' },
        ours: options('libmemcached', { hash: 'crc' }),
      },
    ],
    values: [{ name: 'default', theirs: {}, ours: options('libmemcached') }],
  },
  {
    name: 'Cache::Memcached',
    language: 'Perl',
    package: { debian: 'libcache-memcached-perl' },
    command: perl('cache_memcached'),
    placements: [
      { name: 'default', theirs: {}, ours: options('cache-memcached') },
      {
        name: 'namespace',
        theirs: { namespace: 'app:' },
        ours: options('cache-memcached', { namespace: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [
      { name: 'default', theirs: {}, ours: options('cache-memcached') },
      {
        name: 'compress_threshold 100',
        theirs: { compress_threshold: 100 },
        ours: options('cache-memcached', { compression }),
      },
    ],
  },
  {
    name: 'Cache::Memcached::Fast',
    language: 'Perl',
    package: { debian: 'libcache-memcached-fast-perl' },
    command: perl('cache_memcached_fast'),
    placements: [
      { name: 'default', theirs: {}, ours: options('cache-memcached-fast') },
      {
        name: 'ketama_points 150',
        theirs: { ketama_points: 150 },
        ours: options('cache-memcached-fast', { ketamaPoints: 150 }),
      },
      {
        name: 'namespace',
        theirs: { namespace: 'app:' },
        ours: options('cache-memcached-fast', { namespace: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [
      { name: 'default', theirs: {}, ours: options('cache-memcached-fast') },
      {
        name: 'utf8, compress_threshold 100',
        theirs: { utf8: 1, compress_threshold: 100 },
        ours: options('cache-memcached-fast', { compression }),
      },
    ],
  },
  {
    name: 'dalli',
    language: 'Ruby',
    package: { debian: 'ruby-dalli' },
    command: ['/usr/bin/ruby', `${sources}/ruby/drive_dalli.rb`],
    placements: [
      { name: 'default', theirs: {}, ours: options('dalli') },
      {
        name: "namespace 'app'",
        theirs: { namespace: 'app' },
        ours: options('dalli', { prefix: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [
      { name: 'default', theirs: {}, ours: options('dalli', { compression: {} }) },
      {
        name: 'serializer: JSON',
        theirs: { serializer: 'JSON' },
        ours: options('dalli', { serializer: jsonOfDalli }),
      },
      { name: 'raw: true', theirs: { raw: true }, ours: options('dalli') },
    ],
  },
  {
    name: 'spymemcached',
    language: 'Java',
    package: { debian: 'libspymemcached-java' },
    command: ['/usr/bin/java', '-cp', jars, `${sources}/java/DriveSpymemcached.java`],
    placements: [
      { name: 'default', theirs: {}, ours: options('spymemcached'), weights: 'none' },
      {
        name: 'KetamaConnectionFactory',
        theirs: { ketama: 'SPYMEMCACHED' },
        ours: options('spymemcached', { placement: 'spymemcached-ketama' }),
      },
      {
        name: 'KetamaConnectionFactory, format LIBMEMCACHED, on localhost',
        theirs: { ketama: 'LIBMEMCACHED' },
        host: 'localhost', // which it makes of the address
        ours: options('spymemcached', { placement: 'spymemcached-ketama-libmemcached' }),
      },
      {
        name: 'ArrayMod, FNV1A_32_HASH',
        theirs: { hash: 'FNV1A_32_HASH' },
        ours: options('spymemcached', { hash: 'fnv1a_32' }),
        weights: 'none',
      },
    ],
    values: [
      { name: 'default', theirs: {}, ours: options('spymemcached') },
      {
        name: 'compression threshold 100',
        theirs: { compressionThreshold: 100 },
        ours: options('spymemcached', { compression }),
      },
    ],
  },
  {
    name: 'memcached',
    language: 'Node.js',
    package: { npm: 'memcached' },
    command: node('memcached'),
    placements: [
      { name: 'default', theirs: {}, ours: options('memcached') },
      {
        name: 'namespace',
        theirs: { namespace: 'app:' },
        ours: options('memcached', { prefix: 'app:' }),
        prefix: 'app:',
      },
    ],
    values: [{ name: 'default', theirs: {}, ours: options('memcached') }],
  },
  {
    name: 'memjs',
    language: 'Node.js',
    package: { npm: 'memjs' },
    command: node('memjs'),
    placements: [{ name: 'default', theirs: {}, ours: options('memjs'), weights: 'none' }],
    values: [{ name: 'default', theirs: {}, ours: options('memjs') }],
  },
  {
    name: 'memcache-client',
    language: 'Node.js',
    package: { npm: 'memcache-client' },
    command: node('memcache-client'),
    placements: 'takes a random server of its list for each call',
    values: [
      { name: 'default', theirs: {}, ours: options('memcache-client') },
      {
        name: 'compress: true (zlib)',
        theirs: { compress: true },
        ours: options('memcache-client', { compression }),
      },
    ],
  },
  {
    name: 'memcache',
    language: 'Node.js',
    package: { npm: 'memcache' },
    command: node('memcache'),
    placements: [
      { name: 'default (KetamaHash)', theirs: {}, ours: options('memcache') },
      {
        name: 'ModulaHash',
        theirs: { hash: 'modula' },
        ours: options('memcache', { placement: 'memcache-modula' }),
      },
    ],
    values: [{ name: 'default', theirs: {}, ours: options('memcache') }],
  },
];
