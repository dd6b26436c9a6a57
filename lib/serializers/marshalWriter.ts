// Plain values as Ruby's Marshal 4.8.
import { marshalHeader } from './marshal';
import { maxValues, unserializable } from './serializer';

/**
 * Marshal of a string, Buffer, number, bigint, boolean, null, or of arrays and objects of those.
 * Throws `SERIALIZE` for more values than would be read back.
 */
export function marshal(value: unknown): Buffer {
  const writer = new Writer();
  writer.write(value);
  return writer.finish();
}

const smallestFixnum = -(2 ** 30);
const largestFixnum = 2 ** 30 - 1;

class Writer {
  readonly #parts: Buffer[] = [Buffer.from(marshalHeader, 'latin1')];
  /** The name of the encoding is spelled out once. */
  #encoding = Buffer.from('\x06:\x06ET', 'latin1');
  #values = 0;

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }

  write(value: unknown): void {
    this.#count(value);
    switch (typeof value) {
      case 'boolean':
        this.#type(value ? 'T' : 'F');
        break;
      case 'number':
        this.#number(value);
        break;
      case 'bigint':
        this.#integer(value);
        break;
      case 'string':
        this.#text(value);
        break;
      default:
        this.#object(value as object | null);
    }
  }

  #count(value: unknown): void {
    if (++this.#values <= maxValues) return;
    throw unserializable(`hold at most ${maxValues} values`, value);
  }

  #object(value: object | null): void {
    if (value === null) this.#type('0');
    else if (Buffer.isBuffer(value)) this.#bytes('"', value);
    else if (Array.isArray(value)) this.#array(value);
    else this.#hash(Object.entries(value));
  }

  #array(elements: readonly unknown[]): void {
    this.#type('[');
    this.#fixnum(elements.length);
    for (const element of elements) this.write(element);
  }

  #hash(entries: readonly (readonly [string, unknown])[]): void {
    this.#type('{');
    this.#fixnum(entries.length);
    for (const [name, value] of entries) {
      this.write(name);
      this.write(value);
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#integer(value);
    else this.#bytes('f', Buffer.from(floatText(value)));
  }

  #integer(value: number | bigint): void {
    if (value >= smallestFixnum && value <= largestFixnum) {
      this.#type('i');
      this.#fixnum(Number(value));
    } else {
      this.#bignum(BigInt(value));
    }
  }

  #bignum(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16);
    const size = Math.ceil(digits.length / 4) * 4; // digits of whole 16-bit words
    const bytes = Buffer.from(digits.padStart(size, '0'), 'hex').reverse();
    this.#type(value < 0n ? 'l-' : 'l+');
    this.#fixnum(bytes.length / 2);
    this.#parts.push(bytes);
  }

  #text(text: string): void {
    this.#type('I');
    this.#bytes('"', Buffer.from(text));
    this.#parts.push(this.#encoding);
    this.#encoding = Buffer.from('\x06;\x00T', 'latin1');
  }

  #bytes(type: string, bytes: Buffer): void {
    this.#type(type);
    this.#fixnum(bytes.length);
    this.#parts.push(bytes);
  }

  #fixnum(value: number): void {
    if (value >= -123 && value <= 122) {
      const byte = value === 0 ? 0 : value + Math.sign(value) * 5;
      this.#parts.push(Buffer.from([byte]));
      return;
    }
    const bound = value < 0 ? -value - 1 : value;
    const size = Math.ceil((32 - Math.clz32(bound)) / 8);
    const bytes = Buffer.alloc(1 + size, value < 0 ? -size : size);
    bytes.writeUIntLE(value < 0 ? value + 256 ** size : value, 1, size);
    this.#parts.push(bytes);
  }

  #type(type: string): void {
    this.#parts.push(Buffer.from(type, 'latin1'));
  }
}

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
