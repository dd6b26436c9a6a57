// Closed loops of one operation for a while, and how long the answers took.
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemcachedError } from '../errors';

export interface LoadResult {
  /** Keys a second. */
  readonly perSecond: number;
  /** Milliseconds, of a call. Undefined where no call was answered. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly misses: number;
  readonly errors: number;
  readonly firstError: MemcachedError | undefined;
}

export interface LoadPlan {
  readonly callers: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Makes one call, numbered from 0, and tells how many keys it was for and how many were missing. */
  readonly call: (turn: number) => Promise<{ keys: number; misses: number }>;
}

/** After an error, so that a server that refuses at once does not take the whole processor. */
const pause = 10; // ms

/** @throws what `call` throws that is no error of a server */
export async function runLoad({ callers, seconds, signal, call }: LoadPlan): Promise<LoadResult> {
  const histogram = createHistogram();
  const start = performance.now();
  const end = start + seconds * 1000;
  let turn = 0;
  let keys = 0;
  let misses = 0;
  let errors = 0;
  let firstError: MemcachedError | undefined;
  const loop = async () => {
    while (performance.now() < end && !signal.aborted) {
      const sent = performance.now();
      try {
        const answer = await call(turn++);
        histogram.record(Math.max(1, Math.round((performance.now() - sent) * 1e6)));
        keys += answer.keys;
        misses += answer.misses;
      } catch (error) {
        if (!(error instanceof MemcachedError)) throw error;
        errors++;
        firstError ??= error;
        await sleep(pause);
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, loop));
  const elapsed = (performance.now() - start) / 1000;
  const percentile = (percent: number) =>
    histogram.count === 0 ? undefined : histogram.percentile(percent) / 1e6;
  return {
    perSecond: keys / elapsed,
    p50: percentile(50),
    p99: percentile(99),
    misses,
    errors,
    firstError,
  };
}
