// One operation on each of several keys: what became of each.
import { MemcachedError } from '../errors';
import { exitCodeOf, exitCodes, worstOf } from './exitCodes';
import { errorDocument } from './json';

export interface KeyResults<Result> {
  readonly found: Map<string, Result>;
  readonly missing: string[];
  readonly errors: Map<string, MemcachedError>;
}

/** All are under way at once, and go out together. `undefined` and `false` are misses. */
export async function forEachKey<Result>(
  keys: readonly string[],
  operate: (key: string) => Promise<Result | undefined | false>,
): Promise<KeyResults<Result>> {
  const found = new Map<string, Result>();
  const missing: string[] = [];
  const errors = new Map<string, MemcachedError>();
  const one = async (key: string) => {
    try {
      return [key, await operate(key)] as const;
    } catch (error) {
      if (!(error instanceof MemcachedError)) throw error;
      return [key, error] as const;
    }
  };
  for (const [key, result] of await Promise.all([...new Set(keys)].map(one))) {
    if (result instanceof MemcachedError) errors.set(key, result);
    else if (result === undefined || result === false) missing.push(key);
    else found.set(key, result);
  }
  return { found, missing, errors };
}

export function exitCodeOfKeys({ missing, errors }: KeyResults<unknown>): number {
  const codes = [...errors.values()].map(exitCodeOf);
  return worstOf(missing.length > 0 ? [exitCodes.negative, ...codes] : codes);
}

export function errorDocuments(errors: ReadonlyMap<string, Error>): Record<string, unknown> {
  return Object.fromEntries([...errors].map(([name, error]) => [name, errorDocument(error)]));
}
