// One client under one load, ready to run rounds.

import type { Adapter, BenchClient } from './adapters/adapter';
import { Load, type Sample, type Window } from './load';
import { createContext } from './operation';
import { createOperation } from './operations';
import type { Scenario } from './scenario';

export interface Contestant {
  emulated: boolean;
  run(window: Window): Promise<Sample>;
}

/**
 * Undefined where the client lacks the operation.
 *
 * @param direct `host:port` of the server itself
 * @param prefix of the keys
 */
export async function createContestant(
  adapter: Adapter,
  values: BenchClient['values'],
  scenario: Scenario,
  direct: string,
  prefix: string,
): Promise<Contestant | undefined> {
  const context = createContext(adapter, values, scenario, direct, prefix);
  const operation = createOperation(scenario.operation, context);
  if (!operation) return undefined;
  await operation.prepare();
  const load = new Load(operation, scenario.callers);
  return {
    emulated: operation.emulated,
    run: async (window) => {
      await operation.refill();
      // A client may have closed its idle connection: it is not to open one for each caller now.
      await adapter.get.start(`${prefix}:idle`);
      const sample = await load.round(window);
      await operation.verify(load.position);
      return sample;
    },
  };
}
