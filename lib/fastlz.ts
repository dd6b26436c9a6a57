// FastLZ, php-memcached's usual compression: read only, because PHP reads zlib as well.
// https://github.com/ariya/FastLZ describes both levels of the format.

const longMatch = 7;
const nearDistances = 8191;
/** More than any byte of a stream can stand for. */
const largestExpansion = 264;

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
