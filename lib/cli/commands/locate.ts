import { MemcachedError } from '../../errors';
import type { Client } from '../../index';
import { presets } from '../../presets';
import { type ConnectionOptions, namesRing, withClient } from '../connection';
import type { Context } from '../context';
import { exitCodeOf, worstOf } from '../exitCodes';
import { errorDocument } from '../json';
import type { Output } from '../output';
import { formatTable } from '../table';

/** Where one ring has a key, or why it has none. */
interface Place {
  readonly key: string;
  /** Undefined where the ring was named by its rules. */
  readonly preset: string | undefined;
  readonly answer: { readonly server: string; readonly index: number } | MemcachedError;
}

export async function locate(
  { output, connection }: Context,
  keys: readonly string[],
): Promise<number> {
  const rings = namesRing(connection)
    ? [connection]
    : Object.keys(presets).map((preset) => ({ ...connection, preset }));
  const named = [...new Set(keys)];
  const places = (await Promise.all(rings.map((ring) => placesOn(ring, named)))).flat();
  const byKey = named.map((key) => places.filter((place) => place.key === key));
  const failures = byKey.map(failureOf).filter((failure) => failure !== undefined);
  if (failures.length === byKey.length) throw failures[0];
  const ordered = byKey.flat();
  output.result({ locations: ordered.map(document) }, () => table(ordered, output));
  return worstOf(failures.map(exitCodeOf));
}

/** Of a key without a place: one preset of many may well refuse servers that the others take. */
function failureOf(places: readonly Place[]): MemcachedError | undefined {
  const failures = places.map(({ answer }) => answer).filter((answer) => answer instanceof Error);
  return failures.length === places.length ? failures[0] : undefined;
}

async function placesOn(connection: ConnectionOptions, keys: readonly string[]): Promise<Place[]> {
  const { preset } = connection;
  try {
    return await withClient(connection, (client) =>
      keys.map((key) => ({ key, preset, answer: answerFor(client, key) })),
    );
  } catch (error) {
    const answer = refusal(error);
    return keys.map((key) => ({ key, preset, answer }));
  }
}

function answerFor(client: Client, key: string): Place['answer'] {
  try {
    return client.locate(key);
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): MemcachedError {
  if (!(error instanceof MemcachedError)) throw error;
  return error;
}

function document({ key, preset, answer }: Place) {
  return answer instanceof MemcachedError
    ? { key, preset, error: errorDocument(answer) }
    : { key, preset, server: answer.server, index: answer.index };
}

function table(places: readonly Place[], output: Output): string[] {
  const hasPresets = places.some(({ preset }) => preset !== undefined);
  const rows = places.map(({ key, preset, answer }) => {
    const server =
      answer instanceof MemcachedError
        ? output.paint('red', output.foreign(answer.message))
        : answer.server;
    return [...(hasPresets ? [preset ?? ''] : []), server, output.foreign(key)];
  });
  const columns = [...(hasPresets ? ['PRESET'] : []), 'SERVER', 'KEY'];
  return formatTable(
    columns.map((heading) => ({ heading })),
    rows,
  );
}
