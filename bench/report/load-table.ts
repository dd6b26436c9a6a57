// Every load that was measured: this client beside its best rivals.

import { type ClientName, OTHER_ENGINE, OURS } from '../clients';
import { judge } from '../floors';
import { best, type Figure, figuresOf, type Results, type Rival, ratio } from '../results';
import { commandOf, describe } from '../scenario';
import { code, renderTable, wholeNumber } from './markdown';

const NONE = '-';

const RATE_TITLES = [
  'load',
  'calls/s',
  'best peer',
  'x best peer',
  'x baseline',
  'libmemcached engine',
  'floors',
  'measured by',
];

const COST_TITLES = [
  'load',
  'loop us',
  'best peer',
  'x best peer',
  'x baseline',
  'p50 us',
  'x best peer',
  'p99 us',
  'x best peer',
  'rss MB',
  'x best peer',
];

/** Two tables of the same rows: one would be too wide to read. */
export function renderLoads(all: readonly Results[]): string {
  return [
    renderTable(RATE_TITLES, all.map(renderRate)),
    'The same loads, in time and memory (the commands are those above):',
    renderTable(COST_TITLES, all.map(renderCost)),
  ].join('\n\n');
}

function renderRate(results: Results): string[] {
  const { scenario } = results.contest;
  return [
    describe(scenario),
    figure(results, OURS, 'rate'),
    rivalFigure(results, 'rate'),
    times(results, 'rate', 'best peer'),
    times(results, 'rate', 'baseline'),
    figure(results, OTHER_ENGINE, 'rate'),
    verdict(results),
    code(commandOf(scenario)),
  ];
}

function renderCost(results: Results): string[] {
  return [
    describe(results.contest.scenario),
    figure(results, OURS, 'loopTime'),
    rivalFigure(results, 'loopTime'),
    times(results, 'loopTime', 'best peer'),
    times(results, 'loopTime', 'baseline'),
    ...(['p50', 'p99', 'rss'] as const).flatMap((name) => [
      figure(results, OURS, name),
      times(results, name, 'best peer'),
    ]),
  ];
}

/** What is missed is named; the floors themselves stand in the table of floors. */
function verdict(results: Results): string {
  const judgements = judge(results).filter(({ floor }) => floor.client === OURS);
  if (judgements.length === 0) return NONE;
  const missed = judgements.filter(({ isMet }) => !isMet);
  if (missed.length === 0) return 'met';
  const names = missed.map(({ floor }) => `${floor.figure} against the ${floor.rival}`);
  return `**short**: ${names.join(', ')}`;
}

function figure(results: Results, client: ClientName, name: Figure): string {
  const figures = figuresOf(results, client);
  if (figures) return render(name, figures[name]);
  const row = results.rows.find((candidate) => candidate.client === client);
  return row?.outcome.kind === 'void' ? `void: ${row.outcome.reason}` : NONE;
}

function rivalFigure(results: Results, name: Figure): string {
  const rival = best(results, name, 'best peer');
  return rival ? `${rival.client} ${render(name, rival.value)}` : NONE;
}

function times(results: Results, name: Figure, rival: Rival): string {
  const reached = ratio(results, OURS, name, rival);
  return reached === undefined ? NONE : reached.toFixed(2);
}

function render(name: Figure, value: number): string {
  if (name === 'loopTime') return value.toFixed(2);
  return wholeNumber(name === 'rss' ? value / 1e6 : value);
}
