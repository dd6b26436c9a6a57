// Read-through and read-modify-write, out of single operations.
import { AbortGroups } from './abortGroups';
import { invalid, MemcachedError } from './errors';
import { isForgiven, refusal } from './failures';
import { type Key, keyBytes, noPrefix } from './keys';
import { type GivenOptions, itemOptions } from './operationOptions';
import type { Operation } from './operations';
import * as operations from './operations';
import type { FailurePolicy } from './pending';
import { ttlOption, type View } from './view';

/**
 * Loads under way in this JavaScript thread, by item: whoever misses an item while it is being loaded waits for that
 * load, through whichever client it asks.
 */
const loads = new Map<string, Promise<unknown>>();

/** Callers that wait for a load until their signal fires. */
const waiting = new AbortGroups();

/** The item that a pattern is about, and how its caller wants it treated. */
export interface Subject {
  readonly view: View;
  readonly key: Key;
  readonly given: GivenOptions;
}

/** Its key is a copy: the caller may change its Buffer before it is sent the last time. */
export function subjectOf(view: View, key: Key, given: GivenOptions): Subject {
  const ownKey = typeof key === 'string' ? key : keyBytes(key, noPrefix, 'key');
  return { view, key: ownKey, given };
}

/** Around what a function of the caller's has thrown: it passes as it is, and nobody adds to it. */
export class FromCaller {
  constructor(readonly thrown: unknown) {}
}

async function callersOwn<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new FromCaller(error);
  }
}

/** Tells one item from all others: the same key is another item on another server. */
function itemName({ view, key, given }: Subject): string {
  const { sent, hashed } = view.bytesOf(key, view.scopeOf(given));
  return `${view.dispatcher.ringName} ${hashed.toString('latin1')} ${sent.toString('latin1')}`;
}

/** The cached value, or what `load` gives, which is then stored. See `Cache.getOrSet`. */
export async function getOrSet<T>(subject: Subject, load: () => T | Promise<T>): Promise<T> {
  if (typeof load !== 'function') throw invalid('load', 'be a function', load, 'getOrSet');
  const { view, key, given } = subject;
  const cached = await view.request(operations.get, key, itemOptions(given));
  if (cached !== undefined) return cached as T;
  const name = itemName(subject);
  const underWay = loads.get(name) as Promise<T> | undefined;
  const loading = underWay ?? startLoad(subject, name, load);
  return given.signal === undefined ? loading : unlessAborted(loading, given.signal, key);
}

function startLoad<T>(subject: Subject, name: string, load: () => T | Promise<T>): Promise<T> {
  const loading = subject.view.dispatcher.partOfWhole(() => loadAndStore(subject, load));
  loads.set(name, loading);
  const forget = () => loads.delete(name);
  loading.then(forget, forget);
  return loading;
}

async function loadAndStore<T>(
  { view, key, given }: Subject,
  load: () => T | Promise<T>,
): Promise<T> {
  const value = await callersOwn(load);
  if (value === undefined) return value;
  try {
    // Not under the signal of the caller who began: others wait too.
    const subject = { view: view.ofWhole(), key, given: { ...given, signal: undefined } };
    await store(operations.set, subject, value);
  } catch (error) {
    // The caller asked for the value, and here it is. A bad argument, though, would fail every time.
    if (!(error instanceof MemcachedError) || isMisuse(error)) throw error;
    view.settings.policy.report(error);
  }
  return value;
}

function isMisuse(error: MemcachedError): boolean {
  return ['INVALID_ARGUMENT', 'SERIALIZE', 'TOO_LARGE'].includes(error.code);
}

function unlessAborted<T>(loading: Promise<T>, signal: AbortSignal, key: Key): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      const details = { key, maybeApplied: true, cause: signal.reason };
      reject(refusal('ABORTED', 'the signal was aborted', 'getOrSet', details));
    };
    if (signal.aborted) abort();
    const stopListening = waiting.add(signal, abort);
    loading.then(resolve, reject).finally(stopListening);
  });
}

/** So often a writer may lose against others: with the waits between, for some seconds. */
const mostAttempts = 256;
const longestWait = 32;

/** A cas with token 0 would store whatever another has stored meanwhile. */
const noTokens = 'update: the server keeps no cas tokens (memcached -C)';

/** With misses for failures, an outage would be taken for other writers, again and again. */
const strict: FailurePolicy = { asMisses: false, report: () => {} };

/** Reads, computes and stores if nobody else has stored meanwhile. See `Cache.update`. */
export async function update<T>(
  { view, key, given }: Subject,
  compute: (current: T | undefined) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  if (typeof compute !== 'function') throw invalid('fn', 'be a function', compute, 'update');
  const { policy } = view.settings;
  try {
    return await replace({ view: view.ofWhole(strict), key, given }, compute);
  } catch (error) {
    if (!policy.asMisses || !(error instanceof MemcachedError) || !isForgiven(error)) throw error;
    policy.report(error);
    return undefined;
  }
}

async function replace<T>(
  subject: Subject,
  compute: (current: T | undefined) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  const { view, key, given } = subject;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const item = await view.request(operations.getsToReplace, key, itemOptions(given));
    if (item?.cas === 0n) throw new MemcachedError('UNSUPPORTED', noTokens);
    const current = item?.value as T | undefined;
    const value = await callersOwn(() => compute(current));
    if (value === undefined) return current;
    const stored =
      item === undefined
        ? await store(operations.add, subject, value)
        : (await store(operations.cas, subject, value, item.cas)) === 'stored';
    if (stored) return value;
    await jitteredWait(attempt);
  }
  throw new MemcachedError('TIMEOUT', `update lost to other writers ${mostAttempts} times`, {
    operation: 'update',
  });
}

/** Up to 1, 2, 4 ... `longestWait` ms, at random, so that those who collided do not collide again. */
function jitteredWait(attempt: number): Promise<void> {
  const most = Math.min(2 ** attempt, longestWait);
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * most);
  });
}

function store<Result>(
  operation: Operation<Result>,
  { view, key, given }: Subject,
  value: unknown,
  cas?: bigint,
): Promise<Result> {
  const common = itemOptions(given);
  const options = common === undefined ? given.ttl : { ...common, ttl: given.ttl };
  return view.write(operation, key, options, ttlOption, ({ ttl }) => view.encoded(value, ttl, cas));
}
