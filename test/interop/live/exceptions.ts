// The exceptions, each with its cause, as the documentation has them.
import type { Writer } from './exchange';
import type { JointException, KeyException, ValueException } from './expectations';
import type { PlacedKey } from './placement';
import { values } from './values';

/** The values whose names begin so. */
function named(...beginnings: string[]): string[] {
  return Object.keys(values).filter((name) => beginnings.some((start) => name.startsWith(start)));
}

const texts = named('text');
const integers = named('integer');
const greatIntegers = ['integer 2^53 + 1', 'integer 2^63 - 1', 'integer -2^63'];
const floats = named('float');
const unlimited = ['float ∞', 'float NaN'];
const numbers = [...integers, ...floats];
const booleans = ['true', 'false'];
const structures = named('list', 'map', 'nested');
const all = Object.keys(values);

/** Bytes that are text, where a language or a client does not tell the two apart. */
const bytesLikeText = ['bytes, empty', 'bytes that are UTF-8'];

const beyondAscii = /[^!-~]/;

/** It lies on no server under its own name. */
function isNowhere({ holders }: PlacedKey): boolean {
  return holders.length === 0;
}

function isRefused(placed: PlacedKey): boolean {
  return placed.refusal !== null && isNowhere(placed);
}

/** It lies where FNV-1a of the characters of UTF-16 has it. */
function isPlacedByCharacters({ key, holders }: PlacedKey, servers: number): boolean {
  const characters = Array.from({ length: key.length }, (_, at) => key.charCodeAt(at));
  const hash = characters.reduce((sum, one) => Math.imul(sum ^ one, 0x01000193), 0x811c9dc5);
  return holders.length === 1 && holders[0] === (hash >>> 0) % servers;
}

