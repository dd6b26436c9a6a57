// What is measured in one run.

import { isDeepStrictEqual } from 'node:util';
import { DATASET_BYTES } from './dataset';
import { FLOORS } from './floors';
import {
  isOneSized,
  keysInFlight,
  LARGE,
  MEDIUM,
  OPERATIONS,
  type OperationName,
  type Scenario,
  SMALL,
  usualCallers,
} from './scenario';

/** Operations that the report draws, and the numbers of callers along the axis. */
export const CHARTED: readonly OperationName[] = ['get', 'set'];
export const CHARTED_CALLERS = [1, 16, 128, 1000] as const;

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
    { ...usual, operation: 'get', callers: 1000, addedDelay: 0.5 },
  ];
}

/** Every load that has a floor, and what the charts need besides. */
export function reportPlan(): Scenario[] {
  const wanted = [
    ...FLOORS.flatMap(({ loads }) => loads),
    ...cross(CHARTED, CHARTED_CALLERS, [SMALL], [0]),
  ];
  return wanted.filter((load, index) => indexOf(wanted, load) === index);
}

function indexOf(scenarios: readonly Scenario[], wanted: Scenario): number {
  return scenarios.findIndex((scenario) => isDeepStrictEqual(scenario, wanted));
}

export function fullPlan(): Scenario[] {
  return cross(OPERATIONS, CHARTED_CALLERS, [SMALL, MEDIUM, LARGE], [0, 0.5]);
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
    .filter(({ operation, valueSize }) => !isOneSized(operation) || valueSize === valueSizes[0])
    .filter((scenario) => keysInFlight(scenario) * scenario.valueSize <= DATASET_BYTES);
}
