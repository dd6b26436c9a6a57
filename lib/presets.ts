// The set-ups of other clients, as data: where they put a key, and how they write a value.
import { invalid, MemcachedError } from './errors';
import { isOneOf, oneOf } from './ownOptions';
import type { RingOptions } from './ring';
import type { FormatName } from './serializers/formats';

export interface Preset {
  /** Options of the ring, as for `new Client`. */
  readonly ring: RingOptions;
  readonly codec: FormatName;
  /** Unix sockets get the place on the ring that php-memcached gives them. */
  readonly unixSocketAsHost: boolean;
  readonly note: string;
}

const modula: RingOptions = Object.freeze({ ketama: false });
const libketama: RingOptions = Object.freeze({ ketama: 'weighted' });

/** What `preset` may be today. Options beside a preset override it one by one. */
export const presets = Object.freeze({
  libmemcached: preset(
    modula,
    'json',
    'The defaults of libmemcached in C and Perl: one_at_a_time, modula, weights ignored. They have',
    'no value format: text is exchanged, with flags 0.',
  ),
  libketama: preset(
    libketama,
    'json',
    "KETAMA_WEIGHTED: md5, 160 points a server, weights. The ring of pylibmc's ketama_weighted and",
    "php-memcached's OPT_LIBKETAMA_COMPATIBLE. Text is exchanged, with flags 0.",
  ),
  pylibmc: preset(
    modula,
    'pylibmc',
    'pylibmc without behaviors. Text, bytes and integers are shared; objects go out as JSON in',
    'text; pickles come back as { data, flags }.',
  ),
  'php-memcached': preset(
    modula,
    'php',
    'php-memcached with its serializer php. Strings, integers, floats and booleans are shared;',
    'objects go out as JSON; what PHP serialized or fastlz compressed comes back as',
    '{ data, flags }.',
  ),
  'php-memcached-json': preset(
    modula,
    'php',
    'php-memcached with its serializer json or json_array: as php-memcached, and objects are',
    'shared too.',
  ),
});

export type PresetName = keyof typeof presets;

const presetNames = Object.keys(presets) as PresetName[];

const comingPresets = [
  'python-memcached',
  'pymemcache',
  'dalli',
  'memcached',
  'memjs',
  'memcache-client',
  'spymemcached',
];

/** The preset of that name. One that is promised but not there yet is `UNSUPPORTED`. */
export function findPreset(name: unknown): Preset {
  if (typeof name !== 'string') throw invalid('preset', 'be a string', name);
  if (isOneOf(name, comingPresets)) {
    const names = presetNames.join(', ');
    const message = `preset must be one of ${names} in this release, got "${name}"`;
    throw new MemcachedError('UNSUPPORTED', message);
  }
  return presets[oneOf(name, presetNames, 'preset')];
}

function preset(ring: RingOptions, codec: FormatName, ...note: readonly string[]): Preset {
  return Object.freeze({ ring, codec, unixSocketAsHost: codec === 'php', note: note.join(' ') });
}