export const keyExceptions: readonly KeyException[] = [
  {
    clients: ['memcached'],
    keys: /\$[$&`']/,
    happened: isNowhere,
    cause: "npm memcached stores a key that holds `$$`, `$&`, `` $` `` or `$'` under another name.",
  },
  {
    clients: ['php-memcached', 'pymemcache'],
    keys: beyondAscii,
    happened: isRefused,
    cause:
      'php-memcached (text protocol) and pymemcache (without `allow_unicode_keys`) refuse keys beyond ASCII.',
  },
  {
    clients: ['spymemcached, ArrayMod, FNV1A_32_HASH'],
    keys: beyondAscii,
    happened: isPlacedByCharacters,
    cause:
      'Of keys beyond ASCII spymemcached hashes the characters of UTF-16, libmemcached the bytes of UTF-8.',
  },
];

const foreign = '`{ data, flags }`';

const unpickled =
  'Python pickles what is not text, bytes or an integer. Pickles of plain data are read here and never ' +
  'written: such values go out as text, objects and lists as JSON, and an integral number as an integer.';
const withoutSerde =
  'pymemcache without a serde stores `str(value)`, in ASCII only, and reads bytes.';
const stringsOfPhp = 'PHP has strings only: one that is UTF-8 reads as text, another one as bytes.';
const scalarsOfPerl =
  'Perl has scalars only: numbers and booleans become text, and bytes that are UTF-8 read as text.';
const wordsForPerl =
  'The presets libmemcached and libketama write `true` and `false`, which are both true in Perl.';
const storable = 'Cache::Memcached freezes references with Storable, which is never thawed here.';
const jsonForPerl = 'Nothing is frozen here: objects and lists go out as JSON, null as its text.';
const rawOfDalli = 'With `raw: true` dalli stores `to_s` and reads strings back.';
const jsonOfDalli = "JSON has no bytes and no infinities, and JavaScript's has no great integers.";
const serializedByJava =
  'What Java serialized is never read here; objects and lists go out as JSON.';
const numbersOfJavaScript = 'An integer beyond 2^53 is no exact number of JavaScript.';
const textOfMemjs =
  'memjs takes text and bytes, and reads bytes. Everything else goes out as text.';
const textOfMemcache = 'npm memcache takes text and reads text. Everything else goes out as text.';

const pythonSerializers = ['pylibmc', 'python-memcached', 'pymemcache, pickle_serde'];
const caches = ['Cache::Memcached', 'Cache::Memcached::Fast'];
const perlClients = ['Memcached::libmemcached', ...caches];

const python: readonly ValueException[] = [
  {
    clients: ['pylibmc'],
    values: booleans,
    outcome: 'as integer',
    cause: 'pylibmc stores a bool as an integer, and reads it as one.',
  },
  ...caused(pythonSerializers, 'ours', unpickled, {
    'as integer': [...booleans, 'float -1.5e300'],
    'as text': ['float 0.1', 'float 5e-324'],
    'as text `null`': ['null'],
    'as JSON text': structures,
  }),
  {
    clients: [...pythonSerializers, 'pymemcache, no serde'],
    writer: 'ours',
    values: unlimited,
    outcome: 'not stored',
    cause: 'Neither an integer nor JSON can be an infinity or a NaN, so they are refused.',
  },
  ...caused(['pymemcache, no serde'], 'theirs', withoutSerde, {
    'not stored': ['text, Unicode', 'map', 'nested', 'list, 20 KB'],
    'other bytes': ['list'],
    'as JSON bytes': ['list, empty', 'map, empty'],
    'as bytes': [...texts, ...numbers],
    'as bytes `True`': ['true'],
    'as bytes `False`': ['false'],
    'as bytes `None`': ['null'],
  }),
  ...caused(['pymemcache, no serde'], 'ours', withoutSerde, {
    'as bytes': [...texts, ...numbers],
    'as bytes `1`': ['true'],
    'as bytes `0`': ['false'],
    'as bytes `null`': ['null'],
    'as JSON bytes': structures,
  }),
  {
    clients: ['twisted'],
    values: all.filter((name) => !name.startsWith('bytes')),
    outcome: 'not stored',
    cause: 'twisted takes and gives bytes, as this client does with `serializer: serializers.raw`.',
  },
];

const php: readonly ValueException[] = [
  {
    clients: ['php-memcached'],
    values: bytesLikeText,
    outcome: 'as text',
    cause: stringsOfPhp,
  },
  {
    clients: ['php-memcached, SERIALIZER_IGBINARY'],
    writer: 'theirs',
    values: [...structures, 'null'],
    outcome: foreign,
    cause: 'What igbinary serialized is not read here.',
  },
  {
    clients: ['php-memcached'],
    writer: 'theirs',
    values: ['map, empty'],
    outcome: 'as list',
    cause: 'PHP has one empty array for both.',
  },
  {
    clients: ['php-memcached, SERIALIZER_JSON_ARRAY, zlib'],
    writer: 'ours',
    values: ['map, empty'],
    outcome: 'as list',
    cause: 'PHP has one empty array for both.',
  },
];

const perl: readonly ValueException[] = [
  ...caused(
    ['Memcached::libmemcached'],
    'theirs',
    'Memcached::libmemcached stores the text of a reference.',
    {
      'other text': structures,
    },
  ),
  ...caused(['Cache::Memcached'], 'theirs', 'Cache::Memcached refuses undef.', {
    'not stored': ['null'],
  }),
  ...caused(perlClients, 'theirs', 'undef and false are empty text in Perl.', {
    'as empty text': ['false', 'null'],
  }),
  ...caused(caches, 'theirs', storable, { [foreign]: structures }),
  ...caused(perlClients, 'theirs', scalarsOfPerl, { 'as text `1`': ['true'] }),
  ...caused(perlClients, 'ours', jsonForPerl, {
    'as JSON text': structures,
    'as text `null`': ['null'],
  }),
  ...caused(['Memcached::libmemcached'], 'ours', wordsForPerl, {
    'as text `true`': ['true'],
    'as text `false`': ['false'],
  }),
  ...caused(caches, 'ours', scalarsOfPerl, { 'as text `1`': ['true'], 'as text `0`': ['false'] }),
  {
    clients: perlClients,
    values: [...bytesLikeText, ...numbers],
    outcome: 'as text',
    cause: scalarsOfPerl,
  },
];

const ruby: readonly ValueException[] = [
  ...caused(['dalli, serializer: JSON'], 'theirs', jsonOfDalli, {
    'as text': bytesLikeText,
    'not stored': ['bytes, all 256', 'bytes, 20 KB'],
    rounded: greatIntegers,
    unreadable: unlimited,
  }),
  ...caused(['dalli, serializer: JSON'], 'ours', jsonOfDalli, {
    'wrong map': named('bytes'),
    'not stored': greatIntegers,
    'wrong null': unlimited,
  }),
  ...caused(['dalli, raw: true'], 'theirs', rawOfDalli, {
    'as text': [...bytesLikeText, ...numbers],
    'as text `true`': ['true'],
    'as text `false`': ['false'],
    'as empty text': ['null'],
    'as JSON text': ['list, empty', 'map, empty'],
    'other text': structures,
  }),
];

const java: readonly ValueException[] = [
  ...caused(['spymemcached'], 'theirs', 'spymemcached refuses null.', { 'not stored': ['null'] }),
  ...caused(['spymemcached'], 'theirs', serializedByJava, { [foreign]: structures }),
  ...caused(['spymemcached'], 'ours', serializedByJava, {
    'as text `null`': ['null'],
    'as JSON text': structures,
  }),
];

const node: readonly ValueException[] = [
  ...caused(['memcached', 'memcache-client'], 'theirs', numbersOfJavaScript, {
    'not stored': greatIntegers,
  }),
  ...caused(['memcached', 'memcache-client'], 'ours', numbersOfJavaScript, {
    rounded: greatIntegers,
  }),
  ...caused(['memcache-client'], 'theirs', 'memcache-client stores an infinity as null.', {
    'wrong float': ['float ∞'],
  }),
  ...caused(['memcache-client'], 'theirs', 'memcache-client takes no booleans.', {
    'not stored': booleans,
  }),
  ...caused(['memjs'], 'theirs', textOfMemjs, {
    'as text': bytesLikeText,
    'not stored': [...numbers, ...booleans, 'null', ...named('map', 'nested')],
  }),
  ...caused(['memjs'], 'theirs', 'memjs takes an array for bytes.', {
    'as empty text': ['list, empty'],
    'other text': ['list', 'list, 20 KB'],
  }),
  ...caused(['memjs'], 'ours', textOfMemjs, {
    'as bytes': [...texts, ...numbers],
    'as bytes `true`': ['true'],
    'as bytes `false`': ['false'],
    'as bytes `null`': ['null'],
    'as JSON bytes': structures,
  }),
  ...caused(['memcache'], 'theirs', textOfMemcache, {
    'as text': bytesLikeText,
    'not stored': [...named('bytes'), ...numbers, ...booleans, 'null', ...structures],
  }),
  ...caused(['memcache'], 'ours', textOfMemcache, {
    'as text': [...bytesLikeText, ...numbers],
    'as text `true`': ['true'],
    'as text `false`': ['false'],
    'as text `null`': ['null'],
    'other text': ['bytes, all 256', 'bytes, 20 KB'],
    'as JSON text': structures,
  }),
];

/** One cause of several outcomes. */
function caused(
  clients: readonly string[],
  writer: Writer,
  cause: string,
  outcomes: Readonly<Record<string, readonly string[]>>,
): ValueException[] {
  return Object.entries(outcomes).map(([outcome, names]) => ({
    clients,
    writer,
    values: names,
    outcome,
    cause,
  }));
}

export const valueExceptions: readonly ValueException[] = [
  ...python,
  ...php,
  ...perl,
  ...ruby,
  ...java,
  ...node,
];

export const jointExceptions: readonly JointException[] = [
  {
    clients: ['Memcached::libmemcached', 'Cache::Memcached', 'memjs', 'memcache'],
    subject: 'their cas',
    outcome: '–',
    cause: 'It has no cas, or no command that reads a token.',
  },
  {
    clients: ['memjs'],
    subject: 'counter',
    outcome: '10 15 16 7 5 1099511627781 65542',
    cause: 'memjs loses the upper half of a counter beyond 2^32. The server counts right.',
  },
  {
    clients: ['Memcached::libmemcached'],
    subject: 'flags',
    outcome: 'bytes, all 256: 0 / 4096; integer 42: 0 / 8192',
    cause:
      'The presets libmemcached and libketama mark what is not text; libmemcached marks nothing.',
  },
  {
    clients: ['spymemcached'],
    subject: 'flags',
    outcome: 'integer 42: 512 / 768',
    cause: 'Java writes an int here, this client always a long.',
  },
];
