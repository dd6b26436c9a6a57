// Operations on a hundred keys a call. A client without them does what its user would have to do.

import type { Adapter, Call, Lookup, Value } from './adapters/adapter';
import { type Dataset, MULTI } from './dataset';
import { type Context, type Operation, PLAIN, readBack, storeAll } from './operation';
import { expectSuccess } from './wrong-answer';

type GetMulti = Call<[keys: string[]], Lookup>;
type SetMulti = Call<[entries: [key: string, value: Value][]], boolean>;

export function createGetMulti(context: Context): Operation {
  const { dataset, adapter } = context;
  const getMulti = adapter.getMulti ?? emulateGetMulti(adapter);
  const groups = firstOfGroups(dataset).map((first) => dataset.keys.slice(first, first + MULTI));
  const groupOf = (position: number) => groups[position % groups.length] as string[];
  return {
    ...PLAIN,
    emulated: adapter.getMulti === undefined,
    prepare: () => storeAll(context),
    start: (position) => getMulti.start(groupOf(position)),
    check: (result, position) => {
      const lookup = getMulti.read(result);
      let member = (position % groups.length) * MULTI;
      for (const key of groupOf(position)) dataset.expect(member++, lookup(key));
    },
  };
}

export function createSetMulti(context: Context): Operation {
  const { dataset, adapter } = context;
  const setMulti = adapter.setMulti ?? emulateSetMulti(adapter);
  const entries = dataset.keys.map((key, index): [string, Value] => [key, dataset.value(index)]);
  const groups = firstOfGroups(dataset).map((first) => entries.slice(first, first + MULTI));
  return {
    ...PLAIN,
    emulated: adapter.setMulti === undefined,
    start: (position) => setMulti.start(groups[position % groups.length] as [string, Value][]),
    check: (result, position) =>
      expectSuccess(setMulti, result, `group ${position % groups.length}`),
    verify: (position) => readBack(context, Math.min(position, groups.length) * MULTI),
  };
}

function firstOfGroups({ keys }: Dataset): number[] {
  return Array.from({ length: Math.floor(keys.length / MULTI) }, (_, group) => group * MULTI);
}

function emulateGetMulti({ get }: Adapter): GetMulti {
  return {
    start: async (keys) => {
      const results = await Promise.all(keys.map((key) => get.start(key)));
      return new Map(results.map((result, index) => [keys[index] as string, get.read(result)]));
    },
    read: (hits) => (key) => (hits as Map<string, Value | undefined>).get(key),
  };
}

function emulateSetMulti({ set }: Adapter): SetMulti {
  return {
    start: (entries) => Promise.all(entries.map(([key, value]) => set.start(key, value))),
    read: (results) => (results as unknown[]).every((result) => set.read(result)),
  };
}
