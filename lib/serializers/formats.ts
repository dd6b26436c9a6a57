// What the codec must know of each built-in serializer, and of the caller's own.
import type { ValueFormat } from '../codec';
import { lengthPrefixedZlib, markedZlib, ownZlib } from '../compression';
import { invalid } from '../errors';
import { textFlags, typeBits, zlibBit } from './flags';
import { json } from './json';
import { php, phpFlagBits, phpTextFlags, phpZlibBits } from './php';
import { pylibmc, pylibmcFlagBits, pylibmcTextFlags, pylibmcZlibBit } from './pylibmc';
import { raw } from './raw';
import { ownBytes, type Serializer } from './serializer';
import { string } from './string';
import { v8 } from './v8';

export type FormatName = 'json' | 'pylibmc' | 'php';

const own = { zlib: ownZlib, trusted: true };

export const formats: Readonly<Record<FormatName, ValueFormat>> = Object.freeze({
  json: {
    ...own,
    serializer: json,
    textFlags,
    flagBits: typeBits | zlibBit,
    readsZlib: true,
  },
  pylibmc: {
    serializer: pylibmc,
    textFlags: pylibmcTextFlags,
    flagBits: pylibmcFlagBits,
    zlib: (level) => markedZlib(pylibmcZlibBit, level),
    readsZlib: true,
    trusted: true,
  },
  php: {
    serializer: php,
    textFlags: phpTextFlags,
    flagBits: phpFlagBits,
    zlib: (level) => lengthPrefixedZlib(phpZlibBits, level),
    readsZlib: true,
    trusted: true,
  },
});

const otherBuiltIns: readonly ValueFormat[] = [
  { ...own, serializer: v8, textFlags, flagBits: typeBits | zlibBit, readsZlib: true },
  { ...own, serializer: raw, textFlags: undefined, flagBits: 0, readsZlib: false },
  { ...own, serializer: string, textFlags, flagBits: 0, readsZlib: false },
];

/**
 * The format for the option `serializer`. What a serializer of the caller's returns is checked at
 * every call.
 */
export function formatOf(option: unknown): ValueFormat {
  const builtIns = [formats.json, ...otherBuiltIns];
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
    zlib: ownZlib,
    readsZlib: false,
    trusted: false,
  };
}
