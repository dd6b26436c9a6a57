// What is tried once rather than measured round after round.

import { BURST, type BurstRow, renderBurst, tryBurst } from './burst';
import type { ClientName } from './clients';
import { HELD_LOAD, type HeldLoadOutcome, renderHeldLoad, tryHeldLoad } from './held-load';
import {
  renderStoppedServer,
  STOPPED_SERVER,
  type StoppedServerRow,
  tryStoppedServer,
} from './stopped-server';
import { renderTracing, TRACING, type TracingRow, tryTracing } from './tracing';

export const TRIALS = [STOPPED_SERVER, BURST, HELD_LOAD, TRACING] as const;

export type TrialName = (typeof TRIALS)[number];

export interface TrialResults {
  [STOPPED_SERVER]?: StoppedServerRow[];
  [BURST]?: BurstRow[];
  [HELD_LOAD]?: HeldLoadOutcome;
  [TRACING]?: TracingRow[];
}

/** Prints each as soon as it is over. */
export async function runTrials(
  names: readonly TrialName[],
  clients: readonly ClientName[],
): Promise<TrialResults> {
  const results: TrialResults = {};
  if (names.includes(STOPPED_SERVER)) {
    const rows = await tryStoppedServer(clients);
    results[STOPPED_SERVER] = rows;
    console.log(renderStoppedServer(rows));
  }
  if (names.includes(BURST)) {
    const rows = await tryBurst(clients);
    results[BURST] = rows;
    console.log(renderBurst(rows));
  }
  if (names.includes(HELD_LOAD)) {
    const outcome = await tryHeldLoad();
    results[HELD_LOAD] = outcome;
    console.log(renderHeldLoad(outcome));
  }
  if (names.includes(TRACING)) {
    const rows = await tryTracing();
    results[TRACING] = rows;
    console.log(renderTracing(rows));
  }
  return results;
}

/** What measures a trial alone. */
export function trialCommand(name: TrialName): string {
  return `npm run bench -- --trial ${name}`;
}
