// Failures of the engine as errors.
import { getSystemErrorName } from 'node:util';
import type { Answer } from './answer';
import { type ErrorCode, MemcachedError } from './errors';
import { type Key, keyName } from './keys';
import { Status } from './protocol';
import { printable } from './text';

const failures: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  [Status.timeout]: ['TIMEOUT', 'no answer in time'],
  [Status.connection]: ['CONNECTION', 'no connection, or it was lost'],
  [Status.serverDown]: ['SERVER_DOWN', 'the server failed repeatedly; nothing was sent'],
  [Status.protocol]: ['PROTOCOL', 'the answer is not what memcached answers'],
  [Status.authentication]: ['AUTHENTICATION', 'the server refused username and password'],
  [Status.serverError]: ['SERVER_ERROR', 'the server reported an error'],
  [Status.outOfMemory]: ['OUT_OF_MEMORY', 'the server has no memory for the item'],
  [Status.notNumeric]: ['NOT_NUMERIC', 'the item is not a decimal number'],
  [Status.tooLarge]: ['TOO_LARGE', 'the item is larger than the server takes'],
  [Status.unsupported]: ['UNSUPPORTED', 'the server does not know the command'],
  [Status.closed]: ['CLOSED', 'the client was closed'],
};

/** Codes that tell of a server or of load: with `failures: 'miss'` these become misses. */
const forgiven: readonly ErrorCode[] = [
  'TIMEOUT',
  'CONNECTION',
  'SERVER_DOWN',
  'PROTOCOL',
  'AUTHENTICATION',
  'SERVER_ERROR',
  'OUT_OF_MEMORY',
  'OVERLOADED',
  'DECODE',
];

export function isForgiven(error: MemcachedError): boolean {
  return forgiven.includes(error.code);
}

/** Adds to an error which operation on which key met it, where it does not say so yet. */
export function blame<Thrown>(error: Thrown, operation: string, key?: unknown): Thrown {
  if (error instanceof MemcachedError) {
    error.operation ??= operation;
    const name = error.key ?? keyName(key);
    if (name !== undefined) error.key = name;
  }
  return error;
}

/** Says what failed, where, and why; never a value. */
export function failure(
  answer: Answer,
  operation: string,
  server: string | undefined,
  key: Key | undefined,
): MemcachedError {
  const [code, meaning] = failures[answer.status] ?? ['PROTOCOL', 'an unknown answer'];
  const reason = printable(answer.text) || systemError(answer.errno) || meaning;
  return new MemcachedError(code, describe(operation, server, reason), {
    operation,
    server,
    key: keyName(key),
    maybeApplied: answer.maybeApplied,
  });
}

/** Why a breaker opened: the number of its news is the status that operations now get. */
export function serverDown(news: Answer, server: string): MemcachedError {
  const [code, meaning] = failures[news.number] ?? ['SERVER_DOWN', 'the server failed repeatedly'];
  return new MemcachedError(code, `${server}: ${meaning}`, { server });
}

/** An error of this side, for an operation that may be under way. */
export function refusal(
  code: ErrorCode,
  reason: string,
  operation: string,
  details: {
    server?: string | undefined;
    key?: Key | undefined;
    maybeApplied?: boolean;
    cause?: unknown;
  } = {},
): MemcachedError {
  return new MemcachedError(code, describe(operation, details.server, reason), {
    ...details,
    operation,
    key: keyName(details.key),
  });
}

function describe(operation: string, server: string | undefined, reason: string): string {
  return server === undefined ? `${operation}: ${reason}` : `${operation} on ${server}: ${reason}`;
}

function systemError(errno: number): string {
  return errno === 0 ? '' : getSystemErrorName(-errno);
}
