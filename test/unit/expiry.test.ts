import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toExptime } from '../../dist/expiry.js';
import { anyInput, forAll, orInvalid } from './properties';
import { expectInvalid } from './refusal';

const now = 1_800_000_000;
const thirtyDays = 30 * 24 * 60 * 60;
const longest = 2 ** 31 - 1 - now;

describe('a TTL in seconds', () => {
  test('of 0 never expires', () => {
    expect(toExptime(0, now)).toBe(0);
  });

  test('up to 30 days is sent as it is', () => {
    expect(toExptime(1, now)).toBe(1);
    expect(toExptime(thirtyDays, now)).toBe(thirtyDays);
  });

  test('above 30 days is sent as the point in time that memcached would take it for', () => {
    expect(toExptime(thirtyDays + 1, now)).toBe(now + thirtyDays + 1);
    expect(toExptime(longest, now)).toBe(2 ** 31 - 1);
  });

  test('that ends after 2038-01-19 is refused, with a guess at what it was', () => {
    const range = `ttl must be a whole number of seconds from 0 to ${longest}, got`;
    expectInvalid(
      () => toExptime(now * 1000, now),
      `${range} ${now * 1000} (looks like milliseconds)`,
    );
    expectInvalid(
      () => toExptime(now + 60, now),
      `${range} ${now + 60} (looks like a point in time, pass it as a Date)`,
    );
    expectInvalid(() => toExptime(longest + 1, now));
  });

  test.each([-1, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '60', 60n, null, true, {}])(
    'is not %o',
    (ttl) => {
      expectInvalid(() => toExptime(ttl, now), /^ttl must be a whole number of seconds/);
    },
  );
});

describe('a TTL as a Date', () => {
  test('is sent as that point in time, however near', () => {
    expect(toExptime(new Date((now + 60) * 1000), now)).toBe(now + 60);
    expect(toExptime(new Date((2 ** 31 - 1) * 1000), now)).toBe(2 ** 31 - 1);
  });

  test('is rounded up, so that the item lives until then', () => {
    expect(toExptime(new Date(now * 1000 + 1), now)).toBe(now + 1);
  });

  test('must be in the future', () => {
    expectInvalid(() => toExptime(new Date(now * 1000), now), 'ttl must be a Date in the future');
    expectInvalid(() => toExptime(new Date(0), now), 'got the Date 1970-01-01T00:00:00.000Z');
  });

  test('must be valid and before 2038-01-20', () => {
    expectInvalid(() => toExptime(new Date(Number.NaN), now), 'got an invalid Date');
    expectInvalid(() => toExptime(new Date(2 ** 31 * 1000), now));
  });

  test('is read without its own methods', () => {
    const date = new Date((now + 60) * 1000);
    date.getTime = () => {
      throw new Error('the caller was called');
    };
    expect(toExptime(date, now)).toBe(now + 60);
  });
});

test('an exptime is never in the past, nor more than 32 bits', () => {
  forAll(fc.nat(longest), (ttl) => {
    const exptime = toExptime(ttl, now);
    if (ttl === 0) expect(exptime).toBe(0);
    else if (exptime <= thirtyDays) expect(exptime).toBe(ttl);
    else expect(exptime).toBe(now + ttl);
  });
});

test('any other input is refused, and never an exception of another kind', () => {
  forAll(anyInput(fc.double()), (input) => {
    const exptime = orInvalid(() => toExptime(input(), now)) ?? 0;
    expect(exptime >>> 0).toBe(exptime);
  });
});
