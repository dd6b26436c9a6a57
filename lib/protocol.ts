// The layout of what crosses between lib/ and native/, and its numbers. The C++ side of each table is
// named beside it; nothing else in lib/ knows a number of it.

/** `enum class Command` in src/engine/operation.h. */
export const Command = {
  get: 0,
  gets: 1,
  has: 2,
  set: 3,
  add: 4,
  replace: 5,
  append: 6,
  prepend: 7,
  cas: 8,
  incr: 9,
  decr: 10,
  touch: 11,
  getAndTouch: 12,
  delete: 13,
  flush: 14,
  version: 15,
  ping: 16,
  stats: 17,
} as const;

/**
 * What `metrics()` counts by.
 *
 * @useDeclaredType
 */
export type CommandName = keyof typeof Command;
export type Command = (typeof Command)[CommandName];

/** Reads have the short header, and change nothing on the server. */
export const lastRead: Command = Command.has;

/** Of those that ask servers; `stats` changes something when it sets the counters to 0. */
export function isServerChange(command: Command, argument: string): boolean {
  return command === Command.flush || (command === Command.stats && argument === 'reset');
}

/** `enum class Status` in src/engine/outcome.h. */
export const Status = {
  ok: 0,
  miss: 1,
  notStored: 2,
  exists: 3,
  timeout: 16,
  connection: 17,
  serverDown: 18,
  protocol: 19,
  authentication: 20,
  serverError: 21,
  outOfMemory: 22,
  notNumeric: 23,
  tooLarge: 24,
  unsupported: 25,
  closed: 26,
  serverWentDown: 64,
  serverCameUp: 65,
} as const;

/** Everything from here up to the news of servers is a failure. */
export const firstFailure = Status.timeout;
export const firstNews = Status.serverWentDown;

/** Words of 32 bits in the header of an operation (class Batch, src/engine/batch.h). */
export const readHeaderWords = 4;
export const fullHeaderWords = 11;

/** Words in the header of an outcome (class OutcomeBuffer, src/engine/outcome_buffer.h). */
export const outcomeHeaderWords = 7;
export const maybeAppliedBit = 0x100;

export const wordSize = 4;

/** `length` bytes, rounded up to whole words. */
export function paddedToWords(length: number): number {
  return (length + wordSize - 1) & ~(wordSize - 1);
}
