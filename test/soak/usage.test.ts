import { describe, expect, test } from 'vitest';
import { growthOf, leftBehind, type Usage, usageNow } from './usage';

const flat: Usage = { resident: 100, external: 5, descriptors: 30, threads: 15 };

/** Two minutes of samples. */
function samplesOf(usageAt: (second: number) => Partial<Usage>): Usage[] {
  return Array.from({ length: 120 }, (_, second) => ({ ...flat, ...usageAt(second) }));
}

function grown(samples: Usage[]): string[] {
  return growthOf(samples)
    .filter(({ late, bound }) => late > bound)
    .map(({ resource }) => resource);
}

describe('growth', () => {
  test('is none where nothing changes', () => {
    expect(grown(samplesOf(() => ({})))).toEqual([]);
  });

  test('is none where a process warms up', () => {
    expect(grown(samplesOf((second) => ({ resident: 50 + Math.min(5 * second, 100) })))).toEqual(
      [],
    );
  });

  test('is none where memory comes and goes', () => {
    expect(grown(samplesOf((second) => ({ resident: 100 + 40 * (second % 7) })))).toEqual([]);
  });

  test('is none where a server is away for a moment', () => {
    const away = (second: number): boolean => second % 20 < 2;
    expect(grown(samplesOf((second) => ({ descriptors: away(second) ? 40 : 30 })))).toEqual([]);
  });

  test('is seen in memory that is never given back', () => {
    expect(grown(samplesOf((second) => ({ resident: 100 + second / 2 })))).toEqual(['resident']);
    expect(grown(samplesOf((second) => ({ external: 5 + second / 5 })))).toEqual(['external']);
  });

  test('is seen in the descriptors and threads of three connections more at each restart', () => {
    const kept = (second: number): number => 3 * Math.floor(second / 20);
    const samples = samplesOf((second) => ({
      descriptors: 30 + kept(second),
      threads: 15 + kept(second),
    }));
    expect(grown(samples)).toEqual(['descriptors', 'threads']);
  });
});

test('a single descriptor or thread that is left behind is seen', () => {
  expect(leftBehind(flat, { ...flat, resident: 500, external: 50 })).toEqual([]);
  expect(leftBehind(flat, { ...flat, descriptors: 31 })).toEqual(['1 descriptors']);
  expect(leftBehind(flat, { ...flat, threads: 17 })).toEqual(['2 threads']);
});

test('a look at this process tells of each of them', () => {
  for (const used of Object.values(usageNow())) expect(used).toBeGreaterThan(0);
});
