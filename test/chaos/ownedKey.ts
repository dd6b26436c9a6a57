import { KeyModel } from './keyModel';
import type { Random } from './random';
import { versionOf } from './values';

export type KeyKind = 'item' | 'counter' | 'text';

const sizes: readonly (readonly [weight: number, range: [least: number, most: number]])[] = [
  [70, [1, 200]],
  [20, [200, 4000]],
  [8, [4000, 40_000]],
  [2, [40_000, 120_000]],
];

/** A key that one caller alone uses. */
export class OwnedKey {
  readonly model = new KeyModel();
  readonly name: string;
  readonly kind: KeyKind;
  /** Of the last `gets`; of a server that is still the same. */
  token: { readonly value: string; readonly cas: bigint } | undefined;
  /** A violation was found: what the key holds is not known until it is looked up. */
  inDoubt = false;
  #number = 0;

  constructor(name: string, kind: KeyKind) {
    this.name = name;
    this.kind = kind;
  }

  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  /** A value that was never stored before. */
  nextVersion(random: Random): string {
    const [least, most] = random.weighted(sizes);
    // Appending in every order makes many texts of a late one: they stay small.
    const size = this.kind === 'text' ? 10 : random.between(least, most);
    return versionOf(this.name, this.nextNumber(), size);
  }

  /** What a client read, as the model has it: decr leaves blanks behind a number that became shorter. */
  asText(value: unknown): string | undefined {
    if (value === undefined) return undefined;
    return this.kind === 'counter' ? String(value).trimEnd() : String(value);
  }

  /** The server is dead. Another one may give a token again that this one gave. */
  lose(): void {
    this.token = undefined;
    this.model.lose();
  }

  verify(value: string | undefined): string | undefined {
    this.inDoubt = false;
    return this.model.verify(this.asText(value));
  }
}
