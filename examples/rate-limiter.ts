// Rate limits that all processes of a service share: `npm start -- rate-limiter`.
import { type Cache, Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

interface Limit {
  /** Requests in a window. */
  requests: number;
  /** Whole seconds. */
  window: number;
}

/** Counts in windows that begin at fixed times: one round trip, but up to twice the limit around a border. */
class FixedWindow {
  constructor(
    private readonly cache: Cache,
    private readonly limit: Limit,
  ) {}

  async allows(caller: string, now = Date.now()): Promise<boolean> {
    const { requests, window } = this.limit;
    const number = Math.floor(now / 1000 / window);
    // Who comes first creates the counter, which ends by itself when its window is over.
    const count = await this.cache.incr(`${caller}:${number}`, 1, { initial: 1, ttl: window });
    return count !== undefined && count <= requests;
  }
}

/**
 * Counts the requests of the last `window` seconds, as if those of the window before had come evenly spread. What was
 * refused counts too: who does not stop asking stays refused.
 */
class SlidingWindow {
  constructor(
    private readonly cache: Cache,
    private readonly limit: Limit,
  ) {}

  async allows(caller: string, now = Date.now()): Promise<boolean> {
    const { requests, window } = this.limit;
    const position = now / 1000 / window;
    const number = Math.floor(position);
    const [current = 0, before = 0] = await Promise.all([
      this.cache.incr(`${caller}:${number}`, 1, { initial: 1, ttl: 2 * window }),
      this.cache.incr(`${caller}:${number - 1}`, 0), // reads it, as a number
    ]);
    const stillIn = 1 - (position - number);
    return before * stillIn + current <= requests;
  }
}

/** What becomes of as many requests at a time, so many seconds after the beginning of a window. */
async function show(limiter: FixedWindow | SlidingWindow, caller: string, bursts: number[][]) {
  const start = Math.ceil(Date.now() / 60_000) * 60_000;
  for (const [seconds = 0, requests = 0] of bursts) {
    let allowed = 0;
    for (let i = 0; i < requests; i++) {
      if (await limiter.allows(caller, start + seconds * 1000)) allowed++;
    }
    console.log(`  after ${seconds} s: ${allowed} of ${requests} requests`);
  }
}

async function main(): Promise<void> {
  const memcached = await startMemcached();
  const cache = new Client(memcached.server);
  const limit = { requests: 5, window: 10 };

  console.log('5 requests in 10 s, fixed windows');
  const fixed = new FixedWindow(cache.withPrefix('fixed:'), limit);
  await show(fixed, 'ada', [
    [9, 8],
    [10, 8], // the next window
  ]);

  console.log('5 requests in 10 s, a sliding window');
  const sliding = new SlidingWindow(cache.withPrefix('sliding:'), limit);
  await show(sliding, 'ada', [
    [9, 4],
    [11, 8], // nine tenths of the four still count
    [25, 8],
  ]);

  console.log('20 requests at once, from two processes');
  const other = new Client(memcached.server, { shared: false });
  const limiters = [cache, other].map((client) => new FixedWindow(client, limit));
  const now = Date.now();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => limiters[i % 2]?.allows('bob', now)),
  );
  console.log(`  allowed: ${answers.filter((allowed) => allowed).length}`);

  await Promise.all([cache.close(), other.close()]);
  await memcached.stop();
}

void main();
