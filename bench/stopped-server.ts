// A trial: one server of four is stopped (SIGSTOP) under load, so that it takes bytes and answers
// nothing. What becomes of the operations for the other three?

import { setTimeout as sleep } from 'node:timers/promises';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { type ClientName, OURS } from './clients';
import { STOPPED_SERVER_FLOOR } from './floors';
import { HelperProcess } from './helper-process';
import type {
  OtherServers,
  StoppedServerReply,
  StoppedServerRequest,
} from './stopped-server-messages';

export interface StoppedServerRow {
  client: ClientName;
  /** A reason in place of figures: an operation for another server failed. */
  outcome: { before: OtherServers; after: OtherServers } | { failed: string };
}

export const STOPPED_SERVER = 'stopped-server';

const SERVERS = 4;
const WARM_UP = 500;
const BEFORE = 1500;
/** From the stop on, so that the time until the client gives the server up is in it. */
const AFTER = 3000;
const PATIENCE = 30_000;

type ClientProcess = HelperProcess<StoppedServerRequest, StoppedServerReply>;

/** One row for each of the clients that spreads keys over servers. */
export async function tryStoppedServer(
  clients: readonly ClientName[],
): Promise<StoppedServerRow[]> {
  const rows: StoppedServerRow[] = [];
  for (const client of clients) {
    const outcome = await tryClient(client);
    if (outcome) rows.push({ client, outcome });
  }
  return rows;
}

async function tryClient(client: ClientName): Promise<StoppedServerRow['outcome'] | undefined> {
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => startMemcached()));
  const process: ClientProcess = new HelperProcess('stopped-server-process.js');
  try {
    return await measure(client, process, servers);
  } catch (error) {
    return { failed: (error as Error).message };
  } finally {
    await process.end();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function measure(
  client: ClientName,
  helper: ClientProcess,
  servers: readonly MemcachedServer[],
): Promise<StoppedServerRow['outcome'] | undefined> {
  const [stopped] = servers as [MemcachedServer];
  const started = await helper.ask(
    { client, servers: servers.map(({ server }) => server), stopped: stopped.server },
    PATIENCE,
  );
  if (started.kind === 'unsupported') return undefined;
  if (started.kind === 'failed') return { failed: started.reason };
  await sleep(WARM_UP);
  const before = await measureOthers(helper, BEFORE);
  process.kill(stopped.pid, 'SIGSTOP');
  return { before, after: await measureOthers(helper, AFTER) };
}

async function measureOthers(helper: ClientProcess, duration: number): Promise<OtherServers> {
  const reply = await helper.ask({ duration }, duration + PATIENCE);
  if (reply.kind === 'measured') return reply.others;
  throw new Error(reply.kind === 'failed' ? reply.reason : `got ${reply.kind}`);
}

/** After over before. */
export function compare({ before, after }: { before: OtherServers; after: OtherServers }) {
  const rate = after.rate / before.rate;
  const p99 = after.p99 / before.p99;
  const { rate: leastRate, p99: mostP99 } = STOPPED_SERVER_FLOOR;
  return { rate, p99, isMet: rate >= leastRate && p99 < mostP99 };
}

export function renderStoppedServer(rows: readonly StoppedServerRow[]): string {
  return [
    `\none server of ${SERVERS} stopped: mix, 96 callers on the other servers, 32 on that one`,
    `${'client'.padEnd(20)}calls/s before   after   after/before   p99 us before   after   after/before`,
    ...rows.map(({ client, outcome }) => client.padEnd(20) + renderOutcome(client, outcome)),
  ].join('\n');
}

function renderOutcome(client: ClientName, outcome: StoppedServerRow['outcome']): string {
  if ('failed' in outcome) return `VOID: ${outcome.failed}`;
  const { before, after } = outcome;
  const { rate, p99, isMet } = compare(outcome);
  const cells = [
    before.rate.toFixed(0).padStart(14),
    after.rate.toFixed(0).padStart(8),
    rate.toFixed(2).padStart(15),
    before.p99.toFixed(0).padStart(16),
    after.p99.toFixed(0).padStart(8),
    p99.toFixed(2).padStart(15),
  ];
  const { rate: leastRate, p99: mostP99 } = STOPPED_SERVER_FLOOR;
  const verdict = `  ${isMet ? 'met' : 'SHORT'} (rate >= ${leastRate}x, p99 < ${mostP99}x)`;
  return cells.join('') + (client === OURS ? verdict : '');
}
