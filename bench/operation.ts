// What an operation of the bench consists of, and what several of them share.

import type { Adapter } from './adapters/adapter';
import { Dataset } from './dataset';
import { keysInFlight, type Scenario } from './scenario';
import { expectSuccess } from './wrong-answer';

export interface Operation {
  /** True where the client has no such call and does it by as many single ones at once. */
  emulated: boolean;
  /** Calls that a round may make, because each uses up a key; the round ends early after them. */
  callsPerRound: number;
  /** Puts on the server what the first round needs. */
  prepare(): Promise<void>;
  /** Puts on the server what every round needs anew. */
  refill(): Promise<void>;
  /** Issues the call number `position` (0, 1, 2... over all rounds). */
  start(position: number, caller: number): Promise<unknown>;
  /** @throws WrongAnswer */
  check(result: unknown, position: number, caller: number): void;
  /** Reads back what the last calls before `position` wrote. @throws WrongAnswer */
  verify(position: number): Promise<void>;
}

export interface Context {
  adapter: Adapter;
  callers: number;
  dataset: Dataset;
  /** `host:port` of the server itself, without the proxy. */
  server: string;
  /** Put before every key: each client has keys of its own. */
  prefix: string;
}

export function createContext(
  adapter: Adapter,
  kind: 'string' | 'buffer',
  scenario: Scenario,
  server: string,
  prefix: string,
): Context {
  const dataset = new Dataset(prefix, scenario.valueSize, keysInFlight(scenario), kind);
  return { adapter, callers: scenario.callers, dataset, server, prefix };
}

async function nothing(): Promise<void> {}

/** An operation that needs nothing on the server and writes nothing. */
export const PLAIN = {
  emulated: false,
  callsPerRound: Number.POSITIVE_INFINITY,
  prepare: nothing,
  refill: nothing,
  verify: nothing,
};

const STORING_CALLERS = 64;

/** Stores the whole dataset through the client, whose encoding the values have to have. */
export async function storeAll({ adapter, dataset }: Context): Promise<void> {
  const { set } = adapter;
  let next = 0;
  async function storeMore(): Promise<void> {
    while (next < dataset.keys.length) {
      const position = next++;
      const key = dataset.key(position);
      expectSuccess(set, await set.start(key, dataset.value(position)), key);
    }
  }
  await Promise.all(Array.from({ length: STORING_CALLERS }, storeMore));
}

const READ_BACK = 100;

/** Compares the last values before `end`. @throws WrongAnswer */
export async function readBack(
  { adapter, dataset }: Context,
  end: number,
  keyOf = (position: number) => dataset.key(position),
): Promise<void> {
  const { get } = adapter;
  for (let position = Math.max(0, end - READ_BACK); position < end; position += 1) {
    const key = keyOf(position);
    dataset.expect(position, get.read(await get.start(key)), key);
  }
}
