// FastLZ, php-memcached's usual compression: both levels are read, the first is written.
// https://github.com/ariya/FastLZ describes the format.

const longMatch = 7;
const nearDistances = 8191;
const longestLiterals = 32;
const shortestMatch = 3;
const longestMatch = 264;
/** Of a match that is longer: so much leaves enough for another. */
const partOfMatch = longestMatch - shortestMatch + 1;
/** More than any byte of a stream can stand for. */
const largestExpansion = longestMatch;
/** FastLZ asks for no less: what is shorter is written as literals. */
const smallestInput = 16;
const hashBits = 13;

/** `data` at level 1, in a time that grows with their length alone. Nothing for no data. */
export function compressFastlz(data: Buffer): Buffer {
  return new Encoder(data).run();
}

/** The `size` bytes that `data` hold. Throws a RangeError where they do not hold exactly those. */
export function decompressFastlz(data: Buffer, size: number): Buffer {
  const level = (data[0] ?? 0) >> 5;
  if (level > 1) throw new RangeError('neither level of FastLZ');
  // Before any memory is taken for it.
  if (size > data.length * largestExpansion) throw new RangeError('fewer bytes than promised');
  return new Decoder(data, size, level === 1).run();
}

class Decoder {
  readonly #data: Buffer;
  readonly #output: Buffer;
  readonly #farDistances: boolean;
  #read = 0;
  #written = 0;

  constructor(data: Buffer, size: number, farDistances: boolean) {
    this.#data = data;
    this.#output = Buffer.alloc(size);
    this.#farDistances = farDistances;
  }

  run(): Buffer {
    // The first byte has the level where the others have the length of a match.
    let instruction = this.#byte() & 31;
    for (;;) {
      if (instruction < 32) this.#copyLiterals(instruction + 1);
      else this.#copyMatch(instruction >> 5, (instruction & 31) << 8);
      if (this.#read === this.#data.length) break;
      instruction = this.#byte();
    }
    if (this.#written !== this.#output.length) throw new RangeError('fewer bytes than promised');
    return this.#output;
  }

  #copyLiterals(length: number): void {
    if (this.#read + length > this.#data.length) throw new RangeError('cut short');
    this.#reserve(length);
    this.#data.copy(this.#output, this.#written, this.#read, this.#read + length);
    this.#read += length;
    this.#written += length;
  }

  #copyMatch(code: number, highDistance: number): void {
    const length = 2 + code + (code === longMatch ? this.#moreLength() : 0);
    let distance = highDistance + this.#byte();
    if (this.#farDistances && distance === nearDistances) {
      distance += this.#byte() * 256 + this.#byte();
    }
    const from = this.#written - distance - 1;
    if (from < 0) throw new RangeError('a match from before the beginning');
    this.#reserve(length);
    this.#repeat(from, length);
  }

  /** A match may overlap what it writes: then it repeats what stands before it. */
  #repeat(from: number, length: number): void {
    const end = this.#written + length;
    while (this.#written < end) {
      const count = Math.min(this.#written - from, end - this.#written);
      this.#output.copyWithin(this.#written, from, from + count);
      this.#written += count;
    }
  }

  #moreLength(): number {
    let length = this.#byte();
    if (!this.#farDistances) return length;
    for (let last = length; last === 255; length += last) last = this.#byte();
    return length;
  }

  #byte(): number {
    if (this.#read === this.#data.length) throw new RangeError('cut short');
    return this.#data[this.#read++] as number;
  }

  #reserve(length: number): void {
    if (this.#written + length > this.#output.length) throw new RangeError('more than promised');
  }
}

class Encoder {
  readonly #data: Buffer;
  readonly #output: Buffer;
  #written = 0;

  constructor(data: Buffer) {
    this.#data = data;
    // Nothing is longer than literals alone: a match takes fewer bytes than it stands for.
    this.#output = Buffer.allocUnsafe(data.length + Math.ceil(data.length / longestLiterals));
  }

  run(): Buffer {
    const data = this.#data;
    const lastMatch = data.length < smallestInput ? 0 : data.length - shortestMatch;
    /** By hash, where it was seen last. The 0 of those not seen needs no care: bytes are compared. */
    const places = new Uint32Array(2 ** hashBits);
    let literals = 0;
    // The first instruction must be literals.
    let place = 1;
    while (place <= lastMatch) {
      const hash = this.#hash(place);
      const earlier = places[hash] as number;
      places[hash] = place;
      const offset = place - earlier - 1;
      const length = offset > nearDistances ? 0 : this.#matchLength(earlier, place);
      if (length < shortestMatch) {
        place++;
      } else {
        this.#writeLiterals(literals, place);
        this.#writeMatch(offset, length);
        place += length;
        literals = place;
      }
    }
    this.#writeLiterals(literals, data.length);
    return this.#output.subarray(0, this.#written);
  }

  /** Of the three bytes from `place` on. */
  #hash(place: number): number {
    const data = this.#data;
    const bytes =
      (data[place] as number) |
      ((data[place + 1] as number) << 8) |
      ((data[place + 2] as number) << 16);
    return Math.imul(bytes, 0x9e3779b1) >>> (32 - hashBits);
  }

  #matchLength(earlier: number, place: number): number {
    const data = this.#data;
    const most = data.length - place;
    let length = 0;
    while (length < most && data[earlier + length] === data[place + length]) length++;
    return length;
  }

  #writeLiterals(start: number, end: number): void {
    for (let from = start; from < end; from += longestLiterals) {
      const to = Math.min(from + longestLiterals, end);
      this.#output[this.#written++] = to - from - 1;
      // So few bytes are copied sooner one by one.
      for (let i = from; i < to; i++) this.#output[this.#written++] = this.#data[i] as number;
    }
  }

  #writeMatch(offset: number, length: number): void {
    let rest = length;
    for (; rest > longestMatch; rest -= partOfMatch) this.#writeMatchPart(offset, partOfMatch);
    this.#writeMatchPart(offset, rest);
  }

  #writeMatchPart(offset: number, length: number): void {
    const code = Math.min(length - 2, longMatch);
    this.#output[this.#written++] = (code << 5) | (offset >> 8);
    if (code === longMatch) this.#output[this.#written++] = length - 2 - longMatch;
    this.#output[this.#written++] = offset & 255;
  }
}
