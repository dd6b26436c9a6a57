import type { Answer, Effect, Value } from './effects';
import { described } from './values';

/** What became of an operation. */
export type Outcome =
  | { readonly answer: Answer }
  /** It failed. True: it may have happened, or may happen yet. False: it did not and will not. */
  | { readonly maybeApplied: boolean };

/** An operation on the key. */
export interface Step {
  readonly name: string;
  readonly effect: Effect;
  /** What may happen, each at most once, when it has failed and may have been applied. Reads: none. */
  readonly late: readonly Effect[];
}

/**
 * The values that a key may have, each with the set of the late effects that are still to come: bit n
 * stands for the nth of `#late`.
 */
type States = Map<number, Set<Value>>;

/**
 * Everything a key may hold, given what its only user was told. Where that leaves several histories
 * open it follows all of them, and an answer that no history explains is a violation.
 *
 * The user issues some steps without waiting in between (`begin`) and then tells what became of them
 * (`settle`); the client keeps their order. A step that failed and may have been applied happens at any
 * time from `begin` on, long after its failure too, or never: its request may wait in a network or in a
 * stopped server. It can be gone for good only with the server (`lose`), or once every connection that
 * could hold it is seen to be closed (`verify`).
 */
export class KeyModel {
  #states: States = new Map([[0, new Set<Value>([undefined])]]);
  #late: Effect[] = [];
  #underWay = false;
  /** The server has lost the item while steps were under way: before, between or after them. */
  #lostMeanwhile = false;

  /** Effects that may still come. Each can double the number of histories. */
  get lateEffects(): number {
    return this.#late.length;
  }

  begin(): void {
    if (this.#underWay)
      throw new Error('a key has one user, who has not heard of the last steps yet');
    this.#underWay = true;
  }

  /** The steps since `begin`, in order. What it returns is a violation, in words. */
  settle(steps: readonly Step[], outcomes: readonly Outcome[]): string | undefined {
    const violation = this.#follow(steps, outcomes);
    this.#underWay = false;
    this.#lostMeanwhile = false;
    return violation;
  }

  #follow(steps: readonly Step[], outcomes: readonly Outcome[]): string | undefined {
    for (const [index, { late }] of steps.entries()) {
      const outcome = outcomes[index] as Outcome;
      if (!('maybeApplied' in outcome && outcome.maybeApplied)) continue;
      for (const effect of late) this.#await(effect);
    }
    this.#states = this.#advanced(this.#states);
    for (const [index, { name, effect }] of steps.entries()) {
      const outcome = outcomes[index] as Outcome;
      if (!('answer' in outcome)) continue;
      const before = this.#states;
      this.#states = this.#advanced(answering(before, effect, outcome.answer));
      if (this.#states.size === 0) {
        this.#states = before;
        return `${name} answered ${described(outcome.answer)}, and the key may hold ${words(before)}`;
      }
    }
    return undefined;
  }

  /** The server is dead, and with it the item and whatever was still on its way to it. */
  lose(): void {
    if (this.#underWay) this.#lostMeanwhile = true;
    else this.#settleOn(undefined);
  }

  /** What the server really holds, when nothing is on its way to it any more. */
  verify(value: Value): string | undefined {
    if (this.#underWay) throw new Error('nothing may be on its way');
    const before = this.#states;
    const explained = [...before.values()].some((values) => values.has(value));
    this.#settleOn(value);
    return explained
      ? undefined
      : `the server holds ${described(value)}, and the key may hold ${words(before)}`;
  }

  #settleOn(value: Value): void {
    this.#late = [];
    this.#states = new Map([[0, new Set([value])]]);
  }

  #await(effect: Effect): void {
    const bit = 1 << this.#late.length;
    this.#late.push(effect);
    this.#states = new Map([...this.#states].map(([pending, values]) => [pending | bit, values]));
  }

  /** The states with all that late effects and the loss of the item can make of them. */
  #advanced(states: States): States {
    const all: States = new Map();
    const add = (pending: number, value: Value): void => {
      const values = all.get(pending) ?? new Set<Value>();
      all.set(pending, values);
      if (values.has(value)) return;
      values.add(value);
      if (this.#lostMeanwhile) add(pending, undefined);
      this.#late.forEach((effect, index) => {
        const bit = 1 << index;
        if (pending & bit) add(pending & ~bit, effect(value)[1]);
      });
    };
    for (const [pending, values] of states) for (const value of values) add(pending, value);
    return all;
  }
}

/** What is left of the states when `effect` has given this answer. */
function answering(states: States, effect: Effect, answer: Answer): States {
  const left: States = new Map();
  for (const [pending, values] of states) {
    const next = [...values].map(effect).filter(([given]) => given === answer);
    if (next.length > 0) left.set(pending, new Set(next.map(([, value]) => value)));
  }
  return left;
}

function words(states: States): string {
  const values = new Set([...states.values()].flatMap((some) => [...some]));
  return [...values]
    .map((value) => (value === undefined ? 'nothing' : described(value)))
    .join(' or ');
}
