// What is measured: one operation under one load.

import { DATASET_BYTES, MULTI } from './dataset';

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

export function isMulti(operation: OperationName): boolean {
  return operation === 'getMulti' || operation === 'setMulti';
}

/** Keys that all callers together have in flight. */
export function keysInFlight({ operation, callers }: Scenario): number {
  return isMulti(operation) ? callers * MULTI : callers;
}

export function describe({ operation, callers, valueSize, addedDelay }: Scenario): string {
  const name = isMulti(operation) ? `${operation}(${MULTI})` : operation;
  const size = ONLY_ONE_SIZE.has(operation) ? '' : `, ${describeBytes(valueSize)}`;
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

/** Every operation once at the load the floors are set for, and the other dimensions by example. */
export function defaultPlan(): Scenario[] {
  const usual = { valueSize: SMALL, addedDelay: 0 };
  return [
    ...OPERATIONS.map((operation) => ({ operation, callers: usualCallers(operation), ...usual })),
    { ...usual, operation: 'get', callers: 1 },
    { ...usual, operation: 'get', callers: 1000 },
    { ...usual, operation: 'set', callers: 1000 },
    { ...usual, operation: 'get', callers: 64, valueSize: LARGE },
    { ...usual, operation: 'set', callers: 64, valueSize: LARGE },
    { ...usual, operation: 'get', callers: 128, addedDelay: 0.5 },
  ];
}

export function fullPlan(): Scenario[] {
  return cross(OPERATIONS, [1, 16, 128, 1000], [SMALL, MEDIUM, LARGE], [0, 0.5]);
}

/** Every combination that says something new and whose data fits. */
export function cross(
  operations: readonly OperationName[],
  callers: readonly number[],
  valueSizes: readonly number[],
  addedDelays: readonly number[],
): Scenario[] {
  return addedDelays
    .flatMap((addedDelay) =>
      operations.flatMap((operation) =>
        valueSizes.flatMap((valueSize) =>
          callers.map((count): Scenario => ({ operation, callers: count, valueSize, addedDelay })),
        ),
      ),
    )
    .filter(
      ({ operation, valueSize }) => !ONLY_ONE_SIZE.has(operation) || valueSize === valueSizes[0],
    )
    .filter((scenario) => keysInFlight(scenario) * scenario.valueSize <= DATASET_BYTES);
}
