// What the exit code of the command tells, and which one an error has.
import { type ErrorCode, MemcachedError } from '../errors';

export const exitCodes = Object.freeze({
  ok: 0,
  /** A miss, an item that was not stored, a server that does not answer a ping. */
  negative: 1,
  usage: 2,
  /** Of the servers, the network, a file, or the build. */
  failure: 3,
});

/** What the command line asks for cannot be done, whatever the servers do. */
export class UsageError extends Error {}

/** A failure that is no server's. */
export class CommandError extends Error {}

const codesOfUsage: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'TOO_LARGE',
  'SERIALIZE',
  'UNSUPPORTED',
];

export function exitCodeOf(error: Error): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const isUsage = error instanceof MemcachedError && codesOfUsage.includes(error.code);
  return isUsage ? exitCodes.usage : exitCodes.failure;
}

/** The code of several keys or servers is that of the worst. */
export function worstOf(codes: Iterable<number>): number {
  return Math.max(exitCodes.ok, ...codes);
}
