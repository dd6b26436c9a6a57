// The process with a great many callers, each of which counts up a counter of its own and knows what has
// to come next.

import { setTimeout as sleep } from 'node:timers/promises';
import { Client, MemcachedError } from 'libmemcached';
import type { HeldLoadReply, HeldLoadRequest, HeldLoadTotals } from './held-load';
import { percentile } from './statistics';

/** Milliseconds that a caller leaves alone a server which failed it, as a service would. */
const PAUSE = 1000;
const TIMEOUT = 5000;
/** The client's own default. */
const MOST_PENDING = 256 * 1024 * 1024;
const SAMPLE_MEMORY = 100;
/** Each call is timed once in so many. */
const TIMED_EVERY = 7;

class HeldLoad {
  readonly #client: Client;
  readonly #callers: Promise<void>[] = [];
  readonly #memory: NodeJS.Timeout;
  readonly #totals: HeldLoadTotals;
  #healthyCalls = 0;
  #unsettled = 0;
  #latencies: number[] = [];
  #ending = false;

  constructor(client: Client, mostPending: number) {
    this.#client = client;
    const before = process.memoryUsage.rss();
    this.#totals = {
      answered: 0,
      wrong: 0,
      reason: undefined,
      unsettled: 0,
      before,
      peak: before,
      mostPending,
    };
    this.#memory = setInterval(() => {
      this.#totals.peak = Math.max(this.#totals.peak, process.memoryUsage.rss());
    }, SAMPLE_MEMORY);
  }

  start(callers: number, troubled: ReadonlySet<string>): void {
    for (let caller = 0; caller < callers; caller += 1) {
      const key = `held:${caller}`;
      const isTroubled = troubled.has(this.#client.locate(key).server);
      this.#callers.push(isTroubled ? this.#tryToCount(key) : this.#count(key));
    }
  }

  async measure(duration: number): Promise<{ rate: number; p99: number }> {
    this.#latencies = [];
    const callsBefore = this.#healthyCalls;
    const begin = performance.now();
    await sleep(duration);
    const rate = ((this.#healthyCalls - callsBefore) * 1000) / (performance.now() - begin);
    return { rate, p99: percentile(Float64Array.from(this.#latencies).sort(), 0.99) };
  }

  async end(): Promise<HeldLoadTotals> {
    this.#ending = true;
    await Promise.race([Promise.all(this.#callers), sleep(3 * TIMEOUT)]);
    clearInterval(this.#memory);
    this.#totals.unsettled = this.#unsettled;
    return this.#totals;
  }

  /** On a healthy server: every count is the one after the last. */
  async #count(key: string): Promise<void> {
    for (let expected = 1; !this.#ending; expected += 1) {
      const issued = expected % TIMED_EVERY === 0 ? performance.now() : 0;
      try {
        const count = await this.#incr(key);
        if (issued > 0) this.#latencies.push(performance.now() - issued);
        this.#healthyCalls += 1;
        if (count !== expected) this.#wrong(`${key} is ${count}, not ${expected}`);
        expected = count ?? expected;
      } catch (error) {
        this.#wrong(`${key}: ${(error as Error).message}`);
        await sleep(PAUSE);
      }
    }
  }

  /** On a server that stops or begins anew: whatever it answers, it answers. */
  async #tryToCount(key: string): Promise<void> {
    while (!this.#ending) {
      await this.#incr(key).catch((error: unknown) => {
        if (!(error instanceof MemcachedError)) this.#wrong(String(error));
        return sleep(PAUSE);
      });
    }
  }

  async #incr(key: string): Promise<number | undefined> {
    this.#unsettled += 1;
    try {
      return await this.#client.incr(key, 1, { initial: 1 });
    } finally {
      this.#unsettled -= 1;
      this.#totals.answered += 1;
    }
  }

  #wrong(reason: string): void {
    this.#totals.wrong += 1;
    this.#totals.reason ??= reason;
  }
}

function serve(): void {
  let load: HeldLoad | undefined;

  async function answer(request: HeldLoadRequest): Promise<HeldLoadReply> {
    if ('servers' in request) {
      const { servers, troubled, callers } = request;
      const options = { timeout: TIMEOUT, maxPending: 2 * callers, maxPendingBytes: MOST_PENDING };
      load = new HeldLoad(new Client(servers, options), MOST_PENDING);
      load.start(callers, new Set(troubled));
      return { kind: 'started' };
    }
    if (load === undefined) return { kind: 'failed', reason: 'a question came before the load' };
    if ('duration' in request)
      return { kind: 'measured', ...(await load.measure(request.duration)) };
    return { kind: 'ended', totals: await load.end() };
  }

  process.on('message', async (request: HeldLoadRequest) => {
    process.send?.(await answer(request).catch(toFailure));
  });
  process.on('disconnect', () => process.exit());
}

function toFailure(error: Error): HeldLoadReply {
  return { kind: 'failed', reason: error.message };
}

serve();
