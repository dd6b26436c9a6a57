// What the drivers of Node's clients share: requests in, answers out, values in their neutral form.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Description, describe, type Found, natural } from '../../description';
import { type ServerEntry, type Setup, Unsupported } from '../../driver';

/** A client; what is left out it cannot do. */
export interface NodeClient {
  open(servers: readonly ServerEntry[], setup: Setup): void | Promise<void>;
  set(key: string, value: unknown, ttl: number): Promise<boolean>;
  /** `undefined` for a miss. */
  get(key: string): Promise<unknown>;
  incr?(key: string, by: number): Promise<unknown>;
  decr?(key: string, by: number): Promise<unknown>;
  append?(key: string, text: string): Promise<boolean>;
  gets?(key: string): Promise<unknown>;
  cas?(key: string, value: unknown): Promise<boolean>;
}

interface Request {
  readonly operation: keyof NodeClient;
  readonly servers: ServerEntry[];
  readonly setup: Setup;
  readonly items: [string, Description][];
  readonly keys: string[];
  readonly key: string;
  readonly by: number;
  readonly text: string;
  readonly value: Description;
  readonly ttl?: number;
}

/** Milliseconds for one item: a client may forget to answer. */
const patience = 10_000;

export function serve(client: NodeClient): void {
  const lines = createInterface({ input: process.stdin });
  let last = Promise.resolve();
  lines.on('line', (line) => {
    last = last.then(async () => {
      process.stdout.write(`${JSON.stringify(await answer(client, JSON.parse(line)))}\n`);
    });
  });
  lines.once('close', () => process.exit());
}

async function answer(client: NodeClient, request: Request): Promise<object> {
  if (client[request.operation] === undefined) return { unsupported: true };
  try {
    return { result: await perform(client, request) };
  } catch (error) {
    return error instanceof Unsupported ? { unsupported: true } : { error: String(error) };
  }
}

async function perform(client: NodeClient, request: Request): Promise<unknown> {
  const { operation, key, by } = request;
  switch (operation) {
    case 'open':
      await client.open(request.servers, request.setup);
      return null;
    case 'set':
      return inTurn(request.items, ([name, value]) => stored(client, name, value, request.ttl));
    case 'get':
      return inTurn(request.keys, (name) => fetched(client, name));
    case 'incr':
    case 'decr':
      return String(await client[operation]?.(key, by));
    case 'append':
      return client.append?.(key, request.text);
    case 'gets':
      return describe(await client.gets?.(key));
    case 'cas':
      return client.cas?.(key, natural(request.value));
  }
}

async function inTurn<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of all) results.push(await each(one));
  return results;
}

async function stored(
  client: NodeClient,
  key: string,
  description: Description,
  ttl = 0,
): Promise<string | null> {
  try {
    const done = await inTime(client.set(key, natural(description), ttl));
    return done ? null : 'not stored';
  } catch (error) {
    return String(error);
  }
}

async function fetched(client: NodeClient, key: string): Promise<Found> {
  try {
    const value = await inTime(client.get(key));
    return value === undefined ? { type: 'missing' } : describe(value);
  } catch (error) {
    return { type: 'error', content: String(error) };
  }
}

async function inTime<T>(result: Promise<T>): Promise<T> {
  const clock = new AbortController();
  const late = sleep(patience, undefined, { signal: clock.signal }).then(() => {
    throw new Error('no answer');
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clock.abort();
    late.catch(() => {});
  }
}

/** The result of a call that takes a callback. */
export function called<T>(
  call: (done: (error: unknown, result?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });
}
