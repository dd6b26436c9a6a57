// The process of one variant of the tracing trial.

import { tracingChannel } from 'node:diagnostics_channel';
import { dirname, join } from 'node:path';
import type { ClientOptions } from 'libmemcached';
import { instrument } from 'libmemcached/otel';
import { patientTarget } from './adapters/adapter';
import { createBenchClient } from './adapters/libmemcached';
import { type Contestant, createContestant } from './contestant';
import type { TracingAssignment, TracingReply, TracingRequest, Variant } from './tracing';

let contestant: Contestant | undefined;

async function prepare({ variant, scenario, server }: TracingAssignment): Promise<TracingReply> {
  SETTINGS[variant]();
  const options: ClientOptions = variant === 'hot keys' ? { hotKeys: 1000 } : {};
  const adapter = await createBenchClient(options).connect(patientTarget(server));
  const prefix = variant.replaceAll(' ', '-');
  contestant = await createContestant(adapter, 'string', scenario, server, prefix);
  return { ready: true };
}

const SETTINGS: Record<Variant, () => void> = {
  // As the package would be without the check: nothing else asks.
  'no check': () => {
    const tracing = require(join(dirname(require.resolve('libmemcached')), 'tracing.js'));
    tracing.isTraced = () => false;
  },
  'nobody listens': () => {},
  'one listens': () => {
    const hear = () => {};
    tracingChannel('libmemcached:command').subscribe({
      start: hear,
      end: hear,
      asyncStart: hear,
      asyncEnd: hear,
      error: hear,
    });
  },
  // Without an SDK: what this package adds to what the SDK costs.
  spans: () => {
    instrument();
  },
  'hot keys': () => {},
};

async function answer(request: TracingRequest): Promise<TracingReply> {
  if ('variant' in request) return prepare(request);
  if (contestant === undefined) throw new Error('a round came before the assignment');
  return { sample: await contestant.run(request) };
}

process.on('message', async (request: TracingRequest) => {
  process.send?.(await answer(request).catch((error: Error) => ({ failed: error.message })));
});
process.on('disconnect', () => process.exit());
