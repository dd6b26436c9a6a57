// The readings of all servers, of the last while.

import type { MemcachedError } from '../errors';
import { LoadMeter, type Reading, type Stats, totalLoad } from './serverLoad';

/** More than a sparkline ever shows. */
const longest = 120;

export class LoadHistory {
  readonly #meters = new Map<string, LoadMeter>();
  readonly #readings = new Map<string, Reading[]>();
  readonly #totals: (Reading | undefined)[] = [];

  /** @param seconds of a clock that never goes back */
  add(answers: ReadonlyMap<string, Stats | MemcachedError>, seconds: number): void {
    const newest: Reading[] = [];
    for (const [server, answer] of answers) {
      const meter = this.#meters.get(server) ?? new LoadMeter();
      this.#meters.set(server, meter);
      const reading = meter.read(answer, seconds);
      const readings = this.#readings.get(server) ?? [];
      this.#readings.set(server, readings);
      push(readings, reading);
      newest.push(reading);
    }
    push(this.#totals, totalLoad(newest));
  }

  /** By server, the newest last. Never empty. */
  get servers(): ReadonlyMap<string, readonly Reading[]> {
    return this.#readings;
  }

  /** Undefined for a time when no server answered. */
  get totals(): readonly (Reading | undefined)[] {
    return this.#totals;
  }
}

function push<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > longest) list.shift();
}
