// The table of floors: one row each, over all loads it holds for.

import { isDeepStrictEqual } from 'node:util';
import { BURST, type BurstRow, growthOf, meetsBurstFloor, megabytes } from '../burst';
import { OURS } from '../clients';
import {
  BURST_FLOOR,
  describeFloor,
  FLOORS,
  type Floor,
  HELD_LOAD_FLOOR,
  judge,
  STOPPED_SERVER_FLOOR,
} from '../floors';
import { growthUnderLoad, HELD_LOAD, type HeldLoadOutcome, meetsHeldLoadFloor } from '../held-load';
import { best, type Results } from '../results';
import { commandOf } from '../scenario';
import { compare, STOPPED_SERVER, type StoppedServerRow } from '../stopped-server';
import { trialCommand } from '../trials';
import { code, renderTable } from './markdown';
import type { Run } from './report';

const TITLES = ['what', 'floor', 'loads that meet it', 'the worst of them', 'measured by'];
const NONE = '-';

export function renderFloors({ results, trials }: Run): string {
  const rows = [
    ...FLOORS.map((floor) => renderFloor(floor, results)),
    ...(trials[STOPPED_SERVER] ?? []).filter(isOurs).map(renderStoppedServer),
    ...(trials[BURST] ?? []).filter(isOurs).map(renderBurst),
    ...[trials[HELD_LOAD]].filter((outcome) => outcome !== undefined).map(renderHeldLoad),
  ];
  return renderTable(TITLES, rows);
}

function renderFloor(floor: Floor, all: readonly Results[]): string[] {
  const contested = all.filter(
    (results) => isIn(floor, results) && best(results, floor.figure, floor.rival),
  );
  const judged = contested
    .flatMap((results) =>
      judge(results, [floor]).map((judgement) => ({ ...judgement, ...results.contest })),
    )
    .sort((a, b) => (floor.figure === 'rate' ? a.reached - b.reached : b.reached - a.reached));
  const met = judged.filter(({ isMet }) => isMet).length;
  const [worst] = judged;
  return [
    floor.what,
    describeFloor(floor),
    // A load without a figure of ours is one that misses its floor.
    countOf(met, contested.length),
    worst ? `${worst.scenario.operation} ${worst.reached.toFixed(2)}x` : NONE,
    worst ? code(commandOf(worst.scenario)) : NONE,
  ];
}

function isIn({ loads }: Floor, { contest }: Results): boolean {
  return loads.some((load) => isDeepStrictEqual(load, contest.scenario));
}

function renderStoppedServer({ outcome }: StoppedServerRow): string[] {
  const { rate, p99 } = STOPPED_SERVER_FLOOR;
  const compared = 'failed' in outcome ? undefined : compare(outcome);
  return [
    'one server of four stopped: operations for the others',
    `rate >= ${rate}x, p99 < ${p99}x before`,
    countOf(Number(compared?.isMet ?? false), 1),
    compared ? `rate ${compared.rate.toFixed(2)}x, p99 ${compared.p99.toFixed(2)}x` : NONE,
    code(trialCommand(STOPPED_SERVER)),
  ];
}

function renderBurst({ outcome }: BurstRow): string[] {
  const { failures, memory } = BURST_FLOOR;
  const figures = 'failed' in outcome ? undefined : outcome;
  return [
    '200,000 operations in one turn',
    `failures <= ${failures}, resident memory <= ${megabytes(memory)} MB more`,
    countOf(Number(figures !== undefined && meetsBurstFloor(figures)), 1),
    figures ? `${figures.failures} failures, ${megabytes(growthOf(figures))} MB more` : NONE,
    code(trialCommand(BURST)),
  ];
}

function renderHeldLoad(outcome: HeldLoadOutcome): string[] {
  const { p99, memory } = HELD_LOAD_FLOOR;
  const figures = 'failed' in outcome ? undefined : outcome;
  return [
    '100,000 operations under way, one server of eight stopped, one restarted every 5 s',
    `nothing lost or wrong, p99 < ${p99}x before, memory <= maxPendingBytes + ${megabytes(memory)} MB`,
    countOf(Number(figures !== undefined && meetsHeldLoadFloor(figures)), 1),
    figures
      ? `${figures.totals.wrong} wrong, p99 ${(figures.troubled.p99 / figures.quiet.p99).toFixed(2)}x, ${megabytes(growthUnderLoad(figures))} MB more`
      : NONE,
    code(trialCommand(HELD_LOAD)),
  ];
}

function isOurs({ client }: { client: string }): boolean {
  return client === OURS;
}

function countOf(met: number, all: number): string {
  const count = `${met} of ${all}`;
  return met === all ? count : `**${count}**`;
}
