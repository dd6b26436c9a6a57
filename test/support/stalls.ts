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
/**
 * An answer passes the thread that keeps its deadline, the one that waits for the server and the event loop. They wait
 * for a processor one after the other, and longer than one that only sleeps, which the system prefers: with ten threads
 * for each processor, the longest stall has been seen to be missing four times.
 */
const unseen = 4;
/** For how many ms before a deadline a stall tells how long others may have waited. */
const recent = 1000;
/** How many stalls of a thread are remembered. */
const capacity = 1024;

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
    return settledAt - deadline <= bound || this.late(deadline, settledAt) <= bound;
  }

  /**
   * Milliseconds from `deadline` to `end` that no stall excuses: what is seen of one, and `unseen` times the longest
   * that the machine has had lately.
   */
  late(deadline: number, end = now()): number {
    if (end <= deadline) return end - deadline;
    const ofMachine = this.#stallsOfMachine();
    const stalls = [...ofMachine, ...this.#ofLoop, [this.#loopDue, now()] as const];
    let late = end - deadline;
    let counted = deadline;
    for (const [due, woke] of stalls.sort(([left], [right]) => left - right)) {
      late -= Math.max(0, Math.min(woke, end) - Math.max(due, counted));
      counted = Math.max(counted, woke);
    }
    const lately = ofMachine.filter(([due, woke]) => woke > deadline - recent && due < end);
    return late - unseen * Math.max(0, ...lately.map(([due, woke]) => woke - due));
  }

  /** The one that lasts included. */
  #stallsOfMachine(): Stall[] {
    const [due, count] = [this.#log[0] as number, this.#log[1] as number];
    const stalls = Array.from(
      { length: Math.min(count, capacity) },
      (_, index): Stall => [this.#log[2 + 2 * index] as number, this.#log[3 + 2 * index] as number],
    );
    return [...stalls, [due, Math.max(due, now())]];
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
