import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes } from '../exitCodes';
import { readStdin, readValue } from '../values';

export interface SetOptions {
  /** Seconds. */
  readonly ttl?: number;
  readonly jsonValue?: boolean;
}

export async function set(
  { output, connection }: Context,
  key: string,
  value: string,
  { ttl, jsonValue = false }: SetOptions,
): Promise<number> {
  const given = readValue(value === '-' ? await readStdin() : value, jsonValue);
  const stored = await withClient(connection, (client) => client.set(key, given, ttl));
  output.result({ stored }, () => [stored ? 'stored' : 'not stored']);
  return stored ? exitCodes.ok : exitCodes.negative;
}
