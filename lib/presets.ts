// The set-ups of other clients, as data: where they put a key, and how they write a value.
import { invalid } from './errors';
import { oneOf } from './ownOptions';
import type { PlacementName, RingOptions } from './ring';
import type { FormatName } from './serializers/formats';

/** The set-up of another client. */
export interface Preset {
  /** Options of the ring, as for `new Client`. */
  readonly ring: RingOptions;
  /** The format its values are read and written in. */
  readonly codec: FormatName;
  /** Unix sockets get the place on the ring that php-memcached gives them. */
  readonly unixSocketAsHost: boolean;
  /** What is shared with it, in words. */
  readonly note: string;
}

const modula: RingOptions = Object.freeze({ ketama: false });
const libketama: RingOptions = Object.freeze({ ketama: 'weighted' });

/** What `preset` may be. Options beside a preset override it one by one. */
export const presets = Object.freeze({
  libmemcached: preset(
    modula,
    'libmemcached',
    'The defaults of libmemcached in C and Perl: one_at_a_time, modula, weights ignored. They have',
    'no value format: text and bytes are exchanged.',
  ),
  libketama: preset(
    libketama,
    'libmemcached',
    "KETAMA_WEIGHTED: md5, 160 points a server, weights. The ring of pylibmc's ketama_weighted and",
    "php-memcached's OPT_LIBKETAMA_COMPATIBLE. Text and bytes are exchanged.",
  ),
  pylibmc: preset(
    modula,
    'pylibmc',
    'pylibmc without behaviors. Text, bytes and integers are shared; objects go out as JSON in',
    'text; pickles of plain values are read, others come back as { data, flags }.',
  ),
  'python-memcached': preset(
    placedBy('python-memcached'),
    'python-memcached',
    'python-memcached up to 1.59: CRC-32, weights. From 1.60 on one key in 32768 lies elsewhere: add',
    "placement: 'cache-memcached'. Text, bytes and integers are shared; objects go out as JSON in",
    'text; pickles of plain values are read, others come back as { data, flags }.',
  ),
  pymemcache: preset(
    placedBy('pymemcache'),
    'python-memcached',
    "pymemcache's HashClient with keys that are str: rendezvous hashing, no weights. A PooledClient",
    'or Client has one server. key_prefix is the option namespace. Without a serde, its default, it',
    'reads whatever is written here as bytes, and what it writes is read as bytes here. With',
    'python_memcache_serializer or PickleSerde it is as python-memcached, with compressed_serde of',
    'pymemcache 4 zlib too.',
  ),
  'php-memcached': preset(
    modula,
    'php',
    'php-memcached with its serializer php. Strings, integers, floats and booleans are shared;',
    'arrays are read, and go out as JSON, which it reads as stdClass; objects of PHP and all of',
    'igbinary come back as { data, flags }.',
  ),
  'php-memcached-json': preset(
    modula,
    'php',
    'php-memcached with its serializer json or json_array: as php-memcached, and objects are',
    'shared too.',
  ),
  dalli: preset(
    placedBy('dalli'),
    'dalli',
    "dalli with its serializer Marshal: its own ring of SHA-1 points, weights. Its namespace 'app' is",
    "the option prefix: 'app:'. Strings, integers, floats, booleans, nil, arrays and hashes are",
    'shared; Ruby objects come back as { data, flags }.',
  ),
  memcached: preset(
    placedBy('memcached'),
    'memcached',
    "npm's memcached: hashring, which rounds weights in another way than libketama. Its namespace is",
    'the option prefix. Strings, numbers, Buffers and JSON are shared, with its escapes for CR and',
    'LF. It cannot decompress.',
  ),
  memjs: preset(
    placedBy('memjs'),
    'text',
    "npm's memjs: the hash code of the key, no weights: the order of the servers counts. Everything",
    'is text or bytes: objects go out as JSON in text, and what is read is a string, or a Buffer',
    'where it is not UTF-8. It cannot decompress.',
  ),
  'memcache-client': preset(
    modula,
    'memcache-client',
    "npm's memcache-client takes a random server for each call, so it can only share one: give this",
    'client one server. With more, this ring is modula. Strings, numbers, Buffers and JSON are',
    'shared; what it compressed is read, zstd from Node.js 22.15 on.',
  ),
  memcache: preset(
    placedBy('memcache'),
    'text',
    "npm's memcache with its default KetamaHash: 50 points for each unit of weight. For its",
    "ModulaHash add placement: 'memcache-modula'. Everything is text: objects go out as JSON in",
    'text, and what is read is a string, or a Buffer where it is not UTF-8. It cannot decompress.',
  ),
  spymemcached: preset(
    placedBy('spymemcached'),
    'spymemcached',
    'spymemcached by its default: the hash code of the key, no weights: the order of the servers',
    "counts. For its KetamaConnectionFactory add placement: 'spymemcached-ketama'. With its",
    'SerializingTranscoder String, byte[], Boolean, Date and numbers are shared, integers as Long',
    'and others as Double; objects go out as JSON in a String; what Java serialized comes back as',
    '{ data, flags }.',
  ),
  'cache-memcached': preset(
    placedBy('cache-memcached'),
    'perl',
    "Perl's Cache::Memcached: CRC-32, weights. Its namespace is the option namespace. Scalars are",
    'shared, as bytes; objects go out as JSON in text; what Storable froze comes back as',
    '{ data, flags }.',
  ),
  'cache-memcached-fast': preset(
    placedBy('cache-memcached'),
    'perl',
    "Perl's Cache::Memcached::Fast: as cache-memcached; its ketama_points are the option",
    'ketamaPoints, and with utf8 text is shared as text.',
  ),
});

/**
 * What the option `preset` takes.
 *
 * @useDeclaredType
 */
export type PresetName = keyof typeof presets;

const presetNames = Object.keys(presets) as PresetName[];

/** The preset of that name. */
export function findPreset(name: unknown): Preset {
  if (typeof name !== 'string') throw invalid('preset', 'be a string', name);
  return presets[oneOf(name, presetNames, 'preset')];
}

function preset(ring: RingOptions, codec: FormatName, ...note: readonly string[]): Preset {
  return Object.freeze({ ring, codec, unixSocketAsHost: codec === 'php', note: note.join(' ') });
}

function placedBy(placement: PlacementName): RingOptions {
  return Object.freeze({ placement });
}
