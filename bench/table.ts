// The results as text. Columns are equally wide in every table: a run can be read downwards.

import { type ClientName, FLOOR } from './clients';
import { describeFloor, type Judgement } from './floors';
import type { ProxyQuality } from './proxy-quality';
import { type Figure, type Results, type Rival, type Row, ratio } from './results';
import { describe } from './scenario';

interface Column {
  title: string;
  width: number;
  text(row: Row, results: Results): string;
}

const NONE = '-';
const NAME_WIDTH = -20;

const COLUMNS: readonly Column[] = [
  { title: 'client', width: NAME_WIDTH, text: ({ client }) => client },
  {
    title: 'calls/s',
    width: 11,
    text: (row) => figure(row, 'rate', 0) + (isEmulated(row) ? '*' : ''),
  },
  {
    title: 'x best peer',
    width: 13,
    text: (row, results) => times(row, results, 'rate', 'best peer'),
  },
  {
    title: 'x baseline',
    width: 12,
    text: (row, results) => times(row, results, 'rate', 'baseline'),
  },
  { title: 'loop us', width: 11, text: (row) => figure(row, 'loopTime', 2) },
  {
    title: 'x best peer',
    width: 13,
    text: (row, results) => times(row, results, 'loopTime', 'best peer'),
  },
  {
    title: 'x baseline',
    width: 12,
    text: (row, results) => times(row, results, 'loopTime', 'baseline'),
  },
  { title: 'CPU us', width: 10, text: (row) => figure(row, 'cpuTime', 2) },
  { title: 'p50 us', width: 9, text: (row) => figure(row, 'p50', 0) },
  { title: 'p99 us', width: 9, text: (row) => figure(row, 'p99', 0) },
  {
    title: 'rss MB',
    width: 8,
    text: ({ figures }) => (figures ? (figures.rss / 1e6).toFixed(0) : NONE),
  },
];

const FIGURES: Record<Figure, string> = {
  rate: 'calls/s',
  loopTime: 'loop',
  cpuTime: 'CPU',
  p50: 'p50',
  p99: 'p99',
  rss: 'rss',
};

/** @param judgements go to the end of the rows of the clients they are on */
export function renderResults(results: Results, judgements: readonly Judgement[]): string {
  const { scenario, proxy } = results.contest;
  return [
    `\n${describe(scenario)}`,
    ...(proxy ? [describeProxy(proxy)] : []),
    COLUMNS.map(({ title, width }) => pad(title, width)).join(''),
    ...results.rows.map((row) =>
      `${renderRow(row, results)}  ${renderJudgements(row.client, judgements)}`.trimEnd(),
    ),
    ...(results.rows.some(isEmulated) ? ['* has no such call: as many single ones at once'] : []),
  ].join('\n');
}

/** `calls/s met (>= 2x best peer), loop SHORT (<= 1/6x best peer)` */
function renderJudgements(client: ClientName, judgements: readonly Judgement[]): string {
  return judgements
    .filter(({ floor }) => floor.client === client)
    .map(
      ({ floor, isMet }) =>
        `${FIGURES[floor.figure]} ${isMet ? 'met' : 'SHORT'} (${describeFloor(floor)})`,
    )
    .join(', ');
}

function renderRow(row: Row, results: Results): string {
  if (row.outcome.kind === 'void')
    return `${pad(row.client, NAME_WIDTH)}  VOID: ${row.outcome.reason}`;
  return COLUMNS.map(({ width, text }) => pad(text(row, results), width)).join('');
}

function figure({ figures }: Row, name: Figure, digits: number): string {
  return figures ? figures[name].toFixed(digits) : NONE;
}

function times({ client }: Row, results: Results, name: Figure, rival: Rival): string {
  const reached = client === FLOOR ? undefined : ratio(results, client, name, rival);
  return reached === undefined ? NONE : reached.toFixed(2);
}

function isEmulated({ outcome }: Row): boolean {
  return outcome.kind === 'measured' && outcome.emulated;
}

/** @param width negative pads at the end */
function pad(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

function describeProxy({ added, added99, smallValues, largeValues }: ProxyQuality): string {
  return (
    `  proxy: adds ${added.toFixed(2)} ms (p99 ${added99.toFixed(2)} ms), ` +
    `carries ${smallValues.toFixed(0)} values/s of 100 B or ${largeValues.toFixed(0)} of 64 KB`
  );
}
