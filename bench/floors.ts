// What this client has to reach to be worth its weight, checked against the rivals of the same run.

import { OURS } from './clients';
import { type Figure, type Results, type Rival, ratio } from './results';
import { type OperationName, type Scenario, SMALL } from './scenario';

interface Floor {
  operations: readonly OperationName[];
  callers: number;
  valueSize: number;
  addedDelay: number;
  figure: Figure;
  rival: Rival;
  /** `rate`: our figure is at least this many times the rival's; everything else: at most. */
  factor: number;
}

const FLOORS: readonly Floor[] = [
  {
    operations: ['get'],
    callers: 128,
    valueSize: SMALL,
    addedDelay: 0,
    figure: 'rate',
    rival: 'best peer',
    factor: 2,
  },
  {
    operations: ['get'],
    callers: 128,
    valueSize: SMALL,
    addedDelay: 0,
    figure: 'loopTime',
    rival: 'best peer',
    factor: 1 / 4,
  },
  {
    operations: ['getMulti'],
    callers: 16,
    valueSize: SMALL,
    addedDelay: 0,
    figure: 'rate',
    rival: 'best peer',
    factor: 2,
  },
];

const NAMES: Record<Figure, string> = {
  rate: 'calls/s',
  loopTime: 'loop',
  cpuTime: 'CPU',
  p50: 'p50',
  p99: 'p99',
  rss: 'rss',
};

/**
 * Says of every floor of a scenario whether it was met, `calls/s met (>= 2x best peer)`; nothing where
 * there is no floor or no rival.
 */
export function judge(results: Results): string {
  return FLOORS.filter((floor) => concerns(floor, results.contest.scenario))
    .flatMap((floor) => {
      const reached = ratio(results, OURS, floor.figure, floor.rival);
      return reached === undefined ? [] : [createVerdict(floor, reached)];
    })
    .join(', ');
}

function concerns(floor: Floor, scenario: Scenario): boolean {
  return (
    floor.operations.includes(scenario.operation) &&
    floor.callers === scenario.callers &&
    floor.valueSize === scenario.valueSize &&
    floor.addedDelay === scenario.addedDelay
  );
}

function createVerdict({ figure, rival, factor }: Floor, reached: number): string {
  const atLeast = figure === 'rate';
  const isMet = atLeast ? reached >= factor : reached <= factor;
  return `${NAMES[figure]} ${isMet ? 'met' : 'SHORT'} (${atLeast ? '>=' : '<='} ${factor}x ${rival})`;
}
