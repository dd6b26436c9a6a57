// The keys and values of a scenario. Every value names itself, so that a value of another key is seen as wrong.

import type { Value } from './adapters/adapter';

const KEYS = 10_000;
/** Keys of a multi-get and entries of a multi-set. */
export const MULTI = 100;
/** What all keys of a client may hold on the server, in bytes; also what callers may have in flight. */
export const DATASET_BYTES = 64 * 1024 * 1024;
/** What a client process keeps to compare with, in bytes: little, because its resident memory is measured. */
const DISTINCT_BYTES = 8 * 1024 * 1024;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';

export interface Dataset {
  keys: string[];
  /** The value of `keys[i]` is `values[i % values.length]`. */
  values: Value[];
}

/** As many keys as are in flight at least: equal keys asked at once could be fetched once. */
export function createDataset(prefix: string, size: number, inFlight: number, kind: 'string' | 'buffer'): Dataset {
  const keyCount = Math.min(Math.max(KEYS, inFlight), Math.floor(DATASET_BYTES / size));
  const valueCount = Math.min(keyCount, Math.floor(DISTINCT_BYTES / size));
  return {
    keys: Array.from({ length: keyCount }, (_, index) => `${prefix}:${index}`),
    values: Array.from({ length: valueCount }, (_, index) => createValue(index, size, kind)),
  };
}

function createValue(index: number, size: number, kind: 'string' | 'buffer'): Value {
  const text = `${index}:${ALPHABET.repeat(Math.ceil(size / ALPHABET.length))}`.slice(0, size);
  // A Buffer round trip also makes the string flat: a rope would be flattened at its first use, within a measurement.
  const bytes = Buffer.from(text);
  return kind === 'string' ? bytes.toString() : bytes;
}

export function valueOf(dataset: Dataset, index: number): Value {
  return dataset.values[index % dataset.values.length] as Value;
}

export function isSame(got: Value | undefined, expected: Value): boolean {
  if (typeof expected === 'string') return got === expected;
  return Buffer.isBuffer(got) && expected.equals(got);
}
