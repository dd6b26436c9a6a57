import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client, type ClientOptions, MemcachedError, type ServerAddress } from 'libmemcached';
import { type MemcachedServer, type StartOptions, startMemcached } from 'libmemcached/testing';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { raw } from '../support/raw';

/** For operations that must succeed, however busy the machine is. */
export const patient = { timeout: 10_000 };

interface Fixture {
  client: Client;
  server: MemcachedServer;
  servers: MemcachedServer[];
  /** What the client was given as its servers. */
  names: string[];
}

/** Servers and a client for a whole describe block: its tests use keys of their own. */
export function serversFor(options: ClientOptions, count: number): Fixture {
  const fixture = {} as Fixture;
  beforeAll(async () => {
    fixture.servers = await Promise.all(Array.from({ length: count }, () => startMemcached()));
    fixture.server = fixture.servers[0] as MemcachedServer;
    fixture.names = fixture.servers.map(({ server }) => server);
    fixture.client = new Client(fixture.names, { ...patient, ...options });
    await connected(fixture.client, options);
  });
  afterAll(async () => {
    await fixture.client.close();
    await Promise.all(fixture.servers.map((server) => server.stop()));
  });
  return fixture;
}

/** All connections are there: one of the libmemcached engine begins with a question, which a server counts. */
async function connected(client: Client, { engine, connections }: ClientOptions): Promise<void> {
  await client.ping();
  const expected = connections ?? (engine === 'libmemcached' ? 4 : 1);
  const open = () => Object.values(client.metrics().servers).map((server) => server.connections);
  await vi.waitFor(() => expect(new Set(open())).toEqual(new Set([expected])), 10_000);
}

export function oneServer(options: ClientOptions): Fixture {
  return serversFor(options, 1);
}

/** A server for one test, stopped after it. */
export async function ownServer(options?: StartOptions): Promise<MemcachedServer> {
  const server = await startMemcached(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A client for one test, closed after it. */
export function openClient(
  servers: ServerAddress | readonly ServerAddress[] | undefined,
  options: ClientOptions,
): Client {
  const client = new Client(servers, { ...patient, ...options });
  onTestFinished(() => client.close());
  return client;
}

let keysGiven = 0;

/** A key no other test of this file uses. */
export function freshKey(label = 'key'): string {
  keysGiven += 1;
  return `${label}-${keysGiven}`;
}

export function freshKeys(count: number, label = 'key'): string[] {
  return Array.from({ length: count }, () => freshKey(label));
}

/** Entries for `setMulti`, a value for each key. */
export function pairs(keys: string[], toValue: (key: string) => unknown): [string, unknown][] {
  return keys.map((key) => [key, toValue(key)]);
}

/** The error of an operation that must fail. */
export async function failure(operation: Promise<unknown>): Promise<MemcachedError> {
  const outcome = await operation.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  expect(outcome.error, `resolved to ${String(outcome.value)}`).toBeInstanceOf(MemcachedError);
  return outcome.error as MemcachedError;
}

/** Their errors, when all of them must fail: none is left unobserved while another is waited for. */
export function failures(operations: Promise<unknown>[]): Promise<MemcachedError[]> {
  return Promise.all(operations.map(failure));
}

/** The error of a synchronous call that must throw. */
export function thrown(call: () => unknown): MemcachedError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(MemcachedError);
    return error as MemcachedError;
  }
  throw new Error('nothing was thrown');
}

/** Seconds until the item expires, -1 for never, undefined when it is not there. */
export async function remainingTtl(
  server: MemcachedServer,
  key: string,
): Promise<number | undefined> {
  const reply = /^HD t(-?\d+)/.exec(await raw(server, `mg ${key} t\r\n`));
  return reply ? Number(reply[1]) : undefined;
}

/** The clock of the server steps by seconds and may be two of them behind; the test takes some itself. */
export async function expectTtl(
  server: MemcachedServer,
  key: string,
  seconds: number,
): Promise<void> {
  const left = await remainingTtl(server, key);
  expect(left, `ttl of ${key}`).toBeGreaterThan(seconds - 30);
  expect(left, `ttl of ${key}`).toBeLessThanOrEqual(seconds + 3);
}

/** Flags and bytes as the server holds them. */
export async function storedItem(
  server: MemcachedServer,
  key: string,
): Promise<{ flags: number; data: string } | undefined> {
  const reply = /^VALUE \S+ (\d+) \d+\r\n([\s\S]*)\r\nEND\r\n$/.exec(
    await raw(server, `get ${key}\r\n`),
  );
  return reply ? { flags: Number(reply[1]), data: reply[2] as string } : undefined;
}

export async function serverStats(server: MemcachedServer): Promise<Map<string, string>> {
  const lines = (await raw(server, 'stats\r\n')).matchAll(/^STAT (\S+) (.*)\r$/gm);
  return new Map(Array.from(lines, (line) => [line[1] as string, line[2] as string]));
}

/** How often the server has executed each command that a key can be part of. */
export async function commandCounts({ client, server }: Fixture): Promise<Record<string, number>> {
  // The client of a test before may still be on its way out: what its connections begin with is counted too.
  const own = client.metrics().servers[server.server]?.connections as number;
  await expectConnections(server, own);
  return countsOf(server);
}

/** The same while others may be connecting. */
export async function countsOf(server: MemcachedServer): Promise<Record<string, number>> {
  const counted = /^(cmd_(get|set|flush|touch)|(delete|incr|decr|cas|touch)_(hits|misses|badval))$/;
  const stats = [...(await serverStats(server))].filter(([name]) => counted.test(name));
  return Object.fromEntries(stats.map(([name, count]) => [name, Number(count)]));
}

/** Connections to the server, without the one that asks. */
export async function connectionsOf(server: MemcachedServer): Promise<number> {
  return Number((await serverStats(server)).get('curr_connections')) - 1;
}

/** A connection that was closed is counted for another moment. */
export async function expectConnections(server: MemcachedServer, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await connectionsOf(server)).toBe(count), 10_000);
}

/** Runs `body` while the server process is stopped: it accepts connections and answers nothing. */
export async function whileStopped<T>(server: MemcachedServer, body: () => Promise<T>): Promise<T> {
  await server.suspend();
  try {
    return await body();
  } finally {
    server.resume();
  }
}

/** Repeatable pseudo-random integers below `limit`, so that a failure can be run again. */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Where the package finds itself by its name. */
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `script` in a Node process of its own, with `Client` in scope, and tells how it ended. A process
 * that does not end by itself is killed after a while, which `signal` then shows.
 */
export function runScript(script: string, flags: string[] = []): Promise<Ending> {
  const source = `const { Client, MemcachedError } = require('libmemcached');\n${script}`;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, '-e', source],
      { cwd: packageRoot, timeout: 15_000, killSignal: 'SIGKILL' },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}
