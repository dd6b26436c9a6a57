// Servers of the run, and what lies on each of them, asked without any client.
import { Client, type ClientOptions } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';
import type { Random } from '../../chaos/random';
import { raw } from '../../support/raw';
import type { ServerEntry } from './driver';

/** Gives weighted servers that no two neighbours share. */
export const weights = [1, 3, 2, 1, 5, 1, 2];

export function entriesOf(
  servers: readonly MemcachedServer[],
  { weighted = false, host = '127.0.0.1' } = {},
): ServerEntry[] {
  return servers.map(({ port }, index) => ({
    host,
    port: port as number,
    weight: weighted ? (weights[index] as number) : 1,
  }));
}

/** Milliseconds; see driver.ts. */
const timeout = 10_000;

export function clientOf(servers: readonly ServerEntry[], options: ClientOptions): Client {
  return new Client(servers, { ...options, timeout });
}

const words = ['user', 'session', 'cart', 'v2', 'page', 'price', 'Order', 'img', 'flag', 'job'];
/** Of two, three and four bytes of UTF-8 a character; the last are two of UTF-16. */
const wordsBeyondAscii = ['größe', 'naïve', 'цена', '商品', '😀'];
const separators = [':', '/', '.', '-', '_'];
const mostRandom = 40;

/** Distinct keys: some as programs make them, some of any characters of ASCII, some beyond it. */
export function randomKeys(random: Random, count: number): string[] {
  const keys = new Set<string>();
  while (keys.size < count) {
    const kind = random.below(10);
    if (kind === 0) keys.add(wordKey(random, wordsBeyondAscii));
    else keys.add(kind < 5 ? wordKey(random, words) : anyKey(random));
  }
  return [...keys];
}

function wordKey(random: Random, words: readonly string[]): string {
  const separator = random.pick(separators);
  const parts = Array.from({ length: random.between(1, 3) }, () => random.pick(words));
  return [...parts, random.below(2 ** 31).toString(random.pick([10, 16, 36]))].join(separator);
}

function anyKey(random: Random): string {
  const character = () => String.fromCharCode(random.between(0x21, 0x7e));
  const length = random.between(6, mostRandom);
  return Array.from({ length }, character).join('');
}

export async function flush(servers: readonly MemcachedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => raw(server, 'flush_all\r\n')));
}

/** The indices of the servers that hold each key. */
export async function holdersOf(
  servers: readonly MemcachedServer[],
  keys: readonly string[],
): Promise<number[][]> {
  const held = await Promise.all(servers.map((server) => heldBy(server, keys)));
  return keys.map((key) => held.flatMap((there, index) => (there.has(key) ? [index] : [])));
}

async function heldBy(server: MemcachedServer, keys: readonly string[]): Promise<Set<string>> {
  // In meta commands, whose answers bear the key and no value.
  const answers = await raw(server, keys.map((key) => `mg ${key} k q\r\n`).join(''));
  const found = Array.from(answers.matchAll(/^HD k([^\r ]+)\r$/gm), ([, key]) => key as string);
  return new Set(found.map((key) => Buffer.from(key, 'latin1').toString('utf8')));
}

/** Seconds that the item has left; `undefined` for one that does not expire, or is not there. */
export async function ttlOf(server: MemcachedServer, key: string): Promise<number | undefined> {
  const answer = await raw(server, `mg ${key} t\r\n`);
  const seconds = Number(/^HD t(-?\d+)/.exec(answer)?.[1] ?? -1);
  return seconds < 0 ? undefined : seconds;
}
