// The charts of the report: a figure of one operation by callers, a line for each client.

import { BASELINE, type ClientName, OTHER_ENGINE, OURS, PEERS } from '../clients';
import { CHARTED_CALLERS } from '../plan';
import { figuresOf, type Results } from '../results';
import { describe, type OperationName, SMALL } from '../scenario';
import { drawLines, type Line } from './svg';

export const FIGURES_DRAWN = ['rate', 'loopTime'] as const;

export type DrawnFigure = (typeof FIGURES_DRAWN)[number];

const CLIENTS_DRAWN: readonly ClientName[] = [OURS, OTHER_ENGINE, ...PEERS, BASELINE];

const TITLES: Record<DrawnFigure, string> = {
  rate: 'operations a second, logarithmic (more is better)',
  loopTime: 'event-loop time, microseconds an operation, logarithmic (less is better)',
};

const FILE_NAMES: Record<DrawnFigure, string> = { rate: 'rate', loopTime: 'loop-time' };

export function chartName(operation: OperationName, figure: DrawnFigure): string {
  return `${operation}-${FILE_NAMES[figure]}.svg`;
}

export function chartTitle(operation: OperationName, figure: DrawnFigure): string {
  return `${operation}, ${SMALL} B, loopback: ${TITLES[figure]}`;
}

/** What measures a chart alone. */
export function chartCommand(operation: OperationName): string {
  return `npm run bench -- --op ${operation} --callers ${CHARTED_CALLERS.join()}`;
}

export function drawChart(
  operation: OperationName,
  figure: DrawnFigure,
  all: readonly Results[],
): string {
  const points = CHARTED_CALLERS.map((callers) => find(all, operation, callers));
  const lines = CLIENTS_DRAWN.map(
    (client): Line => ({
      name: client,
      isOurs: client === OURS,
      values: points.map((results) => results && figuresOf(results, client)?.[figure]),
    }),
  );
  return drawLines({
    title: chartTitle(operation, figure),
    source: chartCommand(operation),
    axis: 'callers',
    positions: CHARTED_CALLERS.map(String),
    lines,
  });
}

function find(
  all: readonly Results[],
  operation: OperationName,
  callers: number,
): Results | undefined {
  const wanted = describe({ operation, callers, valueSize: SMALL, addedDelay: 0 });
  return all.find(({ contest }) => describe(contest.scenario) === wanted);
}
