// What is tried once rather than measured round after round.

import { BURST, type BurstRow, renderBurst, tryBurst } from './burst';
import type { ClientName } from './clients';
import {
  renderStoppedServer,
  STOPPED_SERVER,
  type StoppedServerRow,
  tryStoppedServer,
} from './stopped-server';

export const TRIALS = [STOPPED_SERVER, BURST] as const;

export type TrialName = (typeof TRIALS)[number];

export interface TrialResults {
  [STOPPED_SERVER]?: StoppedServerRow[];
  [BURST]?: BurstRow[];
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
  return results;
}

/** What measures a trial alone. */
export function trialCommand(name: TrialName): string {
  return `npm run bench -- --trial ${name}`;
}
