// A trial: a great many operations issued in one turn. Does each get its answer, and does the memory
// that they took come back?

import { startMemcached } from 'libmemcached/testing';
import { type ClientName, FLOOR, isPeer, OURS } from './clients';
import { BURST_FLOOR } from './floors';
import { HelperProcess } from './helper-process';

export interface BurstRequest {
  client: ClientName;
  server: string;
  calls: number;
}

export type BurstReply = BurstFigures | { failed: string };

export interface BurstFigures {
  failures: number;
  /** Of the first failure. */
  reason: string | undefined;
  /** Milliseconds until the last answer. */
  duration: number;
  /** Resident bytes at rest, at the most, and at rest again. */
  before: number;
  peak: number;
  after: number;
}

export interface BurstRow {
  client: ClientName;
  outcome: BurstReply;
}

export const BURST = 'burst';

const CALLS = 200_000;
// V8 keeps the space for young objects that it has once grown to: 200,000 promises and nothing else leave some
// 30 MB behind, which would hide what a client keeps.
const NODE_OPTIONS = ['--expose-gc', '--max-semi-space-size=1'];
const PATIENCE = 90_000;

/** Without the npm peers, some of which take most of a minute. */
export async function tryBurst(clients: readonly ClientName[]): Promise<BurstRow[]> {
  const rows: BurstRow[] = [];
  for (const client of clients) {
    if (client !== FLOOR && !isPeer(client))
      rows.push({ client, outcome: await tryClient(client) });
  }
  return rows;
}

async function tryClient(client: ClientName): Promise<BurstReply> {
  const memcached = await startMemcached();
  const process = new HelperProcess<BurstRequest, BurstReply>('burst-process.js', [], NODE_OPTIONS);
  try {
    return await process.ask({ client, server: memcached.server, calls: CALLS }, PATIENCE);
  } catch (error) {
    return { failed: (error as Error).message };
  } finally {
    await process.end();
    await memcached.stop();
  }
}

/** What the memory at rest grew by. */
export function growthOf({ before, after }: BurstFigures): number {
  return after - before;
}

export function meetsBurstFloor(figures: BurstFigures): boolean {
  return figures.failures <= BURST_FLOOR.failures && growthOf(figures) <= BURST_FLOOR.memory;
}

export function renderBurst(rows: readonly BurstRow[]): string {
  return [
    `\n${CALLS} operations in one turn: mix, 100 B`,
    `${'client'.padEnd(20)}failures   ms until the last   rss MB before   at most   after`,
    ...rows.map(({ client, outcome }) => client.padEnd(20) + renderOutcome(client, outcome)),
  ].join('\n');
}

function renderOutcome(client: ClientName, outcome: BurstReply): string {
  if ('failed' in outcome) return `VOID: ${outcome.failed}`;
  const cells = [
    String(outcome.failures).padStart(8),
    outcome.duration.toFixed(0).padStart(20),
    megabytes(outcome.before).padStart(16),
    megabytes(outcome.peak).padStart(10),
    megabytes(outcome.after).padStart(8),
  ];
  const { failures, memory } = BURST_FLOOR;
  const verdict =
    `  ${meetsBurstFloor(outcome) ? 'met' : 'SHORT'} ` +
    `(failures <= ${failures}, memory <= ${memory / 1e6} MB more)`;
  const reason = outcome.reason === undefined ? '' : `  first: ${outcome.reason}`;
  return cells.join('') + (client === OURS ? verdict : '') + reason;
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
