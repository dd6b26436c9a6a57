// One answer of the engine, read out of the buffer it came in.
import type { Codec } from './codec';
import { maybeAppliedBit, outcomeHeaderWords, paddedToWords, Status, wordSize } from './protocol';
import { ownBytes } from './serializers/serializer';

/** A cursor over a buffer of outcomes: one object serves all of them, so nothing may keep it. */
export class Answer {
  readonly #codec: Codec;
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  /** The word the current outcome begins at. */
  #word = 0;
  #next = 0;

  constructor(bytes: Buffer, codec: Codec) {
    this.#codec = codec;
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / wordSize);
  }

  /** Moves on to the next outcome; false at the end. */
  next(): boolean {
    if (this.#next >= this.#words.length) return false;
    this.#word = this.#next;
    this.#next += outcomeHeaderWords + paddedToWords(this.#valueLength) / wordSize;
    return true;
  }

  get id(): number {
    return this.#at(0);
  }

  get status(): number {
    return this.#at(1) & 0xff;
  }

  get isMiss(): boolean {
    return this.status === Status.miss;
  }

  get maybeApplied(): boolean {
    return (this.#at(1) & maybeAppliedBit) !== 0;
  }

  get flags(): number {
    return this.#at(2);
  }

  /** Of a failure: what the kernel said, or 0. */
  get errno(): number {
    return this.#at(2) | 0;
  }

  get server(): number {
    return this.#at(3);
  }

  /** The cas token, or the counter. */
  get wideNumber(): bigint {
    return (BigInt(this.#at(5)) << 32n) | BigInt(this.#at(4));
  }

  /** The same, inexact above 2^53. */
  get number(): number {
    return this.#at(5) * 2 ** 32 + this.#at(4);
  }

  /** The value as text: lines of stats, words of the server. */
  get text(): string {
    const start = this.#valueStart;
    return this.#bytes.toString('utf8', start, start + this.#valueLength);
  }

  /** The stored bytes, the caller's to keep. */
  get data(): Buffer {
    const start = this.#valueStart;
    return ownBytes(this.#bytes.subarray(start, start + this.#valueLength));
  }

  /** The decoded value, or `miss`. Throws `DECODE`. */
  decode(): unknown {
    const start = this.#valueStart;
    return this.#codec.decode(this.#bytes, this.flags, start, start + this.#valueLength);
  }

  get #valueStart(): number {
    return (this.#word + outcomeHeaderWords) * wordSize;
  }

  get #valueLength(): number {
    return this.#words[this.#word + 6] as number;
  }

  #at(offset: number): number {
    return this.#words[this.#word + offset] as number;
  }
}
