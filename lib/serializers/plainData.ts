// What the readers of other languages' formats share. They read data and nothing else: whatever
// names a class, a function or a reference makes the whole value foreign, and nothing is executed.
import { isUtf8 } from 'node:buffer';
import { foreignValue, integerOf, maxValues, ownBytes } from './serializer';

/** The data are not plain, or broken: their reader gives up, the caller gets bytes and flags. */
export class NotPlain extends Error {}

/** How deep values may be nested: what recurses over the result, here or later, survives it. */
const maxDepth = 1000;

/** As many digits of an integer as Python itself reads: more take time out of proportion. */
const maxDigits = 4300;

/** As many bits of an integer that is a key: printing more takes time out of proportion. */
const maxKeyBits = 1024;

/** The plain value in `data`, or `{ data, flags }` where there is none. */
export function plainOrForeign(
  read: (cursor: Cursor) => unknown,
  data: Buffer,
  flags: number,
): unknown {
  try {
    const cursor = new Cursor(data);
    const value = read(cursor);
    cursor.expectEnd();
    new Inspection().visit(value, 0);
    return value;
  } catch (error) {
    if (error instanceof NotPlain) return foreignValue(data, flags);
    throw error;
  }
}

/** Reads from the front to the back. Every method throws `NotPlain` at the end of the data. */
export class Cursor {
  readonly #data: Buffer;
  #at = 0;
  #depth = 0;
  #valuesLeft = maxValues;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get length(): number {
    return this.#data.length;
  }

  /** A reader counts all it makes before it does: values, keys, and what is there for a while. */
  count(values = 1): void {
    this.#valuesLeft -= values;
    if (this.#valuesLeft < 0) throw new NotPlain();
  }

  byte(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) throw new NotPlain();
    this.#at++;
    return byte;
  }

  /** The next bytes, not copied. */
  view(length: number): Buffer {
    const end = this.#at + length;
    if (!(length >= 0 && end <= this.#data.length)) throw new NotPlain();
    const bytes = this.#data.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** The next bytes, for the caller to keep. */
  bytes(length: number): Buffer {
    return ownBytes(this.view(length));
  }

  text(length: number): string {
    const bytes = this.view(length);
    if (!isUtf8(bytes)) throw new NotPlain();
    return bytes.toString('utf8');
  }

  /** What stands before the next `end`, which is skipped. */
  until(end: string): string {
    const index = this.#data.indexOf(end, this.#at, 'latin1');
    const text = this.view(index - this.#at).toString('latin1');
    this.view(end.length);
    return text;
  }

  expect(text: string): void {
    if (this.view(text.length).toString('latin1') !== text) throw new NotPlain();
  }

  expectEnd(): void {
    if (this.#at !== this.#data.length) throw new NotPlain();
  }

  /** Runs `read` one level deeper. */
  nested<Result>(read: () => Result): Result {
    if (++this.#depth > maxDepth) throw new NotPlain();
    const result = read();
    this.#depth--;
    return result;
  }
}

/** Bounds what a value of few bytes may grow to by references to its own parts, or in depth. */
class Inspection {
  #left = maxValues;

  visit(value: unknown, depth: number): void {
    if (--this.#left < 0 || depth > maxDepth) throw new NotPlain();
    if (typeof value === 'symbol') throw new NotPlain();
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return;
    for (const element of Object.values(value)) this.visit(element, depth + 1);
  }
}

/** Adds an entry to an object that is made of what others wrote. */
export function setEntry(object: Record<string, unknown>, key: unknown, value: unknown): void {
  const name = nameOf(key);
  // 1 and "1", or a symbol and a string, are two keys there and would be one here.
  if (Object.hasOwn(object, name)) throw new NotPlain();
  // Assigning to __proto__ would set the prototype.
  if (name === '__proto__' || /^\d+$/.test(name)) defineEntry(object, name, value);
  else object[name] = value;
}

/**
 * For a number as a name, V8 reserves memory for all numbers below it, up to 12 KB an entry, unless
 * the property has been a special one.
 */
function defineEntry(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: false,
    enumerable: true,
    configurable: true,
  });
  Object.defineProperty(object, name, { writable: true });
}

function nameOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (Number.isInteger(key)) return String(key);
  if (typeof key === 'bigint' && BigInt.asIntN(maxKeyBits, key) === key) return String(key);
  throw new NotPlain();
}

export function plainInteger(text: string): number | bigint {
  const integer = text.length > maxDigits ? undefined : integerOf(text);
  if (integer === undefined) throw new NotPlain();
  return integer;
}

/** A float as Python, PHP and Ruby print it: `1.5`, `1.0E+25`, `inf`, `NAN`. */
export function plainFloat(text: string): number {
  // Digits must have one way to match, or a text of many takes time by the square of their number.
  if (/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  switch (text.toLowerCase()) {
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    case 'nan':
      return Number.NaN;
    default:
      throw new NotPlain();
  }
}
