// The operations of a chaos run: how each is called, and what it does.
import type { MemcachedError } from 'libmemcached';
import type { Answer, Effect } from './effects';
import * as effects from './effects';
import type { Step } from './keyModel';
import type { OwnedKey } from './ownedKey';
import type { Random } from './random';

/** What a chaos run uses of a client. */
export interface ChaosClient {
  get(key: string): Promise<unknown>;
  gets(key: string): Promise<{ value: unknown; cas: bigint } | undefined>;
  set(key: string, value: string): Promise<boolean>;
  add(key: string, value: string): Promise<boolean>;
  replace(key: string, value: string): Promise<boolean>;
  append(key: string, data: string): Promise<boolean>;
  prepend(key: string, data: string): Promise<boolean>;
  cas(key: string, value: string, cas: bigint): Promise<string>;
  incr(key: string, delta: number, options?: { initial: number }): Promise<number | undefined>;
  decr(key: string, delta: number): Promise<number | undefined>;
  touch(key: string, ttl: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  getMulti(keys: string[]): Promise<Reads>;
  setMulti(entries: [key: string, value: string][]): Promise<Writes>;
}

interface Reads extends ReadonlyMap<string, unknown> {
  readonly missing: readonly string[];
  readonly errors: ReadonlyMap<string, MemcachedError>;
}

interface Writes {
  readonly applied: readonly string[];
  readonly refused: readonly string[];
  readonly errors: ReadonlyMap<string, MemcachedError>;
}

export interface Command extends Step {
  readonly run: (client: ChaosClient) => Promise<Answer>;
}

/** Longer than any run: expiry is the business of other tests. */
const longTtl = 1_000_000;

/** Any command that suits the key, alone on it or one of several that are not waited for. */
export function anyCommand(key: OwnedKey, random: Random, alone: boolean): Command {
  const choose = { item: itemCommand, counter: counterCommand, text: textCommand }[key.kind];
  const command = choose(key, random, alone);
  // The model must stay small: while several late writes are on their way the key is only read.
  return key.model.lateEffects < 3 ? command : get(key);
}

function itemCommand(key: OwnedKey, random: Random): Command {
  const choices: [number, () => Command][] = [
    [30, () => get(key)],
    [12, () => gets(key)],
    [12, () => cas(key, random)],
    [20, () => set(key, key.nextVersion(random))],
    [8, () => add(key, random)],
    [8, () => replace(key, random)],
    [8, () => remove(key)],
    [6, () => touch(key)],
  ];
  return random.weighted(choices)();
}

function counterCommand(key: OwnedKey, random: Random, alone: boolean): Command {
  const delta = random.between(1, 9);
  const choices: [number, () => Command][] = [
    [20, () => get(key)],
    [25, () => incr(key, delta)],
    [20, () => incrWithInitial(key, delta, random.below(1000), alone)],
    [15, () => decr(key, delta)],
    [8, () => set(key, String(random.below(1000)))],
    [6, () => remove(key)],
    [6, () => touch(key)],
  ];
  return random.weighted(choices)();
}

function textCommand(key: OwnedKey, random: Random): Command {
  const choices: [number, () => Command][] = [
    [25, () => get(key)],
    [25, () => set(key, key.nextVersion(random))],
    [20, () => append(key)],
    [20, () => prepend(key)],
    [10, () => remove(key)],
  ];
  return random.weighted(choices)();
}

export function get(key: OwnedKey): Command {
  return read('get', async (client) => key.asText(await client.get(key.name)));
}

function gets(key: OwnedKey): Command {
  return read('gets', async (client) => {
    const item = await client.gets(key.name);
    const value = key.asText(item?.value);
    if (item !== undefined && typeof value === 'string') key.token = { value, cas: item.cas };
    return value;
  });
}

/** With a token that may be an old one. Without one the key is read first. */
function cas(key: OwnedKey, random: Random): Command {
  const { token } = key;
  const value = key.nextVersion(random);
  if (token === undefined) return gets(key);
  return write('cas', effects.cas(token.value, value), (client) =>
    client.cas(key.name, value, token.cas),
  );
}

export function set(key: OwnedKey, value: string): Command {
  return write('set', effects.set(value), (client) => client.set(key.name, value));
}

function add(key: OwnedKey, random: Random): Command {
  const value = key.nextVersion(random);
  return write('add', effects.add(value), (client) => client.add(key.name, value));
}

function replace(key: OwnedKey, random: Random): Command {
  const value = key.nextVersion(random);
  return write('replace', effects.replace(value), (client) => client.replace(key.name, value));
}

function append(key: OwnedKey): Command {
  const tail = `>${key.nextNumber()}`;
  return write('append', effects.append(tail), (client) => client.append(key.name, tail));
}

function prepend(key: OwnedKey): Command {
  const head = `${key.nextNumber()}<`;
  return write('prepend', effects.prepend(head), (client) => client.prepend(key.name, head));
}

function remove(key: OwnedKey): Command {
  return write('delete', effects.remove, (client) => client.delete(key.name));
}

function touch(key: OwnedKey): Command {
  return {
    ...write('touch', effects.touch, (client) => client.touch(key.name, longTtl)),
    late: [],
  };
}

function incr(key: OwnedKey, delta: number): Command {
  return write('incr', effects.count(delta), (client) => client.incr(key.name, delta));
}

function decr(key: OwnedKey, delta: number): Command {
  return write('decr', effects.count(-delta), (client) => client.decr(key.name, delta));
}

/** Over the text protocol it may take an incr and an add, and either may come late. */
function incrWithInitial(key: OwnedKey, delta: number, initial: number, alone: boolean): Command {
  if (!alone && key.model.lateEffects > 0) return incr(key, delta); // the model must stay small
  return {
    name: `incr with initial ${initial}`,
    effect: effects.count(delta, initial),
    late: [effects.count(delta), effects.add(String(initial))],
    run: (client) => client.incr(key.name, delta, { initial }),
  };
}

/** One call for all of the keys, as a command for each. */
export function getMulti(keys: readonly OwnedKey[], client: ChaosClient): Command[] {
  const result = client.getMulti(keys.map(({ name }) => name));
  return keys.map((key) =>
    read('getMulti', async () => {
      const { missing, errors } = await result;
      const hits = await result;
      const isMissing = told('getMulti', key, errors, [
        hits.has(key.name),
        missing.includes(key.name),
      ]);
      return isMissing ? undefined : key.asText(hits.get(key.name));
    }),
  );
}

/** One call for all of the keys, as a command for each. */
export function setMulti(
  keys: readonly OwnedKey[],
  random: Random,
  client: ChaosClient,
): Command[] {
  const values = keys.map((key) => key.nextVersion(random));
  const entries = keys.map(({ name }, index): [string, string] => [name, values[index] as string]);
  const result = client.setMulti(entries);
  return keys.map((key, index) =>
    write('setMulti', effects.set(values[index] as string), async () => {
      const { applied, refused, errors } = await result;
      return !told('setMulti', key, errors, [
        applied.includes(key.name),
        refused.includes(key.name),
      ]);
    }),
  );
}

/** Which of the two is so; a key is to be in one place of a result and in no other. */
function told(
  name: string,
  key: OwnedKey,
  errors: ReadonlyMap<string, MemcachedError>,
  [first, second]: [boolean, boolean],
): boolean {
  const error = errors.get(key.name);
  const places = [first, second, error !== undefined].filter(Boolean).length;
  if (places !== 1) throw new Error(`${name} tells of ${key.name} in ${places} places`);
  if (error !== undefined) throw error;
  return second;
}

function read(name: string, run: Command['run']): Command {
  return { name, effect: effects.get, late: [], run };
}

function write(name: string, effect: Effect, run: Command['run']): Command {
  return { name, effect, late: [effect], run };
}
