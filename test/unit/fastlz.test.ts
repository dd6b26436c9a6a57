import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompressFastlz } from '../../dist/fastlz.js';
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

describe('FastLZ', () => {
  test('is read at both levels', () => {
    forAll(fc.oneof(anyStream(1), anyStream(2)), ({ data, content }) => {
      expect(decompressFastlz(data, content.length)).toEqual(content);
    });
  });

  test('of level 2 has matches of any length, and from up to 64 KB further back', () => {
    const noise = Array.from({ length: 300 }, (_, n) => ({
      literals: Array.from({ length: 32 }, (_, m) => (n * 37 + m * 11) % 256),
    }));
    for (const match of [
      { distance: 8192, length: 3 },
      { distance: 8193, length: 264 },
      { distance: 9601, length: 2000 },
      { distance: 1, length: 70_000 },
    ]) {
      const { data, content } = spell([...noise, match, { literals: [9] }], 2);
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
