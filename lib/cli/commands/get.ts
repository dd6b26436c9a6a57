import { MemcachedError } from '../../errors';
import type { Client, RawItem } from '../../index';
import { withClient } from '../connection';
import type { Context } from '../context';
import { errorDocuments, exitCodeOfKeys, forEachKey, type KeyResults } from '../eachKey';
import { isTooDeep } from '../json';
import type { Output } from '../output';
import { valueText } from '../values';

export async function get(
  { output, connection }: Context,
  keys: readonly string[],
  { raw = false }: { raw?: boolean },
): Promise<number> {
  const results = await withClient(connection, (client) =>
    forEachKey<unknown>(keys, (key) => (raw ? client.getRaw(key) : printable(client, key))),
  );
  if (output.json) output.document(document(results));
  else print(output, results, keys.length > 1, raw);
  return exitCodeOfKeys(results);
}

/** The value of a key. */
async function printable(client: Client, key: string): Promise<unknown> {
  const value = await client.get(key);
  if (!isTooDeep(value)) return value;
  throw new MemcachedError(
    'DECODE',
    `get of ${key}: the value is nested too deeply to be printed`,
    { key },
  );
}

function document({ found, missing, errors }: KeyResults<unknown>) {
  return { values: Object.fromEntries(found), missing, errors: errorDocuments(errors) };
}

/** One value is printed alone; several each behind its key. */
function print(
  output: Output,
  { found, missing, errors }: KeyResults<unknown>,
  several: boolean,
  raw: boolean,
): void {
  for (const [key, value] of found) {
    const text = raw ? (value as RawItem).data : valueText(value);
    if (several) output.write(`${output.foreign(key)}\t`);
    output.value(text);
    if (several && !output.isTerminal) output.write('\n');
  }
  for (const key of missing) output.note(`no such item: ${key}`);
  for (const error of errors.values()) output.note(`${error.code}: ${error.message}`);
}
