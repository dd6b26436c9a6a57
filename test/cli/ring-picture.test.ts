import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { arcsOf, type KeySpace, keySpaceOf, type RingPoint } from '../../dist/cli/keySpace.js';
import { colourOf } from '../../dist/cli/palette.js';
import { drawRing, type RingServer } from '../../dist/cli/ringPicture.js';

const space = 2 ** 32;

/** Of a client with these points, whose keys have so many hashes. */
function keySpaceOfPoints(points: RingPoint[], servers: number, hashes: number): KeySpace {
  const locate = (key: string) => {
    const owner = ownerOf(Number.parseInt(key.slice(0, 8), 16) % hashes, points);
    return { index: owner.server };
  };
  return keySpaceOf({ ringPoints: () => points, locate } as never, servers);
}

function ownerOf(hash: number, points: RingPoint[]): RingPoint {
  return points.find(({ point }) => point >= hash) ?? (points[0] as RingPoint);
}

function randomPoints(count: number, servers: number, hashes: number): RingPoint[] {
  return Array.from({ length: count }, (_, index) => ({
    point: Math.floor(Math.random() * hashes),
    server: index % servers,
  })).sort((a, b) => a.point - b.point);
}

describe('the key space of a circle', () => {
  test('goes from each point back to the one before, past the last to the first', () => {
    const points = [
      { point: 9, server: 0 },
      { point: 49, server: 1 },
      { point: 89, server: 0 },
    ];
    expect(arcsOf(points, 100)).toEqual([
      { from: 0, to: 0.1, server: 0 },
      { from: 0.1, to: 0.5, server: 1 },
      { from: 0.5, to: 1, server: 0 },
    ]);
    expect(arcsOf([], 100)).toEqual([]);
    expect(arcsOf([{ point: 5, server: 3 }], 100)).toEqual([{ from: 0, to: 1, server: 3 }]);
  });

  test('is what a search for each hash finds', () => {
    // libmemcached's crc has 15 bits.
    for (const hashes of [space, 2 ** 15]) {
      const points = randomPoints(300, 7, hashes);
      const { shares, arcs, sampledKeys } = keySpaceOfPoints(points, 7, hashes);
      expect(sampledKeys).toBe(0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      for (let trial = 0; trial < 5000; trial++) {
        const key = Math.floor(Math.random() * hashes);
        const arc = arcs.find(({ from, to }) => from <= key / hashes && key / hashes < to);
        expect(arc?.server).toBe(ownerOf(key, points).server);
      }
    }
  });

  test('is that of the keys, where they do not reach the whole circle', () => {
    const points = randomPoints(300, 7, space);
    const { shares, points: count } = keySpaceOfPoints(points, 7, 2 ** 15);
    expect(count).toBe(300);
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
  });

  test('is measured where the points are not borne out', () => {
    const client = {
      ringPoints: () => randomPoints(300, 2, space),
      locate: (key: string) => ({ index: key < '4' ? 0 : 1 }),
    };
    const { shares, arcs, sampledKeys } = keySpaceOf(client as never, 2);
    expect(shares[0]).toBeCloseTo(0.25, 2);
    expect(arcs).toEqual([]);
    expect(sampledKeys).toBeGreaterThan(0);
  });

  test('gives a point to the first of two servers that share it', () => {
    const points = [
      { point: 49, server: 0 },
      { point: 49, server: 1 },
    ];
    expect(arcsOf(points, 100)).toEqual([{ from: 0, to: 1, server: 0 }]);
  });
});

describe('the picture', () => {
  const picture = (servers: RingServer[], points: RingPoint[] = []) =>
    drawRing({
      title: 'Key space: <"&>',
      subtitle: 'some points',
      servers,
      arcs: arcsOf(points, space),
    });
  const equalServers = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `10.0.0.${index}:11211`,
      weight: 1,
      share: 1 / count,
    }));

  test('is well-formed for any number of servers', () => {
    for (const count of [1, 2, 17, 18, 100, 101]) {
      for (const points of [[], randomPoints(160 * count, count, space)]) {
        const svg = picture(equalServers(count), points);
        execFileSync('python3', ['-c', 'import sys, xml.dom.minidom as x; x.parse(sys.stdin)'], {
          input: svg,
        });
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        expect(svg).not.toMatch(/href|url\(|@import/);
      }
    }
  });

  test('has every server in the legend, with its weight and share', () => {
    const servers = [
      { name: '/run/a.sock', weight: 3, share: 0.75 },
      { name: 'b:1', weight: 1, share: 0.25 },
    ];
    const svg = picture(servers);
    expect(svg).toContain('1: /run/a.sock, weight 3, 75.0%');
    expect(svg).toContain('>25.0%<');
    expect(svg).toContain('Key space: &lt;&quot;&amp;>');
  });

  test('draws arcs that go all the way round', () => {
    const circleAndShares = picture(equalServers(5), randomPoints(500, 5, space));
    expect(drawnTurns(circleAndShares)).toBeCloseTo(2, 2);
    expect(drawnTurns(picture(equalServers(3)))).toBeCloseTo(1, 2);
    expect(drawnTurns(picture(equalServers(1)))).toBeCloseTo(1, 2);
  });
});

