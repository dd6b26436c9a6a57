import { describe, expect, test } from 'vitest';
import { casToken, counter, integer, itemFlags } from '../../dist/numbers.js';
import { anyInput, forAll, orInvalid } from './properties';
import { expectInvalid } from './refusal';

describe('a whole number', () => {
  test('is what its range says, both ends included', () => {
    expect(integer(1, 'timeout', 1, 5)).toBe(1);
    expect(integer(5, 'timeout', 1, 5)).toBe(5);
    expect(Object.is(integer(-0, 'threshold', 0, 5), 0)).toBe(true);
  });

  test.each([0, 6, 1.5, Number.NaN, '3', 3n, null, undefined])('is not %o', (value) => {
    expectInvalid(
      () => integer(value, 'timeout', 1, 5),
      'timeout must be a whole number from 1 to',
    );
  });
});

describe('a delta or initial value', () => {
  test('is a safe integer from 0 or a bigint below 2^64', () => {
    expect(counter(0, 'delta')).toBe(0);
    expect(counter(Number.MAX_SAFE_INTEGER, 'delta')).toBe(Number.MAX_SAFE_INTEGER);
    expect(counter(0n, 'delta')).toBe(0n);
    expect(counter(2n ** 64n - 1n, 'delta')).toBe(2n ** 64n - 1n);
  });

  test.each([-1, 2 ** 53, 1.5, Number.NaN, -1n, 2n ** 64n, '1', null])('is not %o', (value) => {
    expectInvalid(() => counter(value, 'delta'), /^delta must be a whole number from 0/);
  });
});

describe('a cas token', () => {
  test('is a bigint from 1', () => {
    expect(casToken(1n)).toBe(1n);
    expect(casToken(2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
  });

  test('is not 0, which would be an unconditional write', () => {
    expectInvalid(() => casToken(0n), 'cas must be a bigint from 1n');
  });

  test.each([1, '1', -1n, 2n ** 64n, undefined])('is not %o', (value) => {
    expectInvalid(() => casToken(value));
  });
});

test('flags are an integer below 2^32', () => {
  expect(itemFlags(0xffff_ffff)).toBe(0xffff_ffff);
  for (const value of [-1, 2 ** 32, 1.5, 1n]) expectInvalid(() => itemFlags(value), 'flags must');
});

test('any other input is refused, and never an exception of another kind', () => {
  forAll(anyInput(), (input) => {
    orInvalid(() => integer(input(), 'n', 0, 10));
    orInvalid(() => counter(input(), 'delta'));
    orInvalid(() => casToken(input()));
    orInvalid(() => itemFlags(input()));
  });
});
