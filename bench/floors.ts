// What this client has to reach to be worth its weight, checked against the rivals of the same run.

import { isDeepStrictEqual } from 'node:util';
import { type ClientName, OTHER_ENGINE, OURS } from './clients';
import { type Figure, type Results, type Rival, ratio } from './results';
import { LARGE, type OperationName, type Scenario, SMALL } from './scenario';

export interface Floor {
  what: string;
  client: ClientName;
  loads: readonly Scenario[];
  figure: Figure;
  rival: Rival;
  /** `rate`: the client's figure is at least this many times the rival's; everything else: at most. */
  factor: number;
}

export interface Judgement {
  floor: Floor;
  /** The client's figure over the rival's. */
  reached: number;
  isMet: boolean;
}

/** Of the rate and of the 99th percentile that the other servers' operations had before. */
export const STOPPED_SERVER_FLOOR = { rate: 0.9, p99: 2 };

/** `memory`: bytes more than before the burst, once it is over. */
export const BURST_FLOOR = { failures: 0, memory: 20e6 };

/** Of the p99 that the healthy servers' operations had before; bytes beside those that may be pending. */
export const HELD_LOAD_FLOOR = { p99: 2, memory: 64e6 };

const SINGLES = ['get', 'set', 'delete', 'add', 'cas', 'touch', 'incr', 'mix'] as const;
const MULTIS = ['getMulti', 'setMulti'] as const;

const SLOW_NETWORK = 0.5;

function loads(
  operations: readonly OperationName[],
  callers: number,
  { valueSize = SMALL, addedDelay = 0 } = {},
): Scenario[] {
  return operations.map((operation) => ({ operation, callers, valueSize, addedDelay }));
}

const USUAL = loads(SINGLES, 128);
const LARGE_VALUES = loads(['get', 'set'], 64, { valueSize: LARGE });

export const FLOORS: readonly Floor[] = [
  ours('one operation a call, 128 callers', USUAL, 'rate', 3),
  ours('one operation a call, 1000 callers', loads(SINGLES, 1000), 'rate', 5),
  ours(
    'one operation a call, 128 callers, +0.5 ms',
    loads(SINGLES, 128, { addedDelay: SLOW_NETWORK }),
    'rate',
    1.3,
  ),
  ours(
    'one operation a call, 1000 callers, +0.5 ms',
    loads(SINGLES, 1000, { addedDelay: SLOW_NETWORK }),
    'rate',
    3,
  ),
  ours('latency, one caller', loads(SINGLES, 1), 'p50', 1),
  ours('100 keys a call, 16 callers', loads(MULTIS, 16), 'rate', 3),
  ours('event-loop time of an operation, 128 callers', USUAL, 'loopTime', 1 / 6),
  ours('values of 64 KB, 64 callers', LARGE_VALUES, 'rate', 1.5),
  ours('values of 64 KB, 64 callers: resident memory', LARGE_VALUES, 'rss', 1),
  // It has not every operation: where it has none, there is nothing to reach.
  ...overBaseline([...USUAL, ...loads(['getMulti'], 128)]),
  otherEngine('libmemcached engine, get', loads(['get'], 128), 'rate', 2),
  otherEngine('libmemcached engine, get: event-loop time', loads(['get'], 128), 'loopTime', 1 / 4),
  otherEngine('libmemcached engine, getMulti(100)', loads(['getMulti'], 16), 'rate', 2),
];

function ours(what: string, loads: readonly Scenario[], figure: Figure, factor: number): Floor {
  return { what, client: OURS, loads, figure, rival: 'best peer', factor };
}

function overBaseline(loads: readonly Scenario[]): Floor[] {
  const floor = { client: OURS, loads, rival: 'baseline' } as const;
  return [
    { ...floor, what: 'against the baseline, 128 callers', figure: 'rate', factor: 1.5 },
    {
      ...floor,
      what: 'against the baseline, 128 callers: event-loop time',
      figure: 'loopTime',
      factor: 1 / 3,
    },
  ];
}

function otherEngine(
  what: string,
  loads: readonly Scenario[],
  figure: Figure,
  factor: number,
): Floor {
  return { what, client: OTHER_ENGINE, loads, figure, rival: 'best peer', factor };
}

/** Of every floor that a scenario has; nothing where there is no rival. */
export function judge(results: Results, floors: readonly Floor[] = FLOORS): Judgement[] {
  const { scenario } = results.contest;
  return floors
    .filter(({ loads }) => loads.some((load) => isDeepStrictEqual(load, scenario)))
    .flatMap((floor): Judgement[] => {
      const reached = ratio(results, floor.client, floor.figure, floor.rival);
      return reached === undefined ? [] : [{ floor, reached, isMet: isMet(floor, reached) }];
    });
}

function isMet({ figure, factor }: Floor, reached: number): boolean {
  return figure === 'rate' ? reached >= factor : reached <= factor;
}

/** `>= 3x best peer` */
export function describeFloor({ figure, rival, factor }: Floor): string {
  return `${figure === 'rate' ? '>=' : '<='} ${renderFactor(factor)}x ${rival}`;
}

/** Thirds and sixths as such. */
function renderFactor(factor: number): string {
  return factor < 1 ? `1/${Math.round(1 / factor)}` : String(factor);
}
