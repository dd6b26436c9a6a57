// What the codec must know of each built-in serializer, and of the caller's own.
import type { ValueFormat } from '../codec';
import { ownZlib } from '../compressionMethods';
import { invalid } from '../errors';
import { textFlags, typeBits, zlibBit } from './flags';
import { json } from './json';
import { raw } from './raw';
import { ownBytes, type Serializer } from './serializer';
import { string } from './string';
import { v8 } from './v8';

const own = { compress: ownZlib, decompress: [ownZlib()], trusted: true };

const jsonFormat: ValueFormat = {
  ...own,
  serializer: json,
  textFlags,
  flagBits: typeBits | zlibBit,
};

const otherBuiltIns: readonly ValueFormat[] = [
  { ...own, serializer: v8, textFlags, flagBits: typeBits | zlibBit },
  { ...own, serializer: raw, textFlags: undefined, flagBits: 0, decompress: [] },
  { ...own, serializer: string, textFlags, flagBits: 0, decompress: [] },
];

/** Loaded by the first client that asks for one: idle formats would only take memory. */
const presetFormats = {
  json: () => jsonFormat,
  libmemcached: () => (require('./libmemcached') as typeof import('./libmemcached')).libmemcached,
  pylibmc: () => (require('./python') as typeof import('./python')).pylibmc,
  'python-memcached': () => (require('./python') as typeof import('./python')).pythonMemcached,
  php: () => (require('./php') as typeof import('./php')).php,
  dalli: () => (require('./dalli') as typeof import('./dalli')).dalli,
  memcached: () => (require('./memcached') as typeof import('./memcached')).memcached,
  'memcache-client': () =>
    (require('./memcacheClient') as typeof import('./memcacheClient')).memcacheClient,
  spymemcached: () => (require('./spymemcached') as typeof import('./spymemcached')).spymemcached,
  perl: () => (require('./perl') as typeof import('./perl')).perl,
  text: () => (require('./text') as typeof import('./text')).text,
} satisfies Record<string, () => ValueFormat>;

/**
 * The formats of values that presets choose from.
 *
 * @useDeclaredType
 */
export type FormatName = keyof typeof presetFormats;

export function presetFormat(name: FormatName): ValueFormat {
  return presetFormats[name]();
}

/**
 * The format for the option `serializer`. What a serializer of the caller's returns is checked at
 * every call.
 */
export function formatOf(option: unknown): ValueFormat {
  const builtIns = [jsonFormat, ...otherBuiltIns];
  return builtIns.find(({ serializer }) => serializer === option) ?? callersFormat(option);
}

function callersFormat(option: unknown): ValueFormat {
  if (typeof option !== 'object' || option === null) {
    throw invalid('serializer', 'be an object with serialize and deserialize', option);
  }
  // Methods may sit on a prototype, so this is no ownOptions. Read once, called on the object they
  // came from.
  const { serialize, deserialize } = option as Partial<Serializer>;
  if (typeof serialize !== 'function') {
    throw invalid('serializer.serialize', 'be a function', serialize);
  }
  if (typeof deserialize !== 'function') {
    throw invalid('serializer.deserialize', 'be a function', deserialize);
  }
  return {
    serializer: {
      serialize: (value) => serialize.call(option as Serializer, value),
      // Its bytes are the hook's to keep.
      deserialize: (data, flags) => deserialize.call(option as Serializer, ownBytes(data), flags),
    },
    textFlags: undefined,
    flagBits: 0,
    compress: ownZlib,
    decompress: [],
    trusted: false,
  };
}