/** How many turns all arcs of a picture make together. */
function drawnTurns(svg: string): number {
  const arcs = svg.matchAll(/M(\S+) (\S+?)A\S+ \S+ 0 ([01]) 1 (\S+?) ([-\d.]+)/g);
  const turn = (x: string | undefined, y: string | undefined) =>
    Math.atan2(Number(x), -Number(y)) / (2 * Math.PI);
  let turns = 0;
  for (const [, x, y, isLong, toX, toY] of arcs) {
    const difference = turn(toX, toY) - turn(x, y);
    // Rounding may turn the ends of a tiny arc round.
    const isPast = difference < (isLong === '1' ? 0 : -0.49);
    turns += isPast ? difference + 1 : difference;
  }
  return turns;
}

describe('the palette', () => {
  test('has a colour of its own for each of 100 servers', () => {
    for (const count of [1, 8, 9, 20, 100]) {
      const colours = Array.from({ length: count }, (_, index) => colourOf(index, count));
      expect(new Set(colours).size).toBe(count);
      for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    }
  });

  test('can be told apart by the colour-blind, and on a light and a dark ground', () => {
    const colours = Array.from({ length: 8 }, (_, index) => colourOf(index, 8));
    for (const view of [normal, ...Object.values(blindness)]) {
      for (const [index, one] of colours.entries()) {
        for (const other of colours.slice(index + 1)) {
          expect(distance(view(rgb(one)), view(rgb(other))), `${one} ${other}`).toBeGreaterThan(15);
        }
      }
    }
    for (const index of Array(100).keys()) {
      for (const ground of ['#ffffff', '#0d1117']) {
        const colour = colourOf(index, 100);
        expect(distance(rgb(colour), rgb(ground)), `${colour} on ${ground}`).toBeGreaterThan(20);
      }
    }
  });
});

type Colour = [red: number, green: number, blue: number];

/** From 0 to 1, linear. */
function rgb(colour: string): Colour {
  return [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as Colour;
}

function normal(colour: Colour): Colour {
  return colour;
}

/** What the colour-blind see, by Machado, Oliveira and Fernandes (2009). */
const blindness = {
  protanopia: through([
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ]),
  deuteranopia: through([
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ]),
  tritanopia: through([
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ]),
};

function through(matrix: Colour[]) {
  return (colour: Colour) =>
    matrix.map((row) => {
      const channel = row.reduce((sum, factor, at) => sum + factor * (colour[at] as number), 0);
      return Math.min(1, Math.max(0, channel));
    }) as Colour;
}

/** Delta E of CIE76; about 2 can just be seen. */
function distance(one: Colour, other: Colour): number {
  const [left, right] = [lab(one), lab(other)];
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

function lab([red, green, blue]: Colour): [number, number, number] {
  const f = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
