import { withClient } from '../connection';
import type { Context } from '../context';
import { errorDocuments, exitCodeOfKeys, forEachKey } from '../eachKey';

export async function remove(
  { output, connection }: Context,
  keys: readonly string[],
): Promise<number> {
  const results = await withClient(connection, (client) =>
    forEachKey(keys, (key) => client.delete(key)),
  );
  const deleted = [...results.found.keys()];
  const { missing, errors } = results;
  output.result({ deleted, missing, errors: errorDocuments(errors) }, () => [
    ...deleted.map((key) => `deleted    ${output.foreign(key)}`),
    ...missing.map((key) => `not there  ${output.foreign(key)}`),
  ]);
  if (!output.json)
    for (const { code, message } of errors.values()) output.note(`${code}: ${message}`);
  return exitCodeOfKeys(results);
}
