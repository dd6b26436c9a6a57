// The keys and values of a scenario. A value names itself, so that another key's is seen as wrong.

import type { Value } from './adapters/adapter';
import { describeValue, WrongAnswer } from './wrong-answer';

const KEYS = 10_000;
/** Keys of a multi-get and entries of a multi-set. */
export const MULTI = 100;
/** Bytes that all keys of a client may hold on the server, and that callers may have in flight. */
export const DATASET_BYTES = 64 * 1024 * 1024;
/** Bytes of values that a client's process keeps: little, because its own memory is measured. */
const DISTINCT_BYTES = 8 * 1024 * 1024;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';

export class Dataset {
  readonly keys: string[];
  readonly #values: Value[];

  /**
   * @param size bytes of a value
   * @param inFlight keys asked for at the same time. There are more of them than that, because a
   *   client may fetch equal keys once.
   */
  constructor(prefix: string, size: number, inFlight: number, kind: 'string' | 'buffer') {
    const keyCount = Math.min(Math.max(KEYS, inFlight), Math.floor(DATASET_BYTES / size));
    const valueCount = Math.min(keyCount, Math.floor(DISTINCT_BYTES / size));
    this.keys = Array.from({ length: keyCount }, (_, index) => `${prefix}:${index}`);
    this.#values = Array.from({ length: valueCount }, (_, index) => createValue(index, size, kind));
  }

  /** @param position any number from 0: the keys come round again */
  key(position: number): string {
    return this.keys[position % this.keys.length] as string;
  }

  value(position: number): Value {
    return this.#values[(position % this.keys.length) % this.#values.length] as Value;
  }

  /** @throws WrongAnswer */
  expect(position: number, value: Value | undefined, key = this.key(position)): void {
    const expected = this.value(position);
    if (isSame(value, expected)) return;
    throw new WrongAnswer(key, describeValue(value), describeValue(expected));
  }
}

function createValue(index: number, size: number, kind: 'string' | 'buffer'): Value {
  const filler = ALPHABET.repeat(Math.ceil(size / ALPHABET.length));
  const bytes = Buffer.from(`${index}:${filler}`.slice(0, size));
  // Read back from bytes, a string is flat; a rope would be flattened within a measurement.
  return kind === 'string' ? bytes.toString() : bytes;
}

function isSame(value: Value | undefined, expected: Value): boolean {
  if (typeof expected === 'string') return value === expected;
  return Buffer.isBuffer(value) && expected.equals(value);
}
