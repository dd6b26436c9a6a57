// The operations of the bench: how a call is issued, how its answer is checked, what has to be on the server before.

import type { Adapter, Call, CasAnswer, Lookup, Value } from './adapters/adapter';
import { createDataset, type Dataset, isSame, MULTI, valueOf } from './dataset';
import { fill } from './fill';
import { keysInFlight, type OperationName, type Scenario } from './scenario';

export interface Operation {
  /** True where the client has no such call and does it by as many single ones at once. */
  emulated: boolean;
  /** Calls that one round may make, because each uses up a key; the round ends early after them. */
  callsPerRound: number;
  /** Puts on the server what the first round needs. */
  prepare(): Promise<void>;
  /** Puts on the server what every round needs anew. */
  refill(): Promise<void>;
  /** Issues the call number `position` (0, 1, 2... over all rounds). */
  start(position: number, caller: number): Promise<unknown>;
  /** @throws WrongAnswer */
  check(result: unknown, position: number, caller: number): void;
  /** Reads back what the calls before `position` wrote last. @throws WrongAnswer */
  verify(position: number): Promise<void>;
}

export class WrongAnswer extends Error {}

export interface Context {
  adapter: Adapter;
  scenario: Scenario;
  dataset: Dataset;
  /** `host:port`, without the proxy. */
  server: string;
  prefix: string;
}

const FILL_CALLERS = 64;
const DELETED_PER_ROUND = 300_000;
const READ_BACK = 100;
const TTL = 3600;

/** Undefined where the client lacks the operation. */
export function createOperation(context: Context): Operation | undefined {
  return FACTORIES[context.scenario.operation](context);
}

export function createContext(adapter: Adapter, kind: 'string' | 'buffer', scenario: Scenario, server: string, prefix: string): Context {
  const dataset = createDataset(prefix, scenario.valueSize, keysInFlight(scenario), kind);
  return { adapter, scenario, dataset, server, prefix };
}

const FACTORIES: Record<OperationName, (context: Context) => Operation | undefined> = {
  get: createGet,
  getMiss: createGetMiss,
  set: createSet,
  incr: createIncr,
  add: createAdd,
  cas: createCas,
  touch: createTouch,
  delete: createDelete,
  mix: createMix,
  getMulti: createGetMulti,
  setMulti: createSetMulti,
};

async function nothing(): Promise<void> {}

const BARE = { emulated: false, callsPerRound: Number.POSITIVE_INFINITY, prepare: nothing, refill: nothing, verify: nothing };

function createGet(context: Context): Operation {
  const { adapter } = context;
  return {
    ...BARE,
    prepare: () => storeAll(context),
    start: (position) => adapter.get.start(keyAt(context, position)),
    check: (result, position) => expectValue(context, position, adapter.get.read(result)),
  };
}

function createGetMiss({ adapter, prefix }: Context): Operation {
  const keys = Array.from({ length: 1000 }, (_, index) => `${prefix}:absent:${index}`);
  return {
    ...BARE,
    start: (position) => adapter.get.start(at(keys, position)),
    check: (result, position) => {
      const value = adapter.get.read(result);
      if (value !== undefined) throw wrong(at(keys, position), shorten(value), 'a miss');
    },
  };
}

function createSet(context: Context): Operation {
  const { adapter } = context;
  return {
    ...BARE,
    start: (position) => adapter.set.start(keyAt(context, position), valueAt(context, position)),
    check: (result, position) => expectTrue(adapter.set, result, keyAt(context, position)),
    verify: (position) => readBack(context, position, keyAt),
  };
}

// A counter a caller: only then is the next count known.
function createIncr({ adapter, scenario, server, prefix }: Context): Operation {
  const counters = Array.from({ length: scenario.callers }, (_, caller) => `${prefix}:counter:${caller}`);
  const counts = new Float64Array(scenario.callers);
  return {
    ...BARE,
    prepare: () => fill(server, `${prefix}:counter:`, scenario.callers, '0'),
    start: (_position, caller) => adapter.incr.start(at(counters, caller)),
    check: (result, _position, caller) => {
      const count = adapter.incr.read(result);
      const expected = (counts[caller] as number) + 1;
      counts[caller] = expected;
      if (count !== expected) throw wrong(at(counters, caller), String(count), String(expected));
    },
  };
}

function createAdd(context: Context): Operation | undefined {
  const { add } = context.adapter;
  if (!add) return undefined;
  const keyOf = (_: Context, position: number) => `${context.prefix}:add:${position}`;
  return {
    ...BARE,
    start: (position) => add.start(keyOf(context, position), valueAt(context, position)),
    check: (result, position) => expectTrue(add, result, keyOf(context, position)),
    verify: (position) => readBack(context, position, keyOf),
  };
}

// One call is the pair a user needs: a gets for the token, then the cas.
function createCas(context: Context): Operation | undefined {
  const { gets, cas } = context.adapter;
  if (!gets || !cas) return undefined;
  async function swap(key: string, value: Value): Promise<unknown> {
    const answer: CasAnswer | undefined = gets?.read(await gets.start(key));
    if (!answer || !isSame(answer.value, value)) throw wrong(key, shorten(answer?.value), shorten(value));
    return cas?.start(key, value, answer.token);
  }
  return {
    ...BARE,
    prepare: () => storeAll(context),
    start: (position) => swap(keyAt(context, position), valueAt(context, position)),
    check: (result, position) => expectTrue(cas, result, keyAt(context, position)),
    verify: (position) => readBack(context, position, keyAt),
  };
}

