// From a TTL as callers give it to the exptime that memcached reads.
import { types } from 'node:util';
import { invalid, invalidText, type MemcachedError } from './errors';
import { maxInt32 } from './numbers';

/** memcached reads a greater exptime as a point in time, in seconds since 1970. */
const longestRelative = 30 * 24 * 60 * 60;

/** Above this a number can only be milliseconds since 1970, such as a `Date.now()`. */
const leastMilliseconds = 100_000_000_000;

/** The exptime for `ttl` now. Never, the usual case, needs no clock. (Not for -0, which is refused.) */
export function exptimeOf(ttl: unknown, what = 'ttl'): number {
  return Object.is(ttl, 0) ? 0 : toExptime(ttl, Math.floor(Date.now() / 1000), what);
}

/**
 * The exptime for `ttl`, a whole number of seconds (0: never) or a `Date` in the future. More than
 * 30 days become a point in time: sent as they are, the item would be gone at once (H41).
 *
 * @param nowSeconds whole seconds since 1970
 */
export function toExptime(ttl: unknown, nowSeconds: number, what = 'ttl'): number {
  if (typeof ttl === 'number') {
    const longest = maxInt32 - nowSeconds;
    // Object.is: -0 passes for 0 everywhere else, but is likelier a computed TTL that went wrong.
    if (!Number.isInteger(ttl) || ttl < 0 || ttl > longest || Object.is(ttl, -0)) {
      throw invalidTtl(ttl, longest, what);
    }
    return ttl > longestRelative ? nowSeconds + ttl : ttl;
  }
  if (types.isDate(ttl)) return dateToExptime(ttl, nowSeconds);
  throw invalid('ttl', 'be a whole number of seconds or a Date', ttl);
}

function dateToExptime(date: Date, nowSeconds: number): number {
  // Rounded up, so that the item lives at least until the date. Not date.getTime(): it may be the
  // caller's own.
  const seconds = Math.ceil(Date.prototype.getTime.call(date) / 1000);
  if (seconds > nowSeconds && seconds <= maxInt32) return seconds;
  throw invalid('ttl', 'be a Date in the future, at most 2038-01-19', date);
}

function invalidTtl(ttl: number, longest: number, what: string): MemcachedError {
  const rule = `be a whole number of seconds from 0 to ${longest}`;
  if (!Number.isInteger(ttl) || ttl <= longest) return invalid(what, rule, ttl);
  const looksLike =
    ttl >= leastMilliseconds ? 'milliseconds' : 'a point in time, pass it as a Date';
  return invalidText(what, rule, `${ttl} (looks like ${looksLike})`);
}
