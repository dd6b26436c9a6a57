import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, MemcachedError } from 'libmemcached';
import { lateness, now, stalls } from '../support/stalls';
import { anyCommand, type ChaosClient, type Command, getMulti, setMulti } from './commands';
import type { Answer } from './effects';
import type { Outcome } from './keyModel';
import type { KeyKind, OwnedKey } from './ownedKey';
import type { Random } from './random';
import type { Report } from './report';

/** What a caller may expect of the client. */
export interface Expectations {
  /** Milliseconds of an operation. */
  readonly timeout: number;
  /** Codes of the errors that faults may cause. */
  readonly codes: readonly ErrorCode[];
}

const readOnly = ['get', 'gets', 'getMulti'];

/** A user of the client: operations at random on keys of its own, each answer checked. */
export class Caller {
  readonly #client: ChaosClient;
  readonly #keys: readonly OwnedKey[];
  readonly #random: Random;
  readonly #report: Report;
  readonly #expected: Expectations;

  constructor(
    client: ChaosClient,
    keys: readonly OwnedKey[],
    random: Random,
    report: Report,
    expected: Expectations,
  ) {
    this.#client = client;
    this.#keys = keys;
    this.#random = random;
    this.#report = report;
    this.#expected = expected;
  }

  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const failed = await this.turn();
      const pause = this.#random.between(1, 20); // drawn always: what follows must not depend on answers
      // A server that is down refuses at once: there are better uses of the time.
      await sleep(failed ? pause : 0);
    }
  }

  /** Some operations, all begun at once. True when any has failed. */
  async turn(): Promise<boolean> {
    const random = this.#random;
    const choices: [number, () => Promise<boolean>[]][] = [
      [50, () => this.#use(this.#someKeys(1), true)],
      [15, () => this.#burst()],
      [15, () => this.#use(this.#someKeys(random.between(2, 8)), true)],
      [12, () => this.#together((keys) => getMulti(keys, this.#client))],
      [8, () => this.#together((keys) => setMulti(keys, random, this.#client), 'item')],
    ];
    const failed = await Promise.all(random.weighted(choices)());
    return failed.includes(true);
  }

  #use(keys: readonly OwnedKey[], alone: boolean): Promise<boolean>[] {
    return keys.map((key) => this.#issue(key, [anyCommand(key, this.#random, alone)]));
  }

  /** Several operations on one key that do not wait for each other. */
  #burst(): Promise<boolean>[] {
    return this.#someKeys(1).map((key) => {
      const length = this.#random.between(2, 4);
      const commands = Array.from({ length }, () => anyCommand(key, this.#random, false));
      return this.#issue(key, commands);
    });
  }

  #together(call: (keys: readonly OwnedKey[]) => Command[], kind?: KeyKind): Promise<boolean>[] {
    const some = this.#someKeys(this.#random.between(2, 12));
    const keys = kind === undefined ? some : some.filter((key) => key.kind === kind);
    const commands = call(keys);
    return keys.map((key, index) => this.#issue(key, [commands[index] as Command]));
  }

  #someKeys(count: number): OwnedKey[] {
    const keys = new Set(Array.from({ length: count }, () => this.#random.pick(this.#keys)));
    return [...keys].filter((key) => !key.inDoubt);
  }

  /** True when any of the commands has failed. */
  async #issue(key: OwnedKey, commands: readonly Command[]): Promise<boolean> {
    key.model.begin();
    const outcomes = await Promise.all(
      commands.map((command) => this.#outcome(key, command, command.run(this.#client))),
    );
    const violation = key.model.settle(commands, outcomes);
    if (violation !== undefined) {
      key.inDoubt = true;
      this.#violate(key, violation);
    }
    return outcomes.some((outcome) => !('answer' in outcome));
  }

  async #outcome(key: OwnedKey, { name }: Command, promise: Promise<Answer>): Promise<Outcome> {
    this.#report.count(this.#report.operations, name.split(' ')[0] as string);
    const settled = promise.then(
      (answer): Outcome => ({ answer }),
      (error: unknown) => this.#failed(key, name, error),
    );
    const { timeout } = this.#expected;
    if (await stalls.settles(settled, now() + timeout, lateness)) return settled;
    this.#violate(key, `${name} was not answered within ${timeout + lateness} ms`);
    return { maybeApplied: true };
  }

  #failed(key: OwnedKey, name: string, error: unknown): Outcome {
    if (!(error instanceof MemcachedError)) {
      this.#violate(key, `${name} failed with what is no MemcachedError: ${String(error)}`);
      return { maybeApplied: true };
    }
    this.#report.count(this.#report.failures, error.code);
    if (!this.#expected.codes.includes(error.code)) {
      this.#violate(key, `${name} failed with ${error.code}: ${error.message}`);
    }
    if (error.maybeApplied && readOnly.includes(name)) {
      this.#violate(key, `${name} changes nothing, and may have been applied`);
    }
    return { maybeApplied: error.maybeApplied };
  }

  #violate(key: OwnedKey, what: string): void {
    this.#report.violations.push(`${key.name}: ${what}`);
  }
}
