import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressFastlz, decompressFastlz } from '../../dist/fastlz.js';
import { forAll } from './properties';

/** One instruction of the format: bytes as they are, or a match in what was written before. */
type Instruction = { literals: number[] } | { distance: number; length: number };

interface Stream {
  data: Buffer;
  content: Buffer;
}

/** Spells instructions as FastLZ does. What refers to before the beginning is left out. */
function spell(instructions: readonly Instruction[], level: 1 | 2): Stream {
  const data: number[] = [];
  const content: number[] = [];
  for (const instruction of [{ literals: [1] }, ...instructions]) {
    if ('literals' in instruction) {
      data.push(instruction.literals.length - 1, ...instruction.literals);
      content.push(...instruction.literals);
    } else if (instruction.distance <= content.length) {
      data.push(...spellMatch(instruction.distance - 1, instruction.length, level));
      const from = content.length - instruction.distance;
      for (let i = 0; i < instruction.length; i++) content.push(content[from + i] as number);
    }
  }
  data[0] = (data[0] as number) | ((level - 1) << 5);
  return { data: Buffer.from(data), content: Buffer.from(content) };
}

function spellMatch(offset: number, length: number, level: 1 | 2): number[] {
  const far = level === 2 && offset >= 8191;
  const near = far ? 8191 : offset;
  const more = length - 9;
  const code = more < 0 ? length - 2 : 7;
  const lengths = more < 0 ? [] : level === 1 ? [more] : spellLength(more);
  const farBytes = far ? [(offset - 8191) >> 8, (offset - 8191) & 255] : [];
  return [(code << 5) | (near >> 8), ...lengths, near & 255, ...farBytes];
}

function spellLength(more: number): number[] {
  return [...Array<number>(Math.floor(more / 255)).fill(255), more % 255];
}

function anyStream(level: 1 | 2): fc.Arbitrary<Stream> {
  const literals = fc.array(fc.nat(255), { minLength: 1, maxLength: 32 });
  const match = fc.record({
    distance: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8191 })),
    length: fc.oneof(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 3, max: 264 })),
  });
  const instruction = fc.oneof(
    literals.map((bytes) => ({ literals: bytes })),
    match,
  );
  return fc.array(instruction, { maxLength: 60 }).map((list) => spell(list, level));
}

/** Bytes in which nothing repeats but by chance, the same every time. */
function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Noise, runs and repetitions of what came before, up to 1 MiB of them. */
function anyContent(largest: number): fc.Arbitrary<Buffer> {
  const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: largest }));
  const part = fc.oneof(
    fc.record({ length, seed: fc.nat() }).map((one) => noise(one.length, one.seed)),
    fc.record({ length, byte: fc.nat(255) }).map((one) => Buffer.alloc(one.length, one.byte)),
    fc
      .record({ length, of: fc.uint8Array({ minLength: 1, maxLength: 300 }) })
      .map((one) => Buffer.alloc(one.length, one.of)),
  );
  const some = fc.array(part, { minLength: 1, maxLength: 8 });
  return fc
    .record({ parts: some, order: fc.array(fc.nat(7), { minLength: 1, maxLength: 12 }) })
    .map(({ parts, order }) =>
      Buffer.concat(order.map((n) => parts[n % parts.length] as Buffer)).subarray(0, 2 ** 20),
    );
}

/** What it takes at level 1. It comes back whole, and is never much larger. */
function compressedSize(content: Buffer): number {
  const data = compressFastlz(content);
  if (content.length > 0) {
    expect((data[0] as number) >> 5).toBe(0);
    expect(decompressFastlz(data, content.length).equals(content)).toBe(true);
  }
  expect(data.length).toBeLessThanOrEqual(content.length + Math.ceil(content.length / 32));
  return data.length;
}

describe('FastLZ', () => {
  test('is read at both levels', () => {
    forAll(fc.oneof(anyStream(1), anyStream(2)), ({ data, content }) => {
      expect(decompressFastlz(data, content.length)).toEqual(content);
    });
  });

  test('of level 2 has matches of any length, and from up to 64 KB further back', () => {
    const before = Array.from({ length: 300 }, (_, n) => ({
      literals: Array.from({ length: 32 }, (_, m) => (n * 37 + m * 11) % 256),
    }));
    for (const match of [
      { distance: 8192, length: 3 },
      { distance: 8193, length: 264 },
      { distance: 9601, length: 2000 },
      { distance: 1, length: 70_000 },
    ]) {
      const { data, content } = spell([...before, match, { literals: [9] }], 2);
      expect(decompressFastlz(data, content.length).equals(content)).toBe(true);
    }
  });

  test('is refused where it is cut, refers to before its beginning, or has another size', () => {
    const { data, content } = spell([{ literals: [2, 3] }, { distance: 2, length: 30 }], 1);
    for (let end = 0; end < data.length; end++) {
      expect(() => decompressFastlz(data.subarray(0, end), content.length)).toThrow(RangeError);
    }
    for (const size of [0, content.length - 1, content.length + 1]) {
      expect(() => decompressFastlz(data, size)).toThrow(RangeError);
    }
    expect(() => decompressFastlz(Buffer.from([0, 1, 0x20, 1]), 4)).toThrow('before the beginning');
    expect(() => decompressFastlz(Buffer.from([0x40, 1]), 1)).toThrow('neither level');
    expect(() => decompressFastlz(data, 2 ** 40)).toThrow('fewer bytes than promised');
  });

  test('of any bytes gives what was promised or a RangeError', () => {
    forAll(
      fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(500)),
      ([data, size]) => {
        try {
          expect(decompressFastlz(Buffer.from(data), size)).toHaveLength(size);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      },
      2000,
    );
  });
});

describe('FastLZ is written', () => {
  test('as its format has it', () => {
    const written = (text: string) => compressFastlz(Buffer.from(text)).toString('latin1');
    expect(written('ab'.repeat(50))).toBe('\x01ab\xe0\x59\x01');
    expect(written('one, two, one, two')).toBe('\x09one, two, \xc0\x09');
    expect(written('a'.repeat(15))).toBe(`\x0e${'a'.repeat(15)}`);
    expect(written('a')).toBe('\0a');
    expect(written('')).toBe('');
  });

  test('of every small size', () => {
    for (let size = 0; size <= 1100; size++) {
      for (const content of [noise(size), Buffer.alloc(size), Buffer.alloc(size, 'abc')]) {
        compressedSize(content);
      }
    }
  });

  test('with matches from up to 8192 bytes back, and no further', () => {
    for (const distance of [8190, 8191, 8192, 8193, 8194]) {
      const before = noise(distance);
      const more = compressedSize(Buffer.concat([before, before.subarray(0, 100)]));
      const saved = compressedSize(before) + 100 - more;
      expect(saved > 90, `from ${distance} bytes back`).toBe(distance <= 8192);
    }
  });

  test('with matches of any length', () => {
    for (const length of [263, 264, 265, 266, 267, 526, 527, 528, 529, 10_000, 2 ** 20]) {
      // At most three bytes for 262, and six for the bytes that begin it.
      const most = 6 + 3 * Math.ceil(length / 262);
      expect(compressedSize(Buffer.alloc(length, 'xyz'))).toBeLessThanOrEqual(most);
    }
  });

  test('of anything up to 1 MiB', { timeout: 60_000 }, () => {
    const comesBack = (content: Buffer) => void compressedSize(content);
    forAll(anyContent(500), comesBack, 500);
    forAll(anyContent(2 ** 20), comesBack, 50);
  });
});
