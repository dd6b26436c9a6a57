// A trial: what an operation costs while somebody listens to the tracing channel, while nobody does, and where it
// is not even asked whether somebody does; and what it costs to count hot keys.

import { startMemcached } from 'libmemcached/testing';
import { HelperProcess } from './helper-process';
import type { Sample, Window } from './load';
import { type Scenario, SMALL } from './scenario';
import { median } from './statistics';

export const VARIANTS = ['no check', 'nobody listens', 'one listens', 'spans', 'hot keys'] as const;

export type Variant = (typeof VARIANTS)[number];

/** The first message to a process; every later one is a `Window`: run a round. */
export interface TracingAssignment {
  variant: Variant;
  scenario: Scenario;
  server: string;
}

export type TracingRequest = TracingAssignment | Window;

export type TracingReply = { ready: true } | { sample: Sample } | { failed: string };

export interface TracingRow {
  operation: Scenario['operation'];
  variant: Variant;
  /** Medians over the rounds. Times are microseconds a call. */
  outcome: { rate: number; loopTime: number; cpuTime: number } | { failed: string };
}

export const TRACING = 'tracing';

const OPERATIONS = ['get', 'set'] as const;
const CALLERS = 128;
const ROUNDS = 7;
const WINDOW: Window = { warmUp: 50, duration: 200 };
const PATIENCE = 30_000;

type TracingProcess = HelperProcess<TracingRequest, TracingReply>;

/** Of this client alone: round by round in turn, each variant in a process of its own. */
export async function tryTracing(): Promise<TracingRow[]> {
  const rows: TracingRow[] = [];
  for (const operation of OPERATIONS) rows.push(...(await tryOperation(operation)));
  return rows;
}

async function tryOperation(operation: Scenario['operation']): Promise<TracingRow[]> {
  const scenario: Scenario = { operation, callers: CALLERS, valueSize: SMALL, addedDelay: 0 };
  const memcached = await startMemcached();
  const processes = new Map<Variant, TracingProcess>();
  try {
    for (const variant of VARIANTS) {
      const process: TracingProcess = new HelperProcess('tracing-process.js');
      processes.set(variant, process);
      await ask(process, { variant, scenario, server: memcached.server });
    }
    const samples = await runRounds(processes);
    return VARIANTS.map((variant) => ({
      operation,
      variant,
      outcome: summarise(samples.filter((sample) => sample.variant === variant)),
    }));
  } catch (error) {
    const outcome = { failed: (error as Error).message };
    return VARIANTS.map((variant) => ({ operation, variant, outcome }));
  } finally {
    await Promise.all([...processes.values()].map((process) => process.end()));
    await memcached.stop();
  }
}

async function runRounds(
  processes: ReadonlyMap<Variant, TracingProcess>,
): Promise<(Sample & { variant: Variant })[]> {
  const samples: (Sample & { variant: Variant })[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [variant, process] of processes) {
      const reply = await ask(process, WINDOW);
      if ('sample' in reply) samples.push({ ...reply.sample, variant });
    }
  }
  return samples;
}

async function ask(process: TracingProcess, request: TracingRequest): Promise<TracingReply> {
  const reply = await process.ask(request, PATIENCE);
  if ('failed' in reply) throw new Error(reply.failed);
  return reply;
}

function summarise(samples: readonly Sample[]): TracingRow['outcome'] {
  return {
    rate: median(samples.map(({ rate }) => rate)),
    loopTime: median(samples.map(({ loopTime }) => loopTime)),
    cpuTime: median(samples.map(({ cpuTime }) => cpuTime)),
  };
}

export function renderTracing(rows: readonly TracingRow[]): string {
  return [
    `\nTracing and hot keys: ${CALLERS} callers, ${SMALL} B`,
    `${'operation'.padEnd(12)}${'variant'.padEnd(16)}   calls/s   loop us   CPU us`,
    ...rows.map(
      ({ operation, variant, outcome }) =>
        operation.padEnd(12) + variant.padEnd(16) + renderOutcome(outcome),
    ),
  ].join('\n');
}

function renderOutcome(outcome: TracingRow['outcome']): string {
  if ('failed' in outcome) return `VOID: ${outcome.failed}`;
  const { rate, loopTime, cpuTime } = outcome;
  return (
    rate.toFixed(0).padStart(10) + loopTime.toFixed(2).padStart(10) + cpuTime.toFixed(2).padStart(9)
  );
}
