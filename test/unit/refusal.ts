import { expect } from 'vitest';
import { type ErrorCode, MemcachedError } from '../../dist/errors.js';

/** The error that `run` throws, which must be a MemcachedError. */
export function refusal(run: () => unknown): MemcachedError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MemcachedError);
    return error as MemcachedError;
  }
  throw new Error('nothing was thrown');
}

export function expectRefused(run: () => unknown, code: ErrorCode, message?: string | RegExp) {
  const error = refusal(run);
  expect(error.code).toBe(code);
  if (message !== undefined) expect(error.message).toMatch(message);
}

export function expectInvalid(run: () => unknown, message?: string | RegExp) {
  expectRefused(run, 'INVALID_ARGUMENT', message);
}
