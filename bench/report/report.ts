// `npm run bench -- --report`: writes docs/performance.md and its charts from one run.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rounds } from '../contest';
import type { Environment } from '../environment';
import { CHARTED } from '../plan';
import type { Results } from '../results';
import type { TrialResults } from '../trials';
import { chartCommand, chartName, chartTitle, drawChart, FIGURES_DRAWN } from './charts';
import { renderFloors } from './floor-table';
import { renderLoads } from './load-table';
import { renderMethod } from './method';
import { renderTrials } from './trial-tables';

export interface Run {
  environment: Environment;
  rounds: Rounds;
  results: readonly Results[];
  trials: TrialResults;
}

// The compiled file stands in build/bench/report.
const ROOT = join(__dirname, '..', '..', '..');
const DOCS = join(ROOT, 'docs');
/** Why a floor is missed where one is: written by hand. */
const BOUNDS = join(ROOT, 'bench', 'report', 'bounds.md');

export function writeReport(run: Run): void {
  mkdirSync(join(DOCS, 'charts'), { recursive: true });
  for (const operation of CHARTED) {
    for (const figure of FIGURES_DRAWN) {
      const file = join(DOCS, 'charts', chartName(operation, figure));
      writeFileSync(file, drawChart(operation, figure, run.results));
    }
  }
  writeFileSync(join(DOCS, 'performance.md'), renderReport(run));
}

function renderReport(run: Run): string {
  const sections = [
    '# Performance',
    renderMethod(run),
    '## What was to be reached',
    renderFloors(run),
    readFileSync(BOUNDS, 'utf8').trim(),
    '## By callers',
    ...CHARTED.map(renderCharts),
    '## Every load',
    renderLoads(run.results),
    '## Trials',
    renderTrials(run.trials),
  ];
  return `${sections.join('\n\n')}\n`;
}

function renderCharts(operation: (typeof CHARTED)[number]): string {
  const images = FIGURES_DRAWN.map(
    (figure) => `![${chartTitle(operation, figure)}](charts/${chartName(operation, figure)})`,
  );
  return [...images, `\`${chartCommand(operation)}\``].join('\n\n');
}
