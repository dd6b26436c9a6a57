// The trials, all clients that took part.

import { BURST, type BurstReply, growthOf, megabytes } from '../burst';
import { compare, STOPPED_SERVER, type StoppedServerRow } from '../stopped-server';
import { type TrialResults, trialCommand } from '../trials';
import { code, renderTable, wholeNumber } from './markdown';

const STOPPED_SERVER_TITLES = [
  'client',
  'calls/s before',
  'after',
  'ratio',
  'p99 us before',
  'after',
  'ratio',
];

const BURST_TITLES = [
  'client',
  'failures',
  'ms until the last',
  'rss MB before',
  'at most',
  'after',
  'growth',
];

export function renderTrials(trials: TrialResults): string {
  const stopped = trials[STOPPED_SERVER] ?? [];
  const bursts = trials[BURST] ?? [];
  return `One server of four is stopped (SIGSTOP) under load. 96 callers use keys of the other three, whose
figures these are, 32 use keys of the one that stops; calls fail after one second. Clients that do
not spread keys over servers are left out. ${code(trialCommand(STOPPED_SERVER))}

${renderTable(
  STOPPED_SERVER_TITLES,
  stopped.map(({ client, outcome }) => [client, ...renderStoppedServer(outcome)]),
)}

200,000 operations are issued in one turn, nine gets to one set, each on a key of its own. V8's
space for young objects is held at 1 MB (\`--max-semi-space-size=1\`): it keeps some 30 MB after any 200,000 promises.
${code(trialCommand(BURST))}

${renderTable(
  BURST_TITLES,
  bursts.map(({ client, outcome }) => [client, ...renderBurst(outcome)]),
)}`;
}

function renderStoppedServer(outcome: StoppedServerRow['outcome']): string[] {
  if ('failed' in outcome) return renderFailure(outcome.failed, STOPPED_SERVER_TITLES);
  const { before, after } = outcome;
  const { rate, p99 } = compare(outcome);
  return [
    wholeNumber(before.rate),
    wholeNumber(after.rate),
    rate.toFixed(2),
    wholeNumber(before.p99),
    wholeNumber(after.p99),
    p99.toFixed(2),
  ];
}

function renderBurst(outcome: BurstReply): string[] {
  if ('failed' in outcome) return renderFailure(outcome.failed, BURST_TITLES);
  return [
    String(outcome.failures),
    wholeNumber(outcome.duration),
    megabytes(outcome.before),
    megabytes(outcome.peak),
    megabytes(outcome.after),
    megabytes(growthOf(outcome)),
  ];
}

function renderFailure(reason: string, titles: readonly string[]): string[] {
  return [`void: ${reason}`, ...titles.slice(2).map(() => '-')];
}
