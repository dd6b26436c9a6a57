// The process whose memory is measured. It loads a client only when it is told to.

import { setTimeout as sleep } from 'node:timers/promises';
import { patientTarget } from './adapters/adapter';
import { type ClientName, loadClient } from './clients';
import { HOT } from './memory-states';
import { createContext, type Operation } from './operation';
import { createOperation } from './operations';
import type { Scenario } from './scenario';

export type MemoryRequest =
  /** Does nothing. */
  | { kind: 'rest' }
  /** Creates a client and does one get. */
  | { kind: 'idle'; client: ClientName; server: string }
  /** Creates a client, fills the server and works on; `calls` is how many this message asks for. */
  | { kind: 'work'; client: ClientName; server: string; calls: number };

/** Resident memory after the request, in bytes; `failed` says why there is none. */
export type MemoryReply = { rss: number } | { failed: string };

const SCENARIO: Scenario = { operation: 'mix', callers: 128, valueSize: 100, addedDelay: 0 };
/** For the allocator and the collector to come to rest, in milliseconds. */
const SETTLE = 300;

/** V8's optimizing compiler takes 4 MB when it is first used, whoever is the first to use it. */
function useCompiler(): number {
  let hash = 0;
  for (let index = 0; index < 1_000_000; index += 1) hash = (hash * 31 + index) | 0;
  return hash;
}

function serve(state: string | undefined): void {
  if (state === HOT) useCompiler();
  let operation: Operation | undefined;
  let position = 0;

  async function work(name: ClientName, server: string, calls: number): Promise<void> {
    operation ??= await prepare(name, server);
    const end = position + calls;
    const callers = Array.from({ length: SCENARIO.callers }, (_, caller) => callUntil(end, caller));
    await Promise.all(callers);
  }

  async function callUntil(end: number, caller: number): Promise<void> {
    const { start, check } = operation as Operation;
    while (position < end) {
      const own = position++;
      check(await start(own, caller), own, caller);
    }
  }

  async function answer(request: MemoryRequest): Promise<void> {
    let reply: MemoryReply;
    try {
      if (request.kind === 'idle') await createIdleClient(request.client, request.server);
      if (request.kind === 'work') await work(request.client, request.server, request.calls);
      await sleep(SETTLE);
      globalThis.gc?.(); // garbage that is only waiting to be collected is no growth
      reply = { rss: process.memoryUsage.rss() };
    } catch (error) {
      reply = { failed: (error as Error).message };
    }
    process.send?.(reply);
  }

  process.on('message', answer);
  process.on('disconnect', () => process.exit());
}

async function createIdleClient(name: ClientName, server: string): Promise<void> {
  const client = await loadClient(name);
  const { get } = await client.connect(patientTarget(server));
  if (get.read(await get.start('absent')) !== undefined) throw new Error('absent: got a value');
}

async function prepare(name: ClientName, server: string): Promise<Operation> {
  const client = await loadClient(name);
  const adapter = await client.connect(patientTarget(server));
  const context = createContext(
    adapter,
    client.values,
    SCENARIO,
    server,
    name.replaceAll(' ', '-'),
  );
  const operation = createOperation(SCENARIO.operation, context);
  if (!operation) throw new Error(`${name} has no ${SCENARIO.operation}`);
  await operation.prepare();
  return operation;
}

serve(process.argv[2]);
