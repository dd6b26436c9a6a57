// The process of one client on several servers, one of which will stop. Three quarters of the
// callers use keys of the others, and one quarter those of the server that stops.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchClient } from './adapters/adapter';
import { BaselineClient } from './baseline';
import { loadClient } from './clients';
import { createContext, type Operation } from './operation';
import { createOperation } from './operations';
import type { Scenario } from './scenario';
import { percentile } from './statistics';
import type {
  OtherServers,
  StoppedServerReply,
  StoppedServerRequest,
} from './stopped-server-messages';

const OTHERS_CALLERS = 96;
const STOPPED_CALLERS = 32;
/** Milliseconds that a caller leaves alone a server which failed it, as a service would. */
const PAUSE = 10;
/** Milliseconds until a call fails: this client's own default, for all. */
const TIMEOUT = 1000;

const SCENARIO: Scenario = {
  operation: 'mix',
  callers: OTHERS_CALLERS + STOPPED_CALLERS,
  valueSize: 100,
  addedDelay: 0,
};

class SplitLoad {
  readonly #operation: Operation;
  /** Positions of the keys in the dataset. */
  readonly #onOthers: number[];
  readonly #onStopped: number[];
  #next = 0;
  #calls = 0;
  #latencies: number[] = [];
  #failure: Error | undefined;

  constructor(operation: Operation, onOthers: number[], onStopped: number[]) {
    this.#operation = operation;
    this.#onOthers = onOthers;
    this.#onStopped = onStopped;
  }

  start(): void {
    for (let caller = 0; caller < OTHERS_CALLERS; caller += 1) {
      this.#callOthers(caller).catch((error: Error) => {
        this.#failure ??= error;
      });
    }
    for (let caller = 0; caller < STOPPED_CALLERS; caller += 1) {
      void this.#callStopped(caller); // never rejects
    }
  }

  /** @throws Error when an operation for one of the other servers has failed */
  async measure(duration: number): Promise<OtherServers> {
    this.#latencies = [];
    const callsBefore = this.#calls;
    const begin = performance.now();
    await sleep(duration);
    const rate = ((this.#calls - callsBefore) * 1000) / (performance.now() - begin);
    if (this.#failure) throw new Error(`for another server: ${this.#failure.message}`);
    const latencies = Float64Array.from(this.#latencies).sort();
    return { rate, p99: percentile(latencies, 0.99) * 1000 };
  }

  async #callOthers(caller: number): Promise<void> {
    for (;;) {
      const position = this.#takeFrom(this.#onOthers);
      const issued = performance.now();
      const result = await this.#operation.start(position, caller);
      this.#latencies.push(performance.now() - issued);
      this.#operation.check(result, position, caller);
      this.#calls += 1;
    }
  }

  async #callStopped(caller: number): Promise<void> {
    for (;;) {
      const position = this.#takeFrom(this.#onStopped);
      await this.#operation.start(position, caller).catch(() => sleep(PAUSE));
    }
  }

  #takeFrom(positions: readonly number[]): number {
    this.#next += 1;
    return positions[this.#next % positions.length] as number;
  }
}

async function startLoad(
  client: BenchClient,
  servers: string[],
  stopped: string,
): Promise<SplitLoad> {
  const adapter = await client.connect({ servers, timeout: TIMEOUT });
  const context = createContext(adapter, client.values, SCENARIO, stopped, 'trial');
  const operation = createOperation(SCENARIO.operation, context);
  if (!operation) throw new Error(`no ${SCENARIO.operation}`);
  await operation.prepare();
  const { keys } = context.dataset;
  const isOnStopped = await findKeys(stopped, keys);
  const positions = [...keys.keys()];
  const onStopped = positions.filter((position) => isOnStopped.has(keys[position] as string));
  const onOthers = positions.filter((position) => !isOnStopped.has(keys[position] as string));
  if (onStopped.length === 0) throw new Error('no key lives on the server that is to stop');
  const load = new SplitLoad(operation, onOthers, onStopped);
  load.start();
  return load;
}

const KEYS_A_CALL = 100;

/** The keys that a server holds: only it knows where a client put them. */
async function findKeys(server: string, keys: readonly string[]): Promise<Set<string>> {
  const direct = await BaselineClient.connect(server);
  const found = new Set<string>();
  for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
    const hits = await direct.getMulti(keys.slice(from, from + KEYS_A_CALL));
    for (const key of hits.keys()) found.add(key);
  }
  direct.close();
  return found;
}

function serve(): void {
  let load: SplitLoad | undefined;

  async function answer(request: StoppedServerRequest): Promise<StoppedServerReply> {
    if ('client' in request) {
      const client = await loadClient(request.client);
      if (!client.shards) return { kind: 'unsupported' };
      load = await startLoad(client, request.servers, request.stopped);
      return { kind: 'started' };
    }
    if (!load) throw new Error('a measurement came before the load');
    return { kind: 'measured', others: await load.measure(request.duration) };
  }

  process.on('message', async (request: StoppedServerRequest) => {
    process.send?.(await answer(request).catch(toFailure));
  });
  process.on('disconnect', () => process.exit());
}

function toFailure(error: Error): StoppedServerReply {
  return { kind: 'failed', reason: error.message };
}

serve();
