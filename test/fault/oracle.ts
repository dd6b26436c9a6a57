// What must hold whatever happens to a server: the judge of every fault test.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, type ClientOptions, MemcachedError } from 'libmemcached';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { beforeAll, beforeEach, expect, onTestFinished, vi } from 'vitest';
import { failure, freshKeys, openClient, ownServer } from '../contract/helpers';
import { raw } from '../support/raw';
import { lateness, now, recovery, stalls } from '../support/stalls';

setFlagsFromString('--expose-gc'); // only contexts made from now on have it
const collectGarbage: () => void = runInNewContext('gc');

/** The one value that `key` may ever have: of about `size` bytes, and nothing of another key's. */
export function valueFor(key: string, size = 0): string {
  const unit = `<${key}>`;
  return unit.repeat(Math.max(1, Math.ceil(size / unit.length)));
}

type Kind = 'read' | 'write' | 'remove';

interface Verdict {
  kind: Kind;
  key: string;
  error?: MemcachedError;
}

/**
 * Issues operations and holds them to the rules. `present` keys are there when they are read or
 * removed, written keys are new ones; every key is removed or written once at most.
 */
export class Oracle {
  readonly #client: Client;
  readonly #timeout: number;
  readonly #size: number;
  readonly #verdicts: Promise<Verdict>[] = [];

  /** `timeout`: the deadline of the client's operations in ms; `size`: of values, in bytes. */
  constructor(client: Client, { timeout, size = 0 }: { timeout: number; size?: number }) {
    this.#client = client;
    this.#timeout = timeout;
    this.#size = size;
  }

