import * as fc from 'fast-check';
import { expect } from 'vitest';
import { MemcachedError } from '../../dist/errors.js';

/** Throws, with the smallest example, where `holds` throws for one of the values. */
export function forAll<Value>(
  values: fc.Arbitrary<Value>,
  holds: (value: Value) => void,
  runs = 200,
): void {
  void fc.assert(fc.property(values, holds), { numRuns: runs });
}

/** What `run` gives, or undefined where it refuses its input as the package promises to. */
export function orInvalid<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(MemcachedError);
    expect((error as MemcachedError).code).toBe('INVALID_ARGUMENT');
    return undefined;
  }
}

/** An object that runs code of its own whatever is done to it, and counts how often it did. */
export function hostile(): { value: object; touched: () => number } {
  let count = 0;
  const touch = () => {
    count++;
    throw new Error('the caller was called');
  };
  const value = Object.defineProperties(Object.create(null), {
    toString: { get: touch },
    toJSON: { get: touch },
    valueOf: { get: touch },
    length: { get: touch },
    [Symbol.toPrimitive]: { get: touch },
    [Symbol.toStringTag]: { get: touch },
    [Symbol.iterator]: { get: touch },
  });
  return { value, touched: () => count };
}

/** Every trap of it throws. */
export function hostileProxy(): object {
  const touch = () => {
    throw new Error('the caller was called');
  };
  const traps = new Proxy({}, { get: () => touch });
  return new Proxy({}, traps);
}

/** What callers pass by mistake. */
const oddValues: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e308,
  Date.now(),
  2 ** 31,
  2 ** 32,
  2 ** 53,
  0n,
  -1n,
  2n ** 64n,
  '',
  'text',
  '60',
  '\0',
  '\ud800',
  Symbol('symbol'),
  () => 1,
  [],
  [1, 2, 3, 4],
  // biome-ignore lint/suspicious/noSparseArray: what it tests
  [, 1],
  {},
  { a: 1 },
  new Map(),
  new Date(),
  new Date(Number.NaN),
  new Date(0),
  Buffer.alloc(0),
  new Uint8Array(3),
  Promise.resolve(),
  hostile().value,
  hostileProxy(),
];

/** Strings of all code units, halves of surrogate pairs included, and of Latin-1 only. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.uint16Array().map((codes) => String.fromCharCode(...codes)),
  fc.uint8Array().map((codes) => String.fromCharCode(...codes)),
);

/** Anything a caller may pass, behind a function: fast-check looks into the values it makes. */
export function anyInput(...likely: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<() => unknown> {
  const anything = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true });
  return fc.oneof(
    fc.oneof(anything, ...likely).map((value) => () => value),
    fc.nat(oddValues.length - 1).map((index) => () => oddValues[index]),
  );
}

/** What JSON can carry: it has no -0. */
export const anyJson = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
