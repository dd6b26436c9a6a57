// What this client has to reach to be worth its weight, checked against the rivals of the same run.

import { isDeepStrictEqual } from 'node:util';
import { OURS } from './clients';
import { type Figure, type Results, type Rival, ratio } from './results';
import { type Scenario, SMALL } from './scenario';

interface Floor {
  at: Scenario;
  figure: Figure;
  rival: Rival;
  /** `rate`: our figure is at least this many times the rival's; everything else: at most. */
  factor: number;
}

const GET: Scenario = { operation: 'get', callers: 128, valueSize: SMALL, addedDelay: 0 };
const GET_MULTI: Scenario = { ...GET, operation: 'getMulti', callers: 16 };

const FLOORS: readonly Floor[] = [
  { at: GET, figure: 'rate', rival: 'best peer', factor: 2 },
  { at: GET, figure: 'loopTime', rival: 'best peer', factor: 1 / 4 },
  { at: GET_MULTI, figure: 'rate', rival: 'best peer', factor: 2 },
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
 * Says of every floor of a scenario whether it was met, `calls/s met (>= 2x best peer)`; nothing
 * where there is no floor or no rival.
 */
export function judge(results: Results): string {
  return FLOORS.filter(({ at }) => isDeepStrictEqual(at, results.contest.scenario))
    .flatMap((floor) => {
      const reached = ratio(results, OURS, floor.figure, floor.rival);
      return reached === undefined ? [] : [createVerdict(floor, reached)];
    })
    .join(', ');
}

function createVerdict({ figure, rival, factor }: Floor, reached: number): string {
  const atLeast = figure === 'rate';
  const isMet = atLeast ? reached >= factor : reached <= factor;
  const floor = `${atLeast ? '>=' : '<='} ${factor}x ${rival}`;
  return `${NAMES[figure]} ${isMet ? 'met' : 'SHORT'} (${floor})`;
}
