// Bounds in time that a busy machine cannot break: what it is late itself is measured, and not counted.
import { Worker } from 'node:worker_threads';

/** By how many ms an operation may miss its deadline. */
export const lateness = 50;
/** Within how many ms of a fault's end an operation succeeds. */
export const recovery = 1000;

/** Milliseconds between two looks. */
const interval = 5;
/** By how much a thread wakes late on an idle machine, in ms: no stall. */
const precision = 2;
/** How many stalls of a thread are remembered. */
const capacity = 4096;

/** When a thread should have woken, and when it did. */
type Stall = readonly [due: number, woke: number];

/** Milliseconds, on a clock that all threads read alike. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Sleeps and writes down what came of it: when it is due, how many stalls there were, each of them. */
const sleeper = `
  const { log } = require('node:worker_threads').workerData;
  const never = new Int32Array(new SharedArrayBuffer(4));
  const now = () => Number(process.hrtime.bigint()) / 1e6; // all threads read it alike
  for (;;) {
    log[0] = now() + ${interval};
    Atomics.wait(never, 0, 0, ${interval});
    const woke = now();
    if (woke - log[0] <= ${precision}) continue;
    log.set([log[0], woke], 2 + 2 * (log[1] % ${capacity}));
    log[1]++;
  }`;

/**
 * Watches a thread that only sleeps, and the event loop of this one: while either is later than it asked to be,
 * nobody can be in time.
 */
class StallWatch {
  /** Resolves when both are watched. */
  readonly ready: Promise<unknown>;
  readonly #log = new Float64Array(
    new SharedArrayBuffer((2 + 2 * capacity) * Float64Array.BYTES_PER_ELEMENT),
  );
  readonly #ofLoop: Stall[] = [];
  #loopDue = 0;

  constructor() {
    this.#log[0] = Number.POSITIVE_INFINITY;
    const worker = new Worker(sleeper, { eval: true, workerData: { log: this.#log } });
    worker.unref();
    this.ready = new Promise((resolve, reject) =>
      worker.once('online', resolve).once('error', reject),
    );
    this.#watchLoop();
  }

  /** Whether `promise` settles at most `bound` ms after `deadline`, stalls not counted: false as soon as it cannot. */
  async settles(promise: Promise<unknown>, deadline: number, bound: number): Promise<boolean> {
    let settledAt: number | undefined;
    const settle = (): void => {
      settledAt = now();
    };
    const settled = promise.then(settle, settle);
    while (settledAt === undefined) {
      const left = bound - this.late(deadline);
      if (left <= 0) return false;
      await untilEither(settled, left);
    }
    return this.late(deadline, settledAt) <= bound;
  }

  /** Milliseconds from `deadline` to `end` in which nothing stalled. */
  late(deadline: number, end = now()): number {
    let late = end - deadline;
    let counted = deadline;
    for (const [due, woke] of this.#stallsSince(deadline)) {
      const [from, to] = [Math.max(due, counted), Math.min(woke, end)];
      if (to <= from) continue;
      late -= to - from;
      counted = to;
    }
    return late;
  }

  /** In the order in which they began; those that still last are among them. */
  #stallsSince(time: number): Stall[] {
    const present = now();
    const stalls: Stall[] = [
      ...this.#ofLoop,
      [this.#loopDue, present],
      [this.#log[0] as number, present],
    ];
    const count = Math.min(this.#log[1] as number, capacity);
    for (let at = 2; at < 2 + 2 * count; at += 2) {
      stalls.push([this.#log[at] as number, this.#log[at + 1] as number]);
    }
    return stalls.filter(([, woke]) => woke > time).sort(([left], [right]) => left - right);
  }

  #watchLoop(): void {
    const woke = now();
    if (woke - this.#loopDue > precision && this.#loopDue > 0) {
      this.#ofLoop.push([this.#loopDue, woke]);
      if (this.#ofLoop.length > capacity) this.#ofLoop.shift();
    }
    this.#loopDue = now() + interval;
    setTimeout(() => this.#watchLoop(), interval).unref();
  }
}

/** Resolves when `promise` has, or some ms have passed and every answer that was there has been told. */
async function untilEither(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(() => setImmediate(resolve), milliseconds);
  });
  await Promise.race([promise, passed]);
  clearTimeout(timer);
}

/** Of this process. */
export const stalls = new StallWatch();
