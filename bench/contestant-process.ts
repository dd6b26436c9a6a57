// The process of one client in one scenario: connects, prepares, then runs rounds as told.

import { patientTarget } from './adapters/adapter';
import { loadClient } from './clients';
import { createContestant } from './contestant';
import type { Window } from './load';
import type { Assignment, Reply, Request } from './messages';

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
    const contestant = await createContestant(adapter, client.values, scenario, direct, prefix);
    if (!contestant) return { kind: 'unsupported' };
    runRound = async (window) => ({ kind: 'sample', sample: await contestant.run(window) });
    return { kind: 'ready', emulated: contestant.emulated };
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
