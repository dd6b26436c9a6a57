// A quick test of given servers from here: is every answer right, and how fast do they come?
import { randomBytes } from 'node:crypto';
import { MemcachedError } from '../../errors';
import type { Client } from '../../index';
import { withClient } from '../connection';
import type { Context } from '../context';
import { CommandError, exitCodes } from '../exitCodes';
import { formatCount, formatMilliseconds } from '../figures';
import { errorDocument } from '../json';
import { type LoadPlan, type LoadResult, runLoad } from '../load';
import type { Output } from '../output';
import { LiveLine } from '../screen';
import { bar } from '../sparkline';
import { pad } from '../table';

export interface BenchOptions {
  /** Of each operation. */
  readonly seconds: number;
  readonly callers: number;
  /** Bytes of a value. */
  readonly size: number;
}

type Call = LoadPlan['call'];

const keyCount = 1000;
const keysOfMulti = 100;
/** Seconds: what a killed run leaves behind goes away by itself. */
const lifetime = 600;

export async function bench(
  { output, connection, interruption }: Context,
  options: BenchOptions,
): Promise<number> {
  const signal = interruption.takeOver();
  const report = new Report(output, options);
  return withClient(connection, async (client) => {
    await requireServers(client);
    const keys = new PrivateKeys();
    try {
      const results = await measure(client, keys, options, signal, report);
      report.end(results);
      const failed = Object.values(results).some(({ errors }) => errors > 0);
      return failed ? exitCodes.failure : exitCodes.ok;
    } finally {
      report.close();
      await removeAll(client, keys, output);
    }
  });
}

/** Nothing is measured where nobody answers. */
async function requireServers(client: Client): Promise<void> {
  const answers = [...(await client.ping()).values()];
  const failures = answers.filter((answer) => answer instanceof Error);
  if (failures.length === answers.length) throw failures[0];
}

/** No other program has them. */
class PrivateKeys {
  readonly #prefix = `libmemcached-bench:${randomBytes(8).toString('hex')}:`;
  readonly values = this.#names('value');
  readonly counters = this.#names('counter');
  /** Those that may be on a server. */
  readonly written = new Set<string>();

  /** Waits until a write of the key has ended. */
  async write(key: string, writing: Promise<unknown>): Promise<void> {
    try {
      await writing;
      this.written.add(key);
    } catch (error) {
      if (error instanceof MemcachedError && error.maybeApplied) this.written.add(key);
      throw error;
    }
  }

  #names(kind: string): string[] {
    return Array.from({ length: keyCount }, (_, index) => `${this.#prefix}${kind}${index}`);
  }
}

async function measure(
  client: Client,
  keys: PrivateKeys,
  { seconds, callers, size }: BenchOptions,
  signal: AbortSignal,
  report: Report,
): Promise<Record<string, LoadResult>> {
  const value = 'v'.repeat(size);
  // All of them are there before one is asked for, so that a miss tells something.
  const writes = keys.values.map((key) => keys.write(key, client.set(key, value, lifetime)));
  await Promise.allSettled(writes);
  const results: Record<string, LoadResult> = {};
  report.head();
  for (const [name, call] of Object.entries(calls(client, keys, value))) {
    if (signal.aborted) break;
    report.begin(name);
    const result = await runLoad({ callers, seconds, signal, call });
    results[name] = result;
    report.row(name, result);
  }
  return results;
}

