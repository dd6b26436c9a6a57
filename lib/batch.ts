// Operations of one turn, packed for the crossing to the engine.
import { type Key, keyRoom, writeKey } from './keys';
import {
  type Command,
  fullHeaderWords,
  paddedToWords,
  readHeaderWords,
  wordSize,
} from './protocol';

/** Where an operation goes and how long it may take: the same for most operations of a client. */
export interface Scope {
  /** Put before the key: namespace, then prefixes. */
  readonly prefix: Uint8Array;
  /** How much of the prefix is sent but not hashed. */
  readonly namespaceLength: number;
  /** Routes instead of the key. */
  readonly groupKey: Key | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** Part of something that `Dispatcher.whole` runs: sent also while `close` waits for that. */
  readonly ofWhole: boolean;
}

/** What a write carries beside its key. */
export interface Payload {
  readonly data: Buffer | string;
  readonly flags: number;
  readonly exptime: number;
  /** The cas token, the delta, or the delay of a flush. */
  readonly number: number | bigint;
  readonly initial: number | bigint | undefined;
}

export const noPayload: Payload = {
  data: '',
  flags: 0,
  exptime: 0,
  number: 0,
  initial: undefined,
};

const noPrefix = new Uint8Array(0);
const initialCapacity = 64 * 1024;
/** What one very large value needed is not kept for ever. Twice what a batch is cut at (dispatcher.ts). */
const largestKept = 2 * 1024 * 1024;
/** Up to here three bytes a character are reserved, which is cheaper than counting them. */
const longestUncounted = 4096;

/**
 * A value's bytes are written here once, while the caller waits, so that it may change its Buffer
 * afterwards (B17); the addon copies the batch once, and sends from that copy.
 */
export class BatchWriter {
  #bytes = Buffer.allocUnsafeSlow(initialCapacity);
  #words = new Uint32Array(this.#bytes.buffer);
  #length = 0;
  #count = 0;

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Operations written. */
  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#length = 0;
    this.#count = 0;
    if (this.#bytes.length > largestKept) this.#allocate(initialCapacity);
  }

  /** Throws for a bad key, and has then written nothing. */
  addRead(id: number, command: Command, key: Key, scope: Scope): void {
    this.#reserve(readHeaderWords * wordSize + 2 * keyRoom + wordSize);
    this.#add(id, command, key, scope, readHeaderWords, '');
  }

  /** Throws for a bad key, and has then written nothing. */
  addWrite(id: number, command: Command, key: Key, scope: Scope, payload: Payload): void {
    const { data } = payload;
    this.#reserve(fullHeaderWords * wordSize + 2 * keyRoom + roomFor(data) + wordSize);
    this.#writePayload(payload, payload.flags);
    this.#add(id, command, key, scope, fullHeaderWords, data);
  }

  /** An operation for a server. `argument` is the section of stats, checked by the caller. */
  addServerWide(
    id: number,
    command: Command,
    server: number,
    argument: string,
    timeout: number,
    number: number,
  ): void {
    this.#reserve(fullHeaderWords * wordSize + keyRoom + wordSize);
    this.#writePayload({ ...noPayload, number }, server);
    const start = this.#length + fullHeaderWords * wordSize;
    const keyLength = this.#bytes.write(argument, start, 'latin1');
    this.#finish(id, command | (keyLength << 8), timeout, 0, start + keyLength);
  }

  #add(
    id: number,
    command: Command,
    key: Key,
    scope: Scope,
    headerWords: number,
    data: Buffer | string,
  ): void {
    const bytes = this.#bytes;
    const start = this.#length + headerWords * wordSize;
    const keyLength = writeKey(bytes, start, key, scope.prefix);
    let end = start + keyLength;
    let packed = command | (keyLength << 8) | (scope.namespaceLength << 24);
    if (scope.groupKey !== undefined) {
      const groupKeyLength = writeKey(bytes, end, scope.groupKey, noPrefix, 'groupKey');
      packed |= groupKeyLength << 16;
      end += groupKeyLength;
    }
    let valueLength = 0;
    if (data.length > 0) {
      valueLength = typeof data === 'string' ? bytes.write(data, end, 'utf8') : data.length;
      if (typeof data !== 'string') bytes.set(data, end);
    }
    this.#finish(id, packed, scope.timeout, valueLength, end + valueLength);
  }

  #finish(id: number, packed: number, timeout: number, valueLength: number, end: number): void {
    const words = this.#words;
    const word = this.#length / wordSize;
    words[word] = id;
    words[word + 1] = packed;
    words[word + 2] = timeout;
    words[word + 3] = valueLength;
    this.#length = paddedToWords(end);
    this.#count++;
  }

  #writePayload({ exptime, number, initial }: Payload, flags: number): void {
    const words = this.#words;
    const word = this.#length / wordSize + readHeaderWords;
    words[word] = flags;
    words[word + 1] = exptime;
    this.#writeWide(word + 2, number);
    this.#writeWide(word + 4, initial ?? 0);
    words[word + 6] = initial === undefined ? 0 : 1;
  }

  #writeWide(word: number, value: number | bigint): void {
    if (typeof value === 'number') {
      this.#words[word] = value >>> 0;
      this.#words[word + 1] = Math.floor(value / 2 ** 32);
    } else {
      this.#words[word] = Number(value & 0xffff_ffffn);
      this.#words[word + 1] = Number(value >> 32n);
    }
  }

  #reserve(room: number): void {
    const needed = this.#length + room;
    if (needed <= this.#bytes.length) return;
    const old = this.#bytes;
    this.#allocate(Math.max(paddedToWords(needed), old.length * 2));
    old.copy(this.#bytes, 0, 0, this.#length);
  }

  #allocate(capacity: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#words = new Uint32Array(this.#bytes.buffer);
  }
}

function roomFor(data: Buffer | string): number {
  if (typeof data !== 'string') return data.length;
  return data.length <= longestUncounted ? data.length * 3 : Buffer.byteLength(data);
}
