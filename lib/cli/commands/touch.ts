import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes } from '../exitCodes';

export async function touch(
  { output, connection }: Context,
  key: string,
  ttl: number,
): Promise<number> {
  const touched = await withClient(connection, (client) => client.touch(key, ttl));
  output.result({ touched }, () => [touched ? 'touched' : 'not there']);
  return touched ? exitCodes.ok : exitCodes.negative;
}
