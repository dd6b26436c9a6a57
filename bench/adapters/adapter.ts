// What the bench asks of a client.

export type Value = string | Buffer;

/**
 * One operation of a client: how it is asked and how its result is read. The two are apart, and
 * reading is synchronous, so that no client is charged for a promise that its adapter made.
 */
export interface Call<Arguments extends unknown[], Answer> {
  start(...input: Arguments): Promise<unknown>;
  read(result: unknown): Answer;
}

/**
 * Milliseconds until a call fails, in every client that can be told, in place of defaults from
 * 500 ms to 5 s: a busy machine is not to look like a failure.
 */
const PATIENCE = 10_000;

/** What a client is to connect to. */
export interface Target {
  /** `host:port` each; more than one only for a client that shards. */
  servers: readonly string[];
  /** Milliseconds until a call fails. */
  timeout: number;
  /** Calls under way at once, for a client that has a limit; undefined leaves its default. */
  maxPending?: number;
}

export function patientTarget(server: string): Target {
  return { servers: [server], timeout: PATIENCE };
}

export interface CasAnswer {
  value: Value;
  token: string | number | bigint;
}

/** Reads the value of one key out of the result of a multi-get. */
export type Lookup = (key: string) => Value | undefined;

/** A connected client. An operation that the client lacks is left out. */
export interface Adapter {
  get: Call<[key: string], Value | undefined>;
  set: Call<[key: string, value: Value], boolean>;
  incr: Call<[key: string], number | undefined>;
  add?: Call<[key: string, value: Value], boolean>;
  touch?: Call<[key: string, ttl: number], boolean>;
  delete?: Call<[key: string], boolean>;
  gets?: Call<[key: string], CasAnswer | undefined>;
  cas?: Call<[key: string, value: Value, token: CasAnswer['token']], boolean>;
  getMulti?: Call<[keys: string[]], Lookup>;
  setMulti?: Call<[entries: [key: string, value: Value][]], boolean>;
  close(): Promise<void>;
}

export interface BenchClient {
  /** The kind of value that this client stores and reads fastest without damage. */
  values: 'string' | 'buffer';
  /** Spreads keys over several servers. */
  shards: boolean;
  connect(target: Target): Promise<Adapter>;
}

/** Ties the two halves of a call together with the type of the client's own result. */
export function call<Arguments extends unknown[], Result, Answer>(
  start: (...input: Arguments) => Promise<Result>,
  read: (result: Result) => Answer,
): { start(...input: Arguments): Promise<Result>; read(result: Result): Answer } {
  return { start, read };
}

/** The promise of a command that calls back. */
export function promised<Result>(
  command: (callback: (error: unknown, result: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    command((error, result) => (error ? reject(error) : resolve(result)));
  });
}
