// Python pickles of plain values, protocols 0 to 5: str, bytes, int, float, bool, None, list, tuple
// and dict. A pickle is a program for a stack machine; this one knows no instruction that names a
// class or calls anything, and stops at the first.
import { type Cursor, NotPlain, plainFloat, plainInteger, setEntry } from './plainData';
import { exactInteger } from './serializer';

export function readPickle(cursor: Cursor): unknown {
  const machine = new Machine(cursor);
  for (;;) {
    cursor.count();
    const opcode = cursor.byte();
    if (opcode === stop) return machine.pop();
    const read = values[opcode];
    if (read !== undefined) machine.push(read(cursor));
    else machine.run(instructions[opcode]);
  }
}

class Machine {
  readonly cursor: Cursor;
  /** No Map: its numbers could be chosen so that they collide, and take hours to store. */
  readonly memo: unknown[] = [];
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  run(instruction: Instruction | undefined): void {
    if (instruction === undefined) throw new NotPlain();
    instruction(this);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    this.top();
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw new NotPlain();
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new NotPlain();
    return this.#stack.splice(mark);
  }

  /** The last `count` values, as a tuple. */
  popTuple(count: number): void {
    if (this.#stack.length < count) throw new NotPlain();
    this.push(this.#stack.splice(-count));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new NotPlain();
    for (const item of items) list.push(item);
  }

  /** Adds keys and values in turn. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!isDict(dict) || items.length % 2 !== 0) throw new NotPlain();
    for (let index = 0; index < items.length; index += 2) {
      setEntry(dict, items[index], items[index + 1]);
    }
  }

  recall(index: number): void {
    const value = this.memo[index];
    if (value === undefined) throw new NotPlain();
    this.push(value);
  }

  remember(index: number): void {
    // Picklers number from 0 or 1.
    if (!(index >= 0 && index <= this.cursor.length)) throw new NotPlain();
    this.memo[index] = this.top();
  }
}

/** So many bytes count as one value more. */
const bytesPerValue = 64;

/** How bytes are spelled before protocol 3, by the names of two functions. */
const bytesFunctions: Readonly<Record<string, symbol>> = {
  '_codecs encode': Symbol('encode'),
  '__builtin__ bytes': Symbol('bytes'),
  'builtins bytes': Symbol('bytes'),
};

/** Bytes as Latin-1 text, or no bytes at all: the two calls that are data. */
function callBytes(machine: Machine): void {
  const parameters = machine.pop();
  const name = machine.pop();
  if (typeof name !== 'symbol' || !Array.isArray(parameters)) throw new NotPlain();
  const [text, encoding] = parameters as unknown[];
  if (name.description === 'bytes' && parameters.length === 0) {
    machine.push(Buffer.alloc(0));
  } else if (name.description === 'encode' && encoding === 'latin1') {
    machine.push(latin1(text, machine.cursor));
  } else {
    throw new NotPlain();
  }
}

function latin1(text: unknown, cursor: Cursor): Buffer {
  if (typeof text !== 'string') throw new NotPlain();
  // A pickle may name one text again and again, and gets new bytes each time.
  cursor.count(text.length / bytesPerValue);
  if (/[^\0-\xff]/.test(text)) throw new NotPlain();
  return Buffer.from(text, 'latin1');
}

function isDict(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
  );
}

type Instruction = (machine: Machine) => void;

// Opcodes by their bytes; the names are those of Python's pickletools.
const stop = 0x2e;

/** What pushes a value that stands in the data. */
const values: Readonly<Record<number, ((cursor: Cursor) => unknown) | undefined>> = {
  78: () => null, // NONE
  136: () => true, // NEWTRUE
  137: () => false, // NEWFALSE
  73: (cursor) => integerOrBoolean(cursor.until('\n')), // INT
  76: (cursor) => plainInteger(cursor.until('L\n')), // LONG
  74: (cursor) => cursor.view(4).readInt32LE(), // BININT
  75: (cursor) => cursor.byte(), // BININT1
  77: (cursor) => cursor.view(2).readUInt16LE(), // BININT2
  138: (cursor) => long(cursor.view(cursor.byte())), // LONG1
  139: (cursor) => long(cursor.view(uint32(cursor))), // LONG4
  70: (cursor) => plainFloat(cursor.until('\n')), // FLOAT
  71: (cursor) => cursor.view(8).readDoubleBE(), // BINFLOAT
  86: unescaped, // UNICODE
  140: (cursor) => cursor.text(cursor.byte()), // SHORT_BINUNICODE
  88: (cursor) => cursor.text(uint32(cursor)), // BINUNICODE
  141: (cursor) => cursor.text(uint64(cursor)), // BINUNICODE8
  67: (cursor) => cursor.bytes(cursor.byte()), // SHORT_BINBYTES
  66: (cursor) => cursor.bytes(uint32(cursor)), // BINBYTES
  142: (cursor) => cursor.bytes(uint64(cursor)), // BINBYTES8
  99: bytesFunction, // GLOBAL
  41: () => [], // EMPTY_TUPLE
  93: () => [], // EMPTY_LIST
  125: () => ({}), // EMPTY_DICT
};

/** What works on the values pushed before. */
const instructions: Readonly<Record<number, Instruction | undefined>> = {
  128: ({ cursor }) => void cursor.byte(), // PROTO
  149: ({ cursor }) => void cursor.view(8), // FRAME
  40: (machine) => machine.mark(), // MARK
  82: callBytes, // REDUCE
  116: (machine) => machine.push(machine.popMark()), // TUPLE
  133: (machine) => machine.popTuple(1), // TUPLE1
  134: (machine) => machine.popTuple(2), // TUPLE2
  135: (machine) => machine.popTuple(3), // TUPLE3
  108: (machine) => machine.push(machine.popMark()), // LIST
  97: (machine) => machine.append([machine.pop()]), // APPEND
  101: (machine) => machine.append(machine.popMark()), // APPENDS
  100: dict, // DICT
  115: (machine) => machine.setItems([machine.pop(), machine.pop()].reverse()), // SETITEM
  117: (machine) => machine.setItems(machine.popMark()), // SETITEMS
  148: (machine) => machine.remember(machine.memo.length), // MEMOIZE
  112: (machine) => machine.remember(index(machine)), // PUT
  113: (machine) => machine.remember(machine.cursor.byte()), // BINPUT
  114: (machine) => machine.remember(uint32(machine.cursor)), // LONG_BINPUT
  103: (machine) => machine.recall(index(machine)), // GET
  104: (machine) => machine.recall(machine.cursor.byte()), // BINGET
  106: (machine) => machine.recall(uint32(machine.cursor)), // LONG_BINGET
};

function dict(machine: Machine): void {
  const items = machine.popMark();
  machine.push({});
  machine.setItems(items);
}

function bytesFunction(cursor: Cursor): symbol {
  const name = bytesFunctions[`${cursor.until('\n')} ${cursor.until('\n')}`];
  if (name === undefined) throw new NotPlain();
  return name;
}

/** Protocol 0 and 1 have no other spelling of booleans. */
function integerOrBoolean(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  return plainInteger(text);
}

/** Two's complement, little-endian, as long as it has to be. */
function long(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  const digits = Buffer.from(bytes).reverse().toString('hex');
  return exactInteger(BigInt.asIntN(bytes.length * 8, BigInt(`0x${digits}`)));
}

/** A line of Latin-1 with `\u` escapes for the rest, Python's raw-unicode-escape. */
function unescaped(cursor: Cursor): string {
  const line = cursor.until('\n');
  let text = '';
  let end = 0;
  // One by one: `replace` would hold every match until the last, 200 bytes each.
  for (const match of line.matchAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g)) {
    cursor.count();
    const code = Number.parseInt(match[1] ?? match[2] ?? '', 16);
    if (code > 0x10ffff) throw new NotPlain();
    text += line.slice(end, match.index) + String.fromCodePoint(code);
    end = match.index + match[0].length;
  }
  return text + line.slice(end);
}

function index({ cursor }: Machine): number {
  return Number(plainInteger(cursor.until('\n')));
}

function uint32(cursor: Cursor): number {
  return cursor.view(4).readUInt32LE();
}

/** A length: inexact only where no data are that long. */
function uint64(cursor: Cursor): number {
  return Number(cursor.view(8).readBigUInt64LE());
}
