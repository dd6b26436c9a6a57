// A client of another kind, in a process and a language of its own, and how it is told what to do.
//
// The driver reads requests, a line of JSON each, and answers each with a line. A request names its
// `operation`, as the methods below have them, and the arguments. The answer is one of
// `{ "result": ... }`, `{ "error": text }` and `{ "unsupported": true }`. It ends with its input. Clients whose
// timeouts are short get longer ones: a machine with much to do must not spoil a cell.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Description, Found } from './description';

export interface ServerEntry {
  readonly host: string;
  readonly port: number;
  readonly weight: number;
}

/** What the client is told in its own words: options, behaviors, arguments of its constructor. */
export type Setup = Readonly<Record<string, unknown>>;

/** The client has no such operation. */
export class Unsupported extends Error {}

/** Milliseconds, for hundreds of items. */
const patience = 60_000;

export class Driver {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  /** What it complains of, for a driver that breaks off. */
  #complaints = '';

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#process = spawn(program, args, { stdio: 'pipe' });
    this.#process.once('error', (error) => {
      this.#complaints += error.message;
    });
    this.#process.stdin?.on('error', () => {}); // it is gone, which the missing answer tells
    this.#process.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Makes a client of these servers, in place of the one before. */
  async open(servers: readonly ServerEntry[], setup: Setup): Promise<void> {
    await this.#ask('open', { servers, setup });
  }

  /** Writes each pair; says for each what went wrong, or null. */
  async set(
    items: readonly (readonly [key: string, value: Description])[],
    ttl?: number,
  ): Promise<(string | null)[]> {
    return (await this.#ask('set', { items, ttl })) as (string | null)[];
  }

  async get(keys: readonly string[]): Promise<Found[]> {
    return (await this.#ask('get', { keys })) as Found[];
  }

  /** The counter afterwards, in decimal. */
  async incr(key: string, by: number): Promise<string> {
    return (await this.#ask('incr', { key, by })) as string;
  }

  async decr(key: string, by: number): Promise<string> {
    return (await this.#ask('decr', { key, by })) as string;
  }

  async append(key: string, text: string): Promise<boolean> {
    return (await this.#ask('append', { key, text })) as boolean;
  }

  /** The value; the driver keeps its token for `cas`. */
  async gets(key: string): Promise<Description> {
    return (await this.#ask('gets', { key })) as Description;
  }

  /** Whether it was stored: the item was as `gets` had found it. */
  async cas(key: string, value: Description): Promise<boolean> {
    return (await this.#ask('cas', { key, value })) as boolean;
  }

  stop(): void {
    this.#process.stdin?.end();
    this.#process.kill('SIGKILL');
    this.#lines.close();
  }

  async #ask(operation: string, request: object): Promise<unknown> {
    this.#process.stdin?.write(`${JSON.stringify({ operation, ...request })}\n`);
    const clock = setTimeout(() => this.#process.kill('SIGKILL'), patience);
    const { value: line, done } = await this.#answers.next();
    clearTimeout(clock);
    if (done) throw new Error(`the driver ended during ${operation}: ${this.#complaints}`);
    const answer = JSON.parse(line) as { result: unknown; error?: string; unsupported?: true };
    if (answer.unsupported) throw new Unsupported(operation);
    if (answer.error !== undefined) throw new Error(`${operation}: ${answer.error}`);
    return answer.result;
  }
}
