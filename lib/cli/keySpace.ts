// How much of the key space each server has, and where.
import { createHash } from 'node:crypto';
import type { Client } from '../index';

/** A server's place on the circle. It has the hashes from here back to the point before. */
export interface RingPoint {
  readonly point: number;
  /** Index of the server. */
  readonly server: number;
}

/** A piece of the circle, from 0 to 1, that belongs to one server. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly server: number;
}

export interface KeySpace {
  /** Of each server, by its index; they sum to 1. */
  readonly shares: readonly number[];
  /** Empty for a rule without a circle. */
  readonly arcs: readonly Arc[];
  /** On the circle; 0 without one. */
  readonly points: number;
  /** How many keys were located; 0 where the shares follow from the points. */
  readonly sampledKeys: number;
}

const sampleSize = 200_000;

/** More than five standard deviations of a measured share. */
const tolerance = 0.006;

/** How many hashes of keys there may be: libmemcached's crc keeps 15 bits of the checksum. */
const spaces = [2 ** 32, 2 ** 15];

/**
 * The points are believed where located keys bear them out: which hash keys are put through, they do not tell. A ring
 * with weights, say, has its points by md5 and its keys by whatever `hash` is.
 */
export function keySpaceOf(client: Client, serverCount: number): KeySpace {
  const measured = measuredShares(client, serverCount);
  const points = ringPointsOf(client);
  for (const space of points.length > 0 ? spaces : []) {
    const arcs = arcsOf(points, space);
    const shares = sharesOf(arcs, serverCount);
    const areTrue = shares.every((share, at) => Math.abs(share - (measured[at] ?? 0)) < tolerance);
    if (areTrue) return { shares, arcs, points: points.length, sampledKeys: 0 };
  }
  return { shares: measured, arcs: [], points: 0, sampledKeys: sampleSize };
}

function sharesOf(arcs: readonly Arc[], serverCount: number): number[] {
  const shares = new Array<number>(serverCount).fill(0);
  for (const { from, to, server } of arcs) shares[server] = (shares[server] ?? 0) + to - from;
  return shares;
}

/**
 * A key goes to the first point that is not below its hash, past the last one to the first. Neighbouring arcs of a
 * server are one.
 *
 * @param points ascending
 * @param space how many hashes there are
 */
export function arcsOf(points: readonly RingPoint[], space: number): Arc[] {
  const first = points[0];
  if (first === undefined) return [];
  const arcs: Arc[] = [];
  let from = 0;
  for (const { point, server } of [...points, { point: space - 1, server: first.server }]) {
    const to = Math.min(1, (point + 1) / space);
    const last = arcs.at(-1);
    if (last?.server === server) arcs[arcs.length - 1] = { ...last, to };
    else if (to > from) arcs.push({ from, to, server });
    from = Math.max(from, to);
  }
  return arcs;
}

/** Ascending; empty where the rule has no circle. */
function ringPointsOf(client: Client): readonly RingPoint[] {
  const { ringPoints } = client as { ringPoints?: () => readonly RingPoint[] };
  return ringPoints === undefined ? [] : ringPoints.call(client);
}

function measuredShares(client: Client, serverCount: number): number[] {
  const counts = new Array<number>(serverCount).fill(0);
  for (const key of sampleKeys(sampleSize)) {
    const { index } = client.locate(key);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count) => count / sampleSize);
}

/** Keys that look random and are the same every time. */
function* sampleKeys(count: number): Generator<string> {
  const size = 8;
  const bytes = createHash('shake256', { outputLength: count * size }).digest();
  for (let at = 0; at < bytes.length; at += size) yield bytes.toString('hex', at, at + size);
}
