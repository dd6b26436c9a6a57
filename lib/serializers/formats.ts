// What the codec must know of each built-in serializer, and of the caller's own.
import type { ValueFormat } from '../codec';
import { lengthPrefixedZlib, markedZlib, ownZlib } from '../compression';
import { textFlags, typeBits, zlibBit } from './flags';
import { json } from './json';
import { php, phpFlagBits, phpTextFlags, phpZlibBits } from './php';
import { pylibmc, pylibmcFlagBits, pylibmcTextFlags, pylibmcZlibBit } from './pylibmc';
import { raw } from './raw';
import type { Serializer } from './serializer';
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

/** The format of a serializer that was chosen by the option. One of the caller's is checked at every call. */
export function formatOf(serializer: Serializer): ValueFormat {
  const builtIn = [formats.json, ...otherBuiltIns].find((format) => format.serializer === serializer);
  return (
    builtIn ?? {
      serializer,
      textFlags: undefined,
      flagBits: 0,
      zlib: ownZlib,
      readsZlib: false,
      trusted: false,
    }
  );
}
