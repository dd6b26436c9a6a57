import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyFaults } from 'libmemcached/testing';
import type { Random } from './random';
import type { Report } from './report';
import type { ServedKeys } from './servedKeys';

/** Breaks one server, or the way to it, again and again. The same random numbers break the same things. */
export class Saboteur {
  readonly #target: ServedKeys;
  readonly #random: Random;
  readonly #report: Report;

  constructor(target: ServedKeys, random: Random, report: Report) {
    this.#target = target;
    this.#random = random;
    this.#report = report;
  }

  /** Whole again when it resolves. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await sleep(this.#random.between(0, 200));
      await this.#breakOnce();
    }
  }

  #breakOnce(): Promise<void> {
    const random = this.#random;
    const target = this.#target;
    const choices: [number, string, () => Promise<void>][] = [
      [10, 'delay', () => this.#onTheWay({ delay: random.between(1, 80) })],
      [8, 'bandwidth', () => this.#onTheWay({ bytesPerSecond: random.between(20_000, 500_000) })],
      [10, 'split', () => this.#onTheWay({ split: random.between(1, 60) })],
      [8, 'coalesce', () => this.#onTheWay({ coalesce: random.between(5, 50) })],
      [6, 'stalled requests', () => this.#onTheWay({ stall: 'requests' })],
      [6, 'stalled replies', () => this.#onTheWay({ stall: 'replies' })],
      [10, 'cut, reset', () => this.#cut('reset')],
      [10, 'cut, end', () => this.#cut('end')],
      [6, 'cut, stall', () => this.#cut('stall')],
      [8, 'reset', async () => target.proxy.resetAll()],
      [8, 'end', async () => target.proxy.endAll()],
      [
        8,
        'delay and split',
        () => this.#onTheWay({ delay: random.between(1, 30), split: random.between(1, 60) }),
      ],
      [10, 'suspended', () => this.#suspend()],
      [6, 'killed', () => this.#kill()],
    ];
    const [name, breakIt] = random.weighted(
      choices.map(([weight, ...fault]) => [weight, fault] as const),
    );
    this.#report.count(this.#report.faults, name);
    return breakIt();
  }

  async #onTheWay(faults: ProxyFaults): Promise<void> {
    this.#target.proxy.setFaults(faults);
    await sleep(this.#random.between(50, 500));
    this.#target.proxy.setFaults({});
  }

  #cut(by: 'reset' | 'end' | 'stall'): Promise<void> {
    const afterBytes = this.#random.below(this.#random.pick([20, 300, 5000, 100_000]));
    return this.#onTheWay({ cut: { afterBytes, by } });
  }

  async #suspend(): Promise<void> {
    await this.#target.server.suspend();
    await sleep(this.#random.between(20, 700));
    this.#target.server.resume();
  }

  async #kill(): Promise<void> {
    await this.#target.kill();
    await sleep(this.#random.between(0, 300));
    await this.#target.restart();
  }
}