function createTouch(context: Context): Operation | undefined {
  const { touch } = context.adapter;
  if (!touch) return undefined;
  return {
    ...BARE,
    prepare: () => fill(context.server, `${context.prefix}:`, context.dataset.keys.length, 'touched'),
    start: (position) => touch.start(keyAt(context, position), TTL),
    check: (result, position) => expectTrue(touch, result, keyAt(context, position)),
  };
}

function createDelete(context: Context): Operation | undefined {
  const { server, prefix, adapter } = context;
  const remove = adapter.delete;
  if (!remove) return undefined;
  const keyOf = (position: number) => `${prefix}:delete:${position % DELETED_PER_ROUND}`;
  return {
    ...BARE,
    callsPerRound: DELETED_PER_ROUND,
    refill: () => fill(server, `${prefix}:delete:`, DELETED_PER_ROUND, 'deleted'),
    start: (position) => remove.start(keyOf(position)),
    check: (result, position) => expectTrue(remove, result, keyOf(position)),
  };
}

// Nine gets, then a set of the same value: a get may never see anything else.
function createMix(context: Context): Operation {
  const get = createGet(context);
  const set = createSet(context);
  const pick = (position: number) => (position % 10 === 9 ? set : get);
  return {
    ...get,
    start: (position, caller) => pick(position).start(position, caller),
    check: (result, position, caller) => pick(position).check(result, position, caller),
  };
}

function createGetMulti(context: Context): Operation {
  const { adapter, dataset } = context;
  const emulated = adapter.getMulti === undefined;
  const getMulti = adapter.getMulti ?? emulateGetMulti(adapter);
  const groups = group(dataset.keys);
  return {
    ...BARE,
    emulated,
    prepare: () => storeAll(context),
    start: (position) => getMulti.start(at(groups, position)),
    check: (result, position) => {
      const lookup = getMulti.read(result);
      const first = (position % groups.length) * MULTI;
      at(groups, position).forEach((key, index) => expectValue(context, first + index, lookup(key)));
    },
  };
}

function createSetMulti(context: Context): Operation {
  const { adapter, dataset } = context;
  const emulated = adapter.setMulti === undefined;
  const setMulti = adapter.setMulti ?? emulateSetMulti(adapter);
  const entries = dataset.keys.map((key, index): [string, Value] => [key, valueOf(dataset, index)]);
  const groups = group(entries);
  return {
    ...BARE,
    emulated,
    start: (position) => setMulti.start(at(groups, position)),
    check: (result, position) => expectTrue(setMulti, result, `group ${position % groups.length}`),
    verify: (position) => readBack(context, Math.min(position, groups.length) * MULTI, keyAt),
  };
}

function emulateGetMulti({ get }: Adapter): Call<[keys: string[]], Lookup> {
  return {
    start: async (keys) => {
      const results = await Promise.all(keys.map((key) => get.start(key)));
      return new Map(results.map((result, index) => [keys[index] as string, get.read(result)]));
    },
    read: (result) => (key) => (result as Map<string, Value | undefined>).get(key),
  };
}

function emulateSetMulti({ set }: Adapter): Call<[entries: [string, Value][]], boolean> {
  return {
    start: (entries) => Promise.all(entries.map(([key, value]) => set.start(key, value))),
    read: (results) => (results as unknown[]).every((result) => set.read(result)),
  };
}

async function storeAll({ adapter, dataset }: Context): Promise<void> {
  let next = 0;
  async function storeMore(): Promise<void> {
    while (next < dataset.keys.length) {
      const index = next++;
      const key = at(dataset.keys, index);
      expectTrue(adapter.set, await adapter.set.start(key, valueOf(dataset, index)), key);
    }
  }
  await Promise.all(Array.from({ length: FILL_CALLERS }, storeMore));
}

async function readBack(context: Context, end: number, keyOf: (context: Context, position: number) => string): Promise<void> {
  const { get } = context.adapter;
  for (let position = Math.max(0, end - READ_BACK); position < end; position += 1) {
    const key = keyOf(context, position);
    const value = get.read(await get.start(key));
    const expected = valueAt(context, position);
    if (!isSame(value, expected)) throw wrong(key, shorten(value), shorten(expected));
  }
}

function group<Item>(items: Item[]): Item[][] {
  return Array.from({ length: Math.floor(items.length / MULTI) }, (_, index) =>
    items.slice(index * MULTI, (index + 1) * MULTI),
  );
}

function at<Item>(items: Item[], position: number): Item {
  return items[position % items.length] as Item;
}

function keyAt({ dataset }: Context, position: number): string {
  return at(dataset.keys, position);
}

function valueAt({ dataset }: Context, position: number): Value {
  return valueOf(dataset, position % dataset.keys.length);
}

function expectValue(context: Context, position: number, value: Value | undefined): void {
  const expected = valueAt(context, position);
  if (!isSame(value, expected)) throw wrong(keyAt(context, position), shorten(value), shorten(expected));
}

function expectTrue(call: { read(result: unknown): boolean }, result: unknown, key: string): void {
  if (!call.read(result)) throw wrong(key, 'a refusal', 'success');
}

function wrong(key: string, got: string, expected: string): WrongAnswer {
  return new WrongAnswer(`${key}: got ${got} instead of ${expected}`);
}

function shorten(value: Value | undefined): string {
  if (value === undefined) return 'a miss';
  return `${value.length} bytes "${value.toString().slice(0, 20)}..."`;
}
