// The ranges of the numbers a caller may pass.
import { invalid } from './errors';

export const maxUint32 = 0xffff_ffff;
export const maxInt32 = 0x7fff_ffff;
const maxUint64 = 0xffff_ffff_ffff_ffffn;

/** A whole number from `min` to `max`, both included. */
export function integer(value: unknown, what: string, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return (value as number) + 0; // -0 becomes 0
  }
  throw invalid(what, `be a whole number from ${min} to ${max}`, value);
}

/** The amount of `incr` and `decr`, and the initial value of a counter: unsigned, 64 bits. */
export function counter(value: unknown, what: string): number | bigint {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0;
  if (typeof value === 'bigint' && value >= 0n && value <= maxUint64) return value;
  throw invalid(what, 'be a whole number from 0 to 2^53-1 or a bigint from 0n to 2^64-1', value);
}

/** A token as `gets` returns it. Zero would turn a cas into an unconditional write (H12, B27). */
export function casToken(value: unknown): bigint {
  if (typeof value === 'bigint' && value >= 1n && value <= maxUint64) return value;
  throw invalid('cas', 'be a bigint from 1n to 2^64-1, as gets returns it', value);
}

/** The flags stored beside a value: 32 bits. */
export function itemFlags(value: unknown): number {
  return integer(value, 'flags', 0, maxUint32);
}