  /** Keys that the server has from now on, stored without any client. */
  async store(server: MemcachedServer, count: number): Promise<string[]> {
    const keys = freshKeys(count, 'present');
    const requests = keys.map((key) => {
      const value = valueFor(key, this.#size);
      return `set ${key} 0 0 ${value.length}\r\n${value}\r\n`;
    });
    expect(await raw(server, requests.join(''))).toBe('STORED\r\n'.repeat(count));
    return keys;
  }

  /** A get of a key that is there. */
  read(key: string): Promise<unknown> {
    return this.#judge('read', key, this.#client.get(key));
  }

  /** A set of a new key. */
  write(key: string): Promise<unknown> {
    return this.#judge('write', key, this.#client.set(key, valueFor(key, this.#size)));
  }

  /** A delete of a key that is there. */
  remove(key: string): Promise<unknown> {
    return this.#judge('remove', key, this.#client.delete(key));
  }

  /** Reads all, and writes as many new keys. */
  mix(present: readonly string[]): void {
    const written = freshKeys(present.length, 'written');
    present.forEach((key, index) => {
      void this.read(key);
      void this.write(written[index] as string);
    });
  }

  /** The errors of all operations so far, once each has settled; they are of `codes` only. */
  async errors(codes: readonly string[]): Promise<MemcachedError[]> {
    const verdicts = await Promise.all(this.#verdicts);
    const errors = verdicts.flatMap(({ error }) => error ?? []);
    expect(errors.map(({ code }) => code).filter((code) => !codes.includes(code))).toEqual([]);
    return errors;
  }

  /**
   * What was reported is what `server` holds: of each key nothing or its value, of what succeeded all,
   * of what failed without `maybeApplied` nothing.
   */
  async checkTruth(server: MemcachedServer): Promise<void> {
    const verdicts = await Promise.all(this.#verdicts);
    const items = await itemsOf(
      server,
      verdicts.map(({ key }) => key),
    );
    const removed = new Set(verdicts.filter(({ kind }) => kind === 'remove').map(({ key }) => key));
    for (const { kind, key, error } of verdicts) {
      const item = items.get(key);
      if (item !== undefined && item !== valueFor(key, this.#size)) {
        throw new Error(`${key} holds what was never stored under it`);
      }
      if (error?.maybeApplied) continue;
      if (kind === 'read' && removed.has(key)) continue;
      const there = kind === 'read' || (kind === 'write') === (error === undefined);
      expect(item !== undefined, `${key} is there after ${kind}: ${error ?? 'success'}`).toBe(
        there,
      );
    }
  }

  /** An operation succeeds within a second, and all the keys that are there are found. */
  async checkRecovery(present: readonly string[] = []): Promise<void> {
    await recovers(this.#client);
    const found = await this.#client.getMulti([...present], { timeout: 10_000 });
    expect([...found.errors.values()]).toEqual([]);
    for (const key of present) expect(found.get(key) === valueFor(key, this.#size), key).toBe(true);
  }

  #judge(kind: Kind, key: string, operation: Promise<unknown>): Promise<unknown> {
    const verdict = this.#verdict(kind, key, operation);
    verdict.catch(() => {}); // thrown where it is asked for
    this.#verdicts.push(verdict);
    return verdict;
  }

  async #verdict(kind: Kind, key: string, operation: Promise<unknown>): Promise<Verdict> {
    try {
      const result = await inTime(operation, this.#timeout, `${kind} of ${key}`);
      if (kind === 'read' && result === undefined) throw new Error(`${key} is there: no miss`);
      if (kind === 'read' && result !== valueFor(key, this.#size)) {
        throw new Error(`${key} was answered with what was never stored under it`);
      }
      if (kind !== 'read') expect(result, `${kind} of ${key}`).toBe(true);
      return { kind, key };
    } catch (error) {
      if (!(error instanceof MemcachedError)) throw error;
      if (kind === 'read') expect(error.maybeApplied, 'of a read').toBe(false);
      return { kind, key, error };
    }
  }
}

/** `operation`, which must settle by its deadline. */
async function inTime<T>(operation: Promise<T>, timeout: number, what: string): Promise<T> {
  const deadline = now() + timeout;
  if (await stalls.settles(operation, deadline, lateness)) return operation;
  const [late, all] = [stalls.late(deadline), now() - deadline].map(Math.round);
  throw new Error(`${what} did not settle by its deadline: ${late} of ${all} ms are no stall's`);
}

/** A server with 100 keys, and a connected client of it under an oracle's eyes. */
export async function observedServer(
  options: ClientOptions,
  { timeout, size }: { timeout: number; size: number },
) {
  const server = await ownServer({ memory: 256 });
  const client = openClient(server.server, { ...options, timeout });
  const oracle = new Oracle(client, { timeout, size });
  const present = await oracle.store(server, 100);
  await recovers(client); // connected
  return { server, client, oracle, present };
}

/** The client's operations succeed again within a second. */
export async function recovers(client: Client): Promise<void> {
  const start = now();
  for (let isBack = false; !isBack; ) {
    isBack = await client.set('is-it-back', 'yes').catch(() => false);
    if (stalls.late(start) > recovery) throw new Error('nothing succeeds within a second');
    if (!isBack) await sleep(10);
  }
}

/** Operations fail without being sent; now and then one is sent, to see whether the server is back. */
export async function isDown(client: Client): Promise<void> {
  const attempt = async (): Promise<void> => {
    const error = await failure(client.set('is-it-down', 'yes'));
    expect(error).toMatchObject({ code: 'SERVER_DOWN', maybeApplied: false });
  };
  await vi.waitFor(attempt, { timeout: 10_000, interval: 10 });
}

/** What `server` holds of `keys`. */
async function itemsOf(
  server: MemcachedServer,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const items = new Map<string, string>();
  const requests = [...new Set(keys)].map((key) => `get ${key}\r\n`).join('');
  const reply = requests === '' ? '' : await raw(server, requests);
  for (let at = 0; at < reply.length; ) {
    const end = reply.indexOf('\r\n', at);
    const [word, key, , length] = reply.slice(at, end).split(' ');
    at = end + 2;
    if (word !== 'VALUE') continue;
    items.set(key as string, reply.slice(at, at + Number(length)));
    at += Number(length) + 2;
  }
  return items;
}

/** Takes what the first client and the first server of a process keep for good: threads of libuv. */
export function warmUp(options: ClientOptions): void {
  beforeAll(async () => {
    const server = await startMemcached();
    const client = new Client(server.server, options);
    await client.get('key');
    await client.close();
    await server.stop();
  });
}

/**
 * What a fault may cost for good, in bytes. The allocator of C++ keeps some of what a test has freed: 30 MB and less
 * are seen, 60 MB behind the 36 MB of values that F18 writes at once.
 */
const keptMemory = 96 * 1024 * 1024;

/** Of every test of the file: it gives back memory, descriptors and threads, after clients and servers. */
export function resourcesReturn(): void {
  beforeAll(() => stalls.ready); // its thread is none of a test
  beforeEach(() => {
    const before = resources();
    // The first to be registered runs last: behind the ends of what the test opened.
    onTestFinished(() =>
      vi.waitFor(
        () => {
          const now = resources();
          expect(now.descriptors, 'descriptors').toBeLessThanOrEqual(before.descriptors);
          expect(now.threads, 'threads').toBeLessThanOrEqual(before.threads);
          expect(now.memory, 'memory').toBeLessThanOrEqual(before.memory + keptMemory);
        },
        { timeout: 10_000, interval: 20 },
      ),
    );
  });
}

/** Without what the garbage collector would take. */
function resources(): { descriptors: number; threads: number; memory: number } {
  collectGarbage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    memory: process.memoryUsage.rss(),
  };
}
