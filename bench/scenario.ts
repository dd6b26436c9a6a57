// What is measured: one operation under one load.

import { MULTI } from './dataset';

export const OPERATIONS = [
  'get',
  'getMiss',
  'set',
  'incr',
  'add',
  'cas',
  'touch',
  'delete',
  'mix',
  'getMulti',
  'setMulti',
] as const;

export type OperationName = (typeof OPERATIONS)[number];

export interface Scenario {
  operation: OperationName;
  /** Closed loops: each awaits its operation, then issues the next. */
  callers: number;
  /** Bytes of a value. */
  valueSize: number;
  /** Milliseconds that a proxy adds to the round trip; 0 is plain loopback. */
  addedDelay: number;
}

const ONLY_ONE_SIZE: ReadonlySet<OperationName> = new Set(['getMiss', 'incr', 'touch', 'delete']);

/** True where no value is sent or read, whose size could matter. */
export function isOneSized(operation: OperationName): boolean {
  return ONLY_ONE_SIZE.has(operation);
}

export function isMulti(operation: OperationName): boolean {
  return operation === 'getMulti' || operation === 'setMulti';
}

/** Keys that all callers together have in flight. */
export function keysInFlight({ operation, callers }: Scenario): number {
  return isMulti(operation) ? callers * MULTI : callers;
}

export function describe({ operation, callers, valueSize, addedDelay }: Scenario): string {
  const name = isMulti(operation) ? `${operation}(${MULTI})` : operation;
  const size = isOneSized(operation) ? '' : `, ${describeBytes(valueSize)}`;
  const delay = addedDelay === 0 ? 'loopback' : `round trip +${addedDelay} ms`;
  return `${name}, ${callers} ${callers === 1 ? 'caller' : 'callers'}${size}, ${delay}`;
}

function describeBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KB`;
}

export const SMALL = 100;
export const MEDIUM = 4 * 1024;
export const LARGE = 64 * 1024;

/** The load that the floors are set for. */
export function usualCallers(operation: OperationName): number {
  return isMulti(operation) ? 16 : 128;
}

/** What measures this scenario alone. */
export function commandOf({ operation, callers, valueSize, addedDelay }: Scenario): string {
  const size = valueSize === SMALL ? '' : ` --size ${valueSize}`;
  const delay = addedDelay === 0 ? '' : ` --delay ${addedDelay}`;
  return `npm run bench -- --op ${operation} --callers ${callers}${size}${delay}`;
}
