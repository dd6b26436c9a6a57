// One scenario: every client in its own process, in turn, round after round, on one private server.

import { startMemcached } from 'libmemcached/testing';
import type { ClientName } from './clients';
import { HelperProcess } from './helper-process';
import type { Sample, Window } from './load';
import type { Reply, Request } from './messages';
import { measureProxy, type ProxyQuality } from './proxy-quality';
import type { Scenario } from './scenario';

/** What became of a client in a scenario. */
export type Outcome =
  | { kind: 'measured'; samples: Sample[]; emulated: boolean }
  | { kind: 'unsupported' }
  /** A wrong value, an error or silence: what was measured before does not count. */
  | { kind: 'void'; reason: string };

export interface Contest {
  scenario: Scenario;
  outcomes: Map<ClientName, Outcome>;
  /** Where the scenario has an added delay. */
  proxy: ProxyQuality | undefined;
}

export interface Rounds extends Window {
  count: number;
}

interface Contestant {
  client: ClientName;
  process: HelperProcess<Request, Reply>;
  outcome: Outcome;
}

const SERVER_MEMORY_MB = 1024;
const PREPARE_TIMEOUT = 60_000;
const ROUND_TIMEOUT = 20_000;
const PROXY_TIMEOUT = 5_000;

export async function runContest(
  scenario: Scenario,
  clients: readonly ClientName[],
  rounds: Rounds,
): Promise<Contest> {
  const memcached = await startMemcached({ memory: SERVER_MEMORY_MB });
  try {
    if (scenario.addedDelay === 0) {
      const outcomes = await compete(scenario, clients, rounds, memcached.server, memcached.server);
      return { scenario, outcomes, proxy: undefined };
    }
    return await runDelayedContest(scenario, clients, rounds, memcached.server);
  } finally {
    await memcached.stop();
  }
}

async function runDelayedContest(
  scenario: Scenario,
  clients: readonly ClientName[],
  rounds: Rounds,
  direct: string,
): Promise<Contest> {
  const process = new HelperProcess<never, string>('delay-proxy.js', [
    direct,
    String(scenario.addedDelay),
  ]);
  try {
    const proxied = await process.receive(PROXY_TIMEOUT);
    const proxy = await measureProxy(direct, proxied);
    return { scenario, outcomes: await compete(scenario, clients, rounds, proxied, direct), proxy };
  } finally {
    await process.end();
  }
}

async function compete(
  scenario: Scenario,
  clients: readonly ClientName[],
  rounds: Rounds,
  server: string,
  direct: string,
): Promise<Map<ClientName, Outcome>> {
  const contestants: Contestant[] = [];
  try {
    // One after the other, and idle between their rounds: no two of them work at the same time.
    for (const client of clients) {
      const process = new HelperProcess<Request, Reply>('contestant-process.js');
      const contestant: Contestant = { client, process, outcome: { kind: 'unsupported' } };
      contestants.push(contestant);
      await prepare(contestant, { client, scenario, server, direct });
    }
    for (let round = 0; round < rounds.count; round += 1) {
      for (const contestant of rotate(contestants, round)) await runRound(contestant, rounds);
    }
    return new Map(contestants.map(({ client, outcome }) => [client, outcome]));
  } finally {
    await Promise.all(contestants.map(({ process }) => process.end()));
  }
}

async function prepare(contestant: Contestant, assignment: Request): Promise<void> {
  const reply = await ask(contestant, assignment, PREPARE_TIMEOUT);
  if (reply.kind === 'ready') {
    contestant.outcome = { kind: 'measured', samples: [], emulated: reply.emulated };
  }
}

async function runRound(contestant: Contestant, { warmUp, duration }: Rounds): Promise<void> {
  const { outcome } = contestant;
  if (outcome.kind !== 'measured') return;
  const timeout = warmUp + duration + ROUND_TIMEOUT;
  const reply = await ask(contestant, { warmUp, duration }, timeout);
  if (reply.kind === 'sample') outcome.samples.push(reply.sample);
}

async function ask(contestant: Contestant, request: Request, timeout: number): Promise<Reply> {
  const { process } = contestant;
  const reply = await process.ask(request, timeout).catch(toFailure);
  if (reply.kind === 'failed') {
    contestant.outcome = { kind: 'void', reason: reply.reason };
    await process.end(); // what it still does would be at the others' expense
  }
  return reply;
}

function toFailure(error: Error): Reply {
  return { kind: 'failed', reason: error.message };
}

/** Nobody is always first. */
function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
