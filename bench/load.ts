// Drives closed-loop callers against one operation and measures a window of their work.

import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from './operation';
import { percentile } from './statistics';

/** One round of one client. Times are microseconds. */
export interface Sample {
  /** Calls that ended within the window, a second. */
  rate: number;
  /** Time the event loop was busy, a call. */
  loopTime: number;
  /** CPU time of the whole process, all threads, a call. */
  cpuTime: number;
  p50: number;
  p99: number;
  /** Resident memory of the process at the end of the window, in bytes. */
  rss: number;
}

export interface Window {
  /** Milliseconds before the measurement. */
  warmUp: number;
  /** Milliseconds measured, less where the operation runs out of keys. */
  duration: number;
}

/** Callers work in lockstep: a stride that divides no usual number of them times them all. */
const TIMED_EVERY = 7;

interface Mark {
  time: number;
  calls: number;
  loop: EventLoopUtilization;
  cpu: NodeJS.CpuUsage;
}

/** Lives over all rounds of a scenario, so that no round repeats the keys of the one before. */
export class Load {
  readonly #operation: Operation;
  readonly #callers: number;
  readonly #timedEvery: number;
  #position = 0;
  #calls = 0;
  #limit = 0;
  #stopped = false;
  #measuring = false;
  #latencies: number[] = [];
  #onKeysUsedUp: () => void = () => {};

  constructor(operation: Operation, callers: number) {
    this.#operation = operation;
    this.#callers = callers;
    this.#timedEvery = callers === 1 ? 1 : TIMED_EVERY;
  }

  /** Calls issued so far, over all rounds. */
  get position(): number {
    return this.#position;
  }

  async round({ warmUp, duration }: Window): Promise<Sample> {
    this.#latencies = [];
    this.#limit = this.#position + this.#operation.callsPerRound;
    this.#stopped = false;
    const ended = new Promise<void>((resolve) => {
      this.#onKeysUsedUp = resolve;
    });
    const callers = Promise.all(
      Array.from({ length: this.#callers }, (_, caller) => this.#call(caller)),
    );
    const measured = this.#measure(warmUp, duration, ended);
    const [sample] = await Promise.all([measured, callers]);
    return sample;
  }

  async #measure(warmUp: number, duration: number, ended: Promise<void>): Promise<Sample> {
    await Promise.race([sleep(warmUp), ended]);
    this.#measuring = true;
    const begin = this.#mark();
    await Promise.race([sleep(duration), ended]);
    const end = this.#mark();
    this.#measuring = false;
    this.#stopped = true;
    return this.#summarise(begin, end);
  }

  async #call(caller: number): Promise<void> {
    const operation = this.#operation;
    while (!this.#stopped) {
      const position = this.#position;
      if (position === this.#limit) return this.#onKeysUsedUp();
      this.#position = position + 1;
      const issued = position % this.#timedEvery === 0 ? performance.now() : 0;
      const result = await operation.start(position, caller);
      if (issued > 0 && this.#measuring) this.#latencies.push(performance.now() - issued);
      operation.check(result, position, caller);
      this.#calls += 1;
    }
  }

  #mark(): Mark {
    return {
      time: performance.now(),
      calls: this.#calls,
      loop: performance.eventLoopUtilization(),
      cpu: process.cpuUsage(),
    };
  }

  #summarise(begin: Mark, end: Mark): Sample {
    const calls = end.calls - begin.calls;
    const loop = performance.eventLoopUtilization(end.loop, begin.loop);
    const cpu = end.cpu.user + end.cpu.system - begin.cpu.user - begin.cpu.system;
    const latencies = Float64Array.from(this.#latencies).sort();
    return {
      rate: (calls * 1000) / (end.time - begin.time),
      loopTime: (loop.active * 1000) / calls,
      cpuTime: cpu / calls,
      p50: percentile(latencies, 0.5) * 1000,
      p99: percentile(latencies, 0.99) * 1000,
      rss: process.memoryUsage.rss(),
    };
  }
}
