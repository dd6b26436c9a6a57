import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes } from '../exitCodes';

/** Counters are 64 bits long: bigints all the way. */
export async function incr(
  { output, connection }: Context,
  key: string,
  delta: bigint | undefined,
  { initial }: { initial?: bigint },
): Promise<number> {
  const value = await withClient(connection, (client) =>
    client.incr(key, delta ?? 1n, initial === undefined ? {} : { initial }),
  );
  const exact = value !== undefined && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (output.json) output.document({ value: exact });
  else if (value === undefined) output.note(`no such item: ${key}`);
  else output.lines([String(value)]);
  return value === undefined ? exitCodes.negative : exitCodes.ok;
}
