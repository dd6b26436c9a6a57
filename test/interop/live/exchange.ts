// Every value, written by each client and read by the other.
import type { Client } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';
import type { LiveClient, Pair } from './clients';
import { type Description, describe, type Found, natural } from './description';
import type { Driver } from './driver';
import { clientOf, entriesOf } from './fleet';
import { outcome } from './outcome';
import { values } from './values';

/** The client that writes. */
export type Writer = 'theirs' | 'ours';

export interface Cell {
  readonly client: LiveClient;
  readonly pair: Pair;
  readonly value: string;
  readonly writer: Writer;
  readonly outcome: string;
  /** What the reader got or the writer said, for one who looks into it. */
  readonly detail: string;
}

const mostDetail = 300;
const samples = Object.entries(values);

export async function exchangeValues(
  client: LiveClient,
  driver: Driver,
  fleet: readonly MemcachedServer[],
): Promise<Cell[]> {
  const servers = entriesOf(fleet);
  const cells: Cell[] = [];
  for (const [index, pair] of client.values.entries()) {
    await driver.open(servers, pair.theirs);
    const ours = clientOf(servers, pair.ours);
    try {
      for (const [writer, exchange] of [
        ['theirs', theyWrite],
        ['ours', weWrite],
      ] as const) {
        const keys = samples.map((_, at) => `value:${at}:${client.name}:${index}:${writer}`);
        const exchanged = await exchange(driver, ours, keys);
        cells.push(...exchanged.map((one, at) => ({ client, pair, writer, ...resultOf(at, one) })));
      }
    } finally {
      await ours.close();
    }
  }
  return cells;
}

/** What the reader found, or why the writer wrote nothing. */
type Exchanged = Found | { readonly type: 'not stored'; readonly content: string };

async function theyWrite(
  driver: Driver,
  ours: Client,
  keys: readonly string[],
): Promise<Exchanged[]> {
  const refusals = await driver.set(samples.map(([, value], at) => [keys[at] as string, value]));
  return Promise.all(
    keys.map(async (key, at): Promise<Exchanged> => {
      const refusal = refusals[at];
      return refusal ? { type: 'not stored', content: refusal } : foundByUs(ours, key);
    }),
  );
}

async function foundByUs(ours: Client, key: string): Promise<Found> {
  try {
    const value = await ours.get(key);
    return value === undefined ? { type: 'missing' } : describeOurs(value);
  } catch (error) {
    return { type: 'error', content: String(error) };
  }
}

/** What this client does not decode, it hands out as bytes and flags. */
function describeOurs(value: unknown): Found {
  const { data, flags } = (value ?? {}) as { data?: unknown; flags?: unknown };
  const isForeign = Buffer.isBuffer(data) && typeof flags === 'number';
  return isForeign ? { type: 'other', content: '`{ data, flags }`' } : describe(value);
}

async function weWrite(
  driver: Driver,
  ours: Client,
  keys: readonly string[],
): Promise<Exchanged[]> {
  const refusals = await Promise.all(
    samples.map(([, value], at) => refusalOfOurs(ours, keys[at] as string, value)),
  );
  const found = await driver.get(keys);
  return found.map((one, at) => {
    const refusal = refusals[at];
    return refusal ? { type: 'not stored', content: refusal } : one;
  });
}

async function refusalOfOurs(
  ours: Client,
  key: string,
  value: Description,
): Promise<string | null> {
  try {
    return (await ours.set(key, natural(value))) ? null : 'not stored';
  } catch (error) {
    return String(error);
  }
}

function resultOf(at: number, exchanged: Exchanged): Pick<Cell, 'value' | 'outcome' | 'detail'> {
  const [value, sent] = samples[at] as [string, Description];
  return {
    value,
    outcome: exchanged.type === 'not stored' ? exchanged.type : outcome(sent, exchanged),
    detail: JSON.stringify(exchanged).slice(0, mostDetail),
  };
}