/** Every value read is compared with what was written. */
function calls(client: Client, keys: PrivateKeys, value: string): Record<string, Call> {
  const { values, counters } = keys;
  const check = (read: unknown) => {
    if (read !== value)
      throw new CommandError('a server answered with a value that was not stored');
  };
  const at = (names: readonly string[], turn: number) => names[turn % keyCount] as string;
  return {
    set: async (turn) => {
      const key = at(values, turn);
      await keys.write(key, client.set(key, value, lifetime));
      return { keys: 1, misses: 0 };
    },
    get: async (turn) => {
      const read = await client.get(at(values, turn));
      if (read !== undefined) check(read);
      return { keys: 1, misses: read === undefined ? 1 : 0 };
    },
    getMulti: async (turn) => {
      const first = (turn * keysOfMulti) % keyCount;
      const asked = values.slice(first, first + keysOfMulti);
      const found = await client.getMulti(asked);
      const [error] = found.errors.values();
      if (error !== undefined) throw error;
      for (const read of found.values()) check(read);
      return { keys: asked.length, misses: found.missing.length };
    },
    incr: async (turn) => {
      const key = at(counters, turn);
      await keys.write(key, client.incr(key, 1, { initial: 0, ttl: lifetime }));
      return { keys: 1, misses: 0 };
    },
  };
}

async function removeAll(client: Client, keys: PrivateKeys, output: Output) {
  const { errors } = await client.deleteMulti([...keys.values, ...keys.counters]);
  const left = [...errors.keys()].filter((key) => keys.written.has(key)).length;
  if (left === 0) return;
  output.note(`${left} keys may be left; they expire within ${lifetime / 60} minutes`);
}

const columns = [
  { heading: 'OPERATION', width: 14, align: 'left' },
  { heading: 'KEYS/S', width: 7, align: 'right' },
  { heading: 'P50 MS', width: 7, align: 'right' },
  { heading: 'P99 MS', width: 7, align: 'right' },
  { heading: 'MISSES', width: 7, align: 'right' },
  { heading: 'ERRORS', width: 7, align: 'right' },
] as const;
const barWidth = 24;
const redrawInterval = 100; // ms

/** A line for each operation, the running one as a bar. */
class Report {
  readonly #output: Output;
  readonly #options: BenchOptions;
  #live: LiveLine | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output, options: BenchOptions) {
    this.#output = output;
    this.#options = options;
  }

  head(): void {
    if (this.#output.json) return;
    const line = tableLine(columns.map(({ heading }) => heading));
    this.#output.lines([this.#output.paint('dim', line)]);
  }

  begin(name: string): void {
    if (!this.#output.isAnimated) return;
    this.#live ??= new LiveLine(this.#output);
    const start = performance.now();
    const draw = () => {
      const elapsed = (performance.now() - start) / 1000;
      const share = Math.min(1, elapsed / this.#options.seconds);
      const painted = this.#output.paint('cyan', pad(bar(share, barWidth), barWidth));
      this.#live?.draw(`${pad(name, 14)}  ${painted}  ${elapsed.toFixed(1)} s`);
    };
    draw();
    this.#timer = setInterval(draw, redrawInterval);
  }

  row(name: string, result: LoadResult): void {
    clearInterval(this.#timer);
    if (this.#output.json) return;
    this.#live?.draw('');
    const { perSecond, p50, p99, misses, errors, firstError } = result;
    const time = (value: number | undefined) =>
      value === undefined ? '–' : formatMilliseconds(value);
    const cells = [label(name), formatCount(perSecond), time(p50), time(p99), misses, errors];
    this.#output.lines([tableLine(cells.map(String))]);
    if (firstError !== undefined) this.#output.note(`${firstError.code}: ${firstError.message}`);
  }

  end(results: Readonly<Record<string, LoadResult>>): void {
    if (!this.#output.json) return;
    const operations = Object.entries(results).map(([name, { firstError, ...figures }]) => [
      name,
      firstError === undefined ? figures : { ...figures, error: errorDocument(firstError) },
    ]);
    this.#output.document({ ...this.#options, operations: Object.fromEntries(operations) });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#live?.close();
  }
}

function label(name: string): string {
  return name === 'getMulti' ? `${name} of ${keysOfMulti}` : name;
}

function tableLine(cells: readonly string[]): string {
  return columns
    .map(({ width, align }, index) => pad(cells[index] as string, width, align))
    .join('  ');
}
