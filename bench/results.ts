// From samples to the figures of a row, and their ratios to the best peer and to the baseline.

import { BASELINE, type ClientName, isPeer } from './clients';
import type { Contest, Outcome } from './contest';
import type { Sample } from './load';
import { median } from './statistics';

export interface Row {
  client: ClientName;
  outcome: Outcome;
  /** Medians over the rounds, where there are any. */
  figures: Sample | undefined;
}

export type Rival = 'best peer' | 'baseline';

/** `rate` is better high, everything else is better low. */
export type Figure = keyof Sample;

export interface Results {
  contest: Contest;
  rows: Row[];
}

export function summarise(contest: Contest): Results {
  const rows = Array.from(
    contest.outcomes,
    ([client, outcome]): Row => ({
      client,
      outcome,
      figures: outcome.kind === 'measured' ? medians(outcome.samples) : undefined,
    }),
  );
  return { contest, rows };
}

function medians(samples: readonly Sample[]): Sample {
  const of = (figure: Figure) => median(samples.map((sample) => sample[figure]));
  return {
    rate: of('rate'),
    loopTime: of('loopTime'),
    cpuTime: of('cpuTime'),
    p50: of('p50'),
    p99: of('p99'),
    rss: of('rss'),
  };
}

/**
 * The rival's figure, undefined where there is none. The best peer is the best at this figure, not
 * one peer for all of them.
 */
export function best(
  { rows }: Results,
  figure: Figure,
  rival: Rival,
): { client: ClientName; value: number } | undefined {
  const order = figure === 'rate' ? -1 : 1;
  return rows
    .filter(({ client }) => (rival === 'baseline' ? client === BASELINE : isPeer(client)))
    .flatMap(({ client, figures }) => (figures ? [{ client, value: figures[figure] }] : []))
    .sort((a, b) => order * (a.value - b.value))[0];
}

export function figuresOf({ rows }: Results, client: ClientName): Sample | undefined {
  return rows.find((row) => row.client === client)?.figures;
}

/** The client's figure over the rival's, undefined where one is missing. */
export function ratio(
  results: Results,
  client: ClientName,
  figure: Figure,
  rival: Rival,
): number | undefined {
  const own = figuresOf(results, client);
  const other = best(results, figure, rival);
  return own && other && own[figure] / other.value;
}
