// A trial: 100,000 operations under way over eight servers, one of which is stopped (SIGSTOP) and another
// killed and started again all the time. Is anything lost, counted twice or mixed up, and what becomes of
// the operations for the other six?

import { setTimeout as sleep } from 'node:timers/promises';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { HELD_LOAD_FLOOR } from './floors';
import { HelperProcess } from './helper-process';

export type HeldLoadRequest =
  /** Connects and starts the load, which goes on until `end`. */
  | { servers: string[]; troubled: string[]; callers: number }
  /** Measures the operations for the healthy servers for so many milliseconds. */
  | { duration: number }
  /** Lets every caller finish. */
  | { end: true };

export type HeldLoadReply =
  | { kind: 'started' }
  | { kind: 'measured'; rate: number; p99: number }
  | { kind: 'ended'; totals: HeldLoadTotals }
  | { kind: 'failed'; reason: string };

export interface HeldLoadTotals {
  answered: number;
  /** Of the operations for the healthy servers: failures, and counts that were not the next. */
  wrong: number;
  /** What went wrong first. */
  reason: string | undefined;
  /** Calls that never settled. */
  unsettled: number;
  /** Resident bytes before the load, and at most. */
  before: number;
  peak: number;
  /** Bytes that may be pending (`maxPendingBytes`). */
  mostPending: number;
}

export interface HeldLoadFigures {
  quiet: { rate: number; p99: number };
  troubled: { rate: number; p99: number };
  totals: HeldLoadTotals;
}

export type HeldLoadOutcome = HeldLoadFigures | { failed: string };

export const HELD_LOAD = 'held-load';

const SERVERS = 8;
const CALLERS = 100_000;
// V8 lets the garbage of 100,000 promises stand until its heap is full: some 600 MB of its own accord.
const NODE_OPTIONS = ['--max-old-space-size=256', '--max-semi-space-size=4'];
const WARM_UP = 3000;
const QUIET = 10_000;
const RESTARTS = 12;
const BETWEEN_RESTARTS = 5000;
const PATIENCE = 60_000;

type ClientProcess = HelperProcess<HeldLoadRequest, HeldLoadReply>;

/** Of this client alone: no other holds as much. */
export async function tryHeldLoad(): Promise<HeldLoadOutcome> {
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => startMemcached()));
  const helper: ClientProcess = new HelperProcess('held-load-process.js', [], NODE_OPTIONS);
  try {
    return await measure(helper, servers);
  } catch (error) {
    return { failed: (error as Error).message };
  } finally {
    await helper.end();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function measure(
  helper: ClientProcess,
  servers: MemcachedServer[],
): Promise<HeldLoadFigures> {
  const names = servers.map(({ server }) => server);
  const [stopped] = servers as [MemcachedServer];
  const troubled = names.slice(0, 2);
  await ask(helper, { servers: names, troubled, callers: CALLERS }, 'started');
  await sleep(WARM_UP);
  const quiet = await ask(helper, { duration: QUIET }, 'measured');
  await stopped.suspend();
  const restarts = restartAgainAndAgain(servers, 1);
  const measured = await ask(helper, { duration: RESTARTS * BETWEEN_RESTARTS }, 'measured');
  await restarts;
  const { totals } = await ask(helper, { end: true }, 'ended');
  return { quiet, troubled: measured, totals };
}

async function ask<Kind extends HeldLoadReply['kind']>(
  helper: ClientProcess,
  request: HeldLoadRequest,
  kind: Kind,
): Promise<Extract<HeldLoadReply, { kind: Kind }>> {
  const duration = 'duration' in request ? request.duration : 0;
  const reply = await helper.ask(request, duration + PATIENCE);
  if (reply.kind === kind) return reply as Extract<HeldLoadReply, { kind: Kind }>;
  throw new Error(reply.kind === 'failed' ? reply.reason : `got ${reply.kind}`);
}

async function restartAgainAndAgain(servers: MemcachedServer[], index: number): Promise<void> {
  for (let i = 0; i < RESTARTS; i += 1) {
    const server = servers[index] as MemcachedServer;
    await server.kill();
    servers[index] = await startMemcached({ port: server.port });
    await sleep(BETWEEN_RESTARTS - 500);
  }
}

export function growthUnderLoad({ totals }: HeldLoadFigures): number {
  return totals.peak - totals.before;
}

export function meetsHeldLoadFloor(figures: HeldLoadFigures): boolean {
  const { quiet, troubled, totals } = figures;
  return (
    totals.wrong === 0 &&
    totals.unsettled === 0 &&
    troubled.p99 < HELD_LOAD_FLOOR.p99 * quiet.p99 &&
    growthUnderLoad(figures) <= totals.mostPending + HELD_LOAD_FLOOR.memory
  );
}

export function renderHeldLoad(outcome: HeldLoadOutcome): string {
  const title = `\n${CALLERS} operations under way over ${SERVERS} servers, one stopped, one restarted every 5 s`;
  if ('failed' in outcome) return `${title}\nVOID: ${outcome.failed}`;
  const { quiet, troubled, totals } = outcome;
  return [
    title,
    `healthy servers, before: ${quiet.rate.toFixed(0)} calls/s, p99 ${quiet.p99.toFixed(0)} ms`,
    `healthy servers, during: ${troubled.rate.toFixed(0)} calls/s, p99 ${troubled.p99.toFixed(0)} ms`,
    `${totals.answered} answered, ${totals.wrong} wrong${totals.reason ? ` (${totals.reason})` : ''}, ` +
      `${totals.unsettled} never; ${(growthUnderLoad(outcome) / 1e6).toFixed(0)} MB more`,
    meetsHeldLoadFloor(outcome) ? 'met' : 'SHORT',
  ].join('\n');
}
