// The process of one client that is asked for a great many operations in one turn.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BurstReply, BurstRequest } from './burst';
import { loadClient } from './clients';
import { createContext, type Operation } from './operation';
import { createOperation } from './operations';
import type { Scenario } from './scenario';

/** Milliseconds until a call fails: the last of a burst waits for all before it. */
const TIMEOUT = 30_000;
/** For the allocator and the collector to come to rest, in milliseconds. */
const SETTLE = 3_000;
/** Calls in a turn before the burst, so that it is not charged for code and connections. */
const WARM_UP = 5_000;

async function run({ client: name, server, calls }: BurstRequest): Promise<BurstReply> {
  const client = await loadClient(name);
  const adapter = await client.connect({ servers: [server], timeout: TIMEOUT, maxPending: calls });
  // As many callers as calls: every call has a key of its own.
  const scenario: Scenario = { operation: 'mix', callers: calls, valueSize: 100, addedDelay: 0 };
  const context = createContext(adapter, client.values, scenario, server, 'trial');
  const operation = createOperation(scenario.operation, context);
  if (!operation) throw new Error(`no ${scenario.operation}`);
  await operation.prepare();
  await burst(operation, 0, WARM_UP);
  const before = await measureRest();
  const begin = performance.now();
  const { failures, reason } = await burst(operation, WARM_UP, calls);
  const duration = performance.now() - begin;
  const peak = process.resourceUsage().maxRSS * 1024;
  return { failures, reason, duration, before, peak, after: await measureRest() };
}

async function burst(
  operation: Operation,
  from: number,
  calls: number,
): Promise<{ failures: number; reason: string | undefined }> {
  let failures = 0;
  let reason: string | undefined;
  const pending = Array.from({ length: calls }, (_, index) =>
    operation
      .start(from + index, 0)
      .then((result) => operation.check(result, from + index, 0))
      .catch((error: Error) => {
        failures += 1;
        reason ??= error.message;
      }),
  );
  await Promise.all(pending);
  return { failures, reason };
}

/** Resident bytes when all garbage is gone. */
async function measureRest(): Promise<number> {
  globalThis.gc?.();
  await sleep(SETTLE);
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

function serve(): void {
  process.on('message', async (request: BurstRequest) => {
    process.send?.(await run(request).catch((error: Error) => ({ failed: error.message })));
  });
  process.on('disconnect', () => process.exit());
}

serve();
