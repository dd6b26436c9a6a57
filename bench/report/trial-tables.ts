// The trials, all clients that took part.

import { BURST, type BurstReply, growthOf, megabytes } from '../burst';
import { HELD_LOAD, type HeldLoadOutcome } from '../held-load';
import { compare, STOPPED_SERVER, type StoppedServerRow } from '../stopped-server';
import { TRACING, type TracingRow } from '../tracing';
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

const HELD_LOAD_TITLES = [
  'answered',
  'wrong',
  'never',
  'calls/s before',
  'during',
  'p99 ms before',
  'during',
  'rss MB before',
  'at most',
];

const TRACING_TITLES = ['operation', 'variant', 'calls/s', 'loop us', 'CPU us'];

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
)}

This client alone: 100,000 callers over eight servers, each of which counts up a counter of its own and knows
what has to come next. After ten quiet seconds one server is stopped and another killed and started again every
5 s, for a minute; rates and latencies are those of the other six. V8's heap
is held at 256 MB (\`--max-old-space-size\`), or it would let garbage stand up to twice that. ${code(trialCommand(HELD_LOAD))}

${renderTable(HELD_LOAD_TITLES, [trials[HELD_LOAD]].filter((outcome) => outcome !== undefined).map(renderHeldLoad))}

What [observability](observability.md) costs this client, with 128 callers: the package without so much as the question
whether somebody listens to its tracing channel, as it is while nobody does, with a listener that does nothing, with
\`libmemcached/otel\` and no SDK, and with \`hotKeys: 1000\`. ${code(trialCommand(TRACING))}

${renderTable(TRACING_TITLES, (trials[TRACING] ?? []).map(renderTracing))}`;
}

function renderTracing({ operation, variant, outcome }: TracingRow): string[] {
  if ('failed' in outcome) return [operation, variant, `void: ${outcome.failed}`, '-', '-'];
  const { rate, loopTime, cpuTime } = outcome;
  return [operation, variant, wholeNumber(rate), loopTime.toFixed(2), cpuTime.toFixed(2)];
}

function renderHeldLoad(outcome: HeldLoadOutcome): string[] {
  if ('failed' in outcome)
    return [`void: ${outcome.failed}`, ...HELD_LOAD_TITLES.slice(1).map(() => '-')];
  const { quiet, troubled, totals } = outcome;
  return [
    ...[totals.answered, totals.wrong, totals.unsettled, quiet.rate, troubled.rate].map(
      wholeNumber,
    ),
    ...[quiet.p99, troubled.p99].map(wholeNumber),
    ...[totals.before, totals.peak].map(megabytes),
  ];
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
