// The process of one client in one scenario: connects, prepares, then runs rounds as told.

import { patientTarget } from './adapters/adapter';
import { loadClient } from './clients';
import { Load, type Window } from './load';
import type { Assignment, Reply, Request } from './messages';
import { createContext } from './operation';
import { createOperation } from './operations';

type RunRound = (window: Window) => Promise<Reply>;

function serve(): void {
  let runRound: RunRound = async () => ({
    kind: 'failed',
    reason: 'a round came before the assignment',
  });

  async function prepare({ client: name, scenario, server, direct }: Assignment): Promise<Reply> {
    const client = await loadClient(name);
    const adapter = await client.connect(patientTarget(server));
    const prefix = name.replaceAll(' ', '-');
    const context = createContext(adapter, client.values, scenario, direct, prefix);
    const operation = createOperation(scenario.operation, context);
    if (!operation) return { kind: 'unsupported' };
    await operation.prepare();
    const load = new Load(operation, scenario.callers);
    runRound = async (window) => {
      await operation.refill();
      // A client may have closed its idle connection: it is not to open one for each caller now.
      await adapter.get.start(`${prefix}:idle`);
      const sample = await load.round(window);
      await operation.verify(load.position);
      return { kind: 'sample', sample };
    };
    return { kind: 'ready', emulated: operation.emulated };
  }

  async function answer(request: Request): Promise<void> {
    const reply = 'client' in request ? prepare(request) : runRound(request);
    process.send?.(await reply.catch(toFailure));
  }

  process.on('message', answer);
  process.on('disconnect', () => process.exit());
}

function toFailure(error: unknown): Reply {
  return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

serve();
