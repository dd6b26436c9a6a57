// Every operation on a key: what it is called, its command, and what its answer becomes.
import type { Answer } from './answer';
import { miss } from './codec';
import { MemcachedError } from './errors';
import { Command, Status } from './protocol';

/** One kind of operation. To add an operation, add it here, in Command on both sides, and as a method. */
export interface Operation<Result> {
  readonly name: string;
  readonly command: Command;
  /** An answer that is no failure, as the caller gets it. May throw `DECODE` or `UNSAFE_INTEGER`. */
  readonly complete: (answer: Answer) => Result;
  /** What the caller gets for a failure with `failures: 'miss'`. */
  readonly missed: Result;
}

/** What `gets` gives. */
export interface Item<T = unknown> {
  /** Decoded, as `get` gives it. */
  value: T;
  /** Pass it to `cas` to store only if nobody else has meanwhile. 64 bits, from 1n. */
  cas: bigint;
}

/** What `getRaw` gives. */
export interface RawItem {
  /** The stored bytes. */
  data: Buffer;
  /** 32 bits, unsigned. */
  flags: number;
  /** For `cas`, as in `Item`. */
  cas: bigint;
}

/**
 * `'exists'`: somebody has stored since the token was read. `'notFound'`: the item is gone, or with `failures: 'miss'`
 * the server failed.
 */
export type CasResult = 'stored' | 'exists' | 'notFound';

const kind = <Result>(
  name: string,
  command: Command,
  missed: Result,
  complete: (answer: Answer) => Result,
): Operation<Result> => Object.freeze({ name, command, complete, missed });

export const get = kind('get', Command.get, undefined as unknown, decodedValue);
export const gets = kind('gets', Command.gets, undefined as Item | undefined, (answer) => {
  const value = decodedValue(answer);
  return value === undefined ? undefined : { value, cas: answer.wideNumber };
});
/** For `update`: an item that its deserializer calls a miss is still one to replace, and not to add. */
export const getsToReplace = kind('gets', Command.gets, undefined as Item | undefined, (answer) =>
  answer.isMiss ? undefined : { value: decodedValue(answer), cas: answer.wideNumber },
);
export const getRaw = kind('getRaw', Command.gets, undefined as RawItem | undefined, (answer) =>
  answer.isMiss ? undefined : { data: answer.data, flags: answer.flags, cas: answer.wideNumber },
);
export const getAndTouch = kind(
  'getAndTouch',
  Command.getAndTouch,
  undefined as unknown,
  decodedValue,
);
export const has = kind('has', Command.has, false, succeeded);
export const set = kind('set', Command.set, false, succeeded);
export const setRaw = kind('setRaw', Command.set, false, succeeded);
export const add = kind('add', Command.add, false, succeeded);
export const replace = kind('replace', Command.replace, false, succeeded);
export const append = kind('append', Command.append, false, succeeded);
export const prepend = kind('prepend', Command.prepend, false, succeeded);
export const cas = kind('cas', Command.cas, 'notFound' as CasResult, (answer) => {
  if (answer.status === Status.ok) return 'stored';
  return answer.isMiss ? 'notFound' : 'exists';
});
const completeNumber = (answer: Answer) => (answer.isMiss ? undefined : safeNumber(answer));
const completeBigint = (answer: Answer) => (answer.isMiss ? undefined : answer.wideNumber);
const noNumber = undefined as number | undefined;
const noBigint = undefined as bigint | undefined;
export const incr = kind('incr', Command.incr, noNumber, completeNumber);
export const decr = kind('decr', Command.decr, noNumber, completeNumber);
export const incrBigint = kind('incr', Command.incr, noBigint, completeBigint);
export const decrBigint = kind('decr', Command.decr, noBigint, completeBigint);
export const touch = kind('touch', Command.touch, false, succeeded);
export const remove = kind('delete', Command.delete, false, succeeded);

function succeeded(answer: Answer): boolean {
  return answer.status === Status.ok;
}

function decodedValue(answer: Answer): unknown {
  if (answer.isMiss) return undefined;
  const value = answer.decode();
  return value === miss ? undefined : value;
}

function safeNumber(answer: Answer): number {
  const { number } = answer;
  if (number <= Number.MAX_SAFE_INTEGER) return number;
  const value = answer.wideNumber;
  throw new MemcachedError(
    'UNSAFE_INTEGER',
    'counter must be at most 2^53-1 for a number, got more; pass the delta as a bigint',
    { value, maybeApplied: true },
  );
}
