// Ruby's Marshal 4.8 of plain values: nil, true, false, integers, floats, strings, symbols (as
// text), arrays and hashes. Objects, classes, ranges and the like make the whole value foreign.
import { type Cursor, NotPlain, plainFloat, setEntry } from './plainData';
import { decodeTextOrBytes, exactInteger } from './serializer';

/** Every Marshal document begins with its version. */
export const marshalHeader = '\x04\x08';

export function readMarshal(cursor: Cursor): unknown {
  cursor.expect(marshalHeader);
  return new Reader(cursor).value();
}

class Reader {
  readonly #cursor: Cursor;
  /** Symbols and objects are numbered as they come, and written as their number afterwards. */
  readonly #symbols: string[] = [];
  readonly #objects: unknown[] = [];

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  value(): unknown {
    this.#cursor.count();
    const type = this.#type();
    switch (type) {
      case '0':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'i':
        return this.#fixnum();
      case ':':
      case ';':
        return this.#symbol(type);
      case '@':
        return known(this.#objects, this.#fixnum());
      case 'I':
        return this.#encoded();
      default:
        return this.#object(type);
    }
  }

  #object(type: string): unknown {
    switch (type) {
      case 'l':
        return this.#add(this.#bignum());
      case 'f':
        return this.#add(plainFloat(this.#bytes().toString('latin1')));
      case '"':
        return this.#add(Buffer.from(this.#bytes()));
      case '[':
        return this.#cursor.nested(() => this.#array());
      case '{':
        return this.#cursor.nested(() => this.#hash());
      default:
        throw new NotPlain();
    }
  }

  #array(): unknown[] {
    const array = this.#add<unknown[]>([]);
    for (let left = this.#length(); left > 0; left--) array.push(this.value());
    return array;
  }

  #hash(): object {
    const hash = this.#add<Record<string, unknown>>({});
    for (let left = this.#length(); left > 0; left--) setEntry(hash, this.value(), this.value());
    return hash;
  }

  /** A string or symbol with its encoding, which may be UTF-8 or ASCII. */
  #encoded(): unknown {
    const type = this.#type();
    if (type === ':') {
      const symbol = this.#symbol(type);
      this.#encoding();
      return symbol;
    }
    if (type !== '"') throw new NotPlain();
    const text = this.#add(decodeTextOrBytes(this.#bytes()));
    this.#encoding();
    return text;
  }

  #encoding(): void {
    if (this.#length() !== 1 || this.#symbol(this.#type()) !== 'E') throw new NotPlain();
    if (!['T', 'F'].includes(this.#type())) throw new NotPlain();
  }

  #symbol(type: string): string {
    if (type === ';') return known(this.#symbols, this.#fixnum());
    if (type !== ':') throw new NotPlain();
    const symbol = this.#cursor.text(this.#length());
    this.#symbols.push(symbol);
    return symbol;
  }

  #bignum(): number | bigint {
    const sign = this.#type();
    if (sign !== '+' && sign !== '-') throw new NotPlain();
    const digits = Buffer.from(this.#cursor.view(this.#length() * 2)).reverse();
    const magnitude = BigInt(`0x0${digits.toString('hex')}`);
    return exactInteger(sign === '-' ? -magnitude : magnitude);
  }

  #bytes(): Buffer {
    return this.#cursor.view(this.#length());
  }

  #length(): number {
    const length = this.#fixnum();
    if (length < 0) throw new NotPlain();
    return length;
  }

  /** One byte for -123 to 122, else the number of bytes that follow, little-endian. */
  #fixnum(): number {
    const first = (this.#cursor.byte() << 24) >> 24;
    if (first === 0) return 0;
    if (Math.abs(first) > 4) return first - Math.sign(first) * 5;
    const size = Math.abs(first);
    const magnitude = this.#cursor.view(size).readUIntLE(0, size);
    return first > 0 ? magnitude : magnitude - 256 ** size;
  }

  #type(): string {
    return String.fromCharCode(this.#cursor.byte());
  }

  #add<Value>(value: Value): Value {
    this.#objects.push(value);
    return value;
  }
}

function known<Value>(values: readonly Value[], index: number): Value {
  if (!(index >= 0 && index < values.length)) throw new NotPlain();
  return values[index] as Value;
}
