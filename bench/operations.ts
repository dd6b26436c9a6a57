// The operations of the bench: how a call is issued and checked, and what it needs on the server.

import type { Value } from './adapters/adapter';
import { fill } from './fill';
import { createGetMulti, createSetMulti } from './multi-operations';
import { type Context, type Operation, PLAIN, readBack, storeAll } from './operation';
import type { OperationName } from './scenario';
import { describeValue, expectSuccess, WrongAnswer } from './wrong-answer';

/** Undefined where the client lacks it. */
type Factory = (context: Context) => Operation | undefined;

const FACTORIES: Record<OperationName, Factory> = {
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

const ABSENT_KEYS = 1000;
const DELETED_PER_ROUND = 300_000;
/** Seconds. */
const TTL = 3600;

/** Undefined where the client lacks the operation. */
export function createOperation(name: OperationName, context: Context): Operation | undefined {
  return FACTORIES[name](context);
}

function createGet(context: Context): Operation {
  const { dataset, adapter } = context;
  const { get } = adapter;
  return {
    ...PLAIN,
    prepare: () => storeAll(context),
    start: (position) => get.start(dataset.key(position)),
    check: (result, position) => dataset.expect(position, get.read(result)),
  };
}

function createGetMiss({ adapter, prefix }: Context): Operation {
  const { get } = adapter;
  const keys = Array.from({ length: ABSENT_KEYS }, (_, index) => `${prefix}:absent:${index}`);
  const keyOf = (position: number) => keys[position % ABSENT_KEYS] as string;
  return {
    ...PLAIN,
    start: (position) => get.start(keyOf(position)),
    check: (result, position) => {
      const value = get.read(result);
      if (value === undefined) return;
      throw new WrongAnswer(keyOf(position), describeValue(value), 'a miss');
    },
  };
}

function createSet(context: Context): Operation {
  const { dataset, adapter } = context;
  const { set } = adapter;
  return {
    ...PLAIN,
    start: (position) => set.start(dataset.key(position), dataset.value(position)),
    check: (result, position) => expectSuccess(set, result, dataset.key(position)),
    verify: (position) => readBack(context, position),
  };
}

// A counter a caller: only then is the next count known.
function createIncr({ adapter, callers, server, prefix }: Context): Operation {
  const { incr } = adapter;
  const counters = Array.from({ length: callers }, (_, caller) => `${prefix}:counter:${caller}`);
  const counts = new Float64Array(callers);
  return {
    ...PLAIN,
    prepare: () => fill(server, `${prefix}:counter:`, callers, '0'),
    start: (_position, caller) => incr.start(counters[caller] as string),
    check: (result, _position, caller) => {
      const count = incr.read(result);
      const expected = (counts[caller] as number) + 1;
      counts[caller] = expected;
      if (count === expected) return;
      throw new WrongAnswer(counters[caller] as string, String(count), String(expected));
    },
  };
}

function createAdd(context: Context): Operation | undefined {
  const { dataset, prefix, adapter } = context;
  const { add } = adapter;
  if (!add) return undefined;
  const keyOf = (position: number) => `${prefix}:add:${position}`;
  return {
    ...PLAIN,
    start: (position) => add.start(keyOf(position), dataset.value(position)),
    check: (result, position) => expectSuccess(add, result, keyOf(position)),
    verify: (position) => readBack(context, position, keyOf),
  };
}

// One call is the pair that a user needs: a gets for the token, then the cas.
function createCas(context: Context): Operation | undefined {
  const { dataset, adapter } = context;
  const { gets, cas } = adapter;
  if (!gets || !cas) return undefined;
  const swap = async (position: number, key: string, value: Value) => {
    const item = gets.read(await gets.start(key));
    dataset.expect(position, item?.value);
    return cas.start(key, value, item?.token as bigint);
  };
  return {
    ...PLAIN,
    prepare: () => storeAll(context),
    start: (position) => swap(position, dataset.key(position), dataset.value(position)),
    check: (result, position) => expectSuccess(cas, result, dataset.key(position)),
    verify: (position) => readBack(context, position),
  };
}

function createTouch({ adapter, server, dataset, prefix }: Context): Operation | undefined {
  const { touch } = adapter;
  if (!touch) return undefined;
  return {
    ...PLAIN,
    prepare: () => fill(server, `${prefix}:`, dataset.keys.length, 'touched'),
    start: (position) => touch.start(dataset.key(position), TTL),
    check: (result, position) => expectSuccess(touch, result, dataset.key(position)),
  };
}

function createDelete({ adapter, server, prefix }: Context): Operation | undefined {
  const { delete: remove } = adapter;
  if (!remove) return undefined;
  const keyOf = (position: number) => `${prefix}:delete:${position % DELETED_PER_ROUND}`;
  return {
    ...PLAIN,
    callsPerRound: DELETED_PER_ROUND,
    refill: () => fill(server, `${prefix}:delete:`, DELETED_PER_ROUND, 'deleted'),
    start: (position) => remove.start(keyOf(position)),
    check: (result, position) => expectSuccess(remove, result, keyOf(position)),
  };
}

// Nine gets, then a set of the same value: no get may ever see another.
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
