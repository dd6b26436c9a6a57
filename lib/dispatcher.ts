// Between the methods and the engine: batches a turn's operations, keeps who waits for what, and hands the
// answers out.
import { AbortGroups } from './abortGroups';
import { Answer } from './answer';
import { BatchWriter, type Payload, type Scope } from './batch';
import {
  binding,
  type EngineConfig,
  type NativeHotKey,
  type NativeServerMetrics,
  type NativeSession,
} from './binding';
import type { Client } from './client';
import type { Codec } from './codec';
import { type ErrorCode, MemcachedError } from './errors';
import { failure, refusal, serverDown } from './failures';
import type { Key } from './keys';
import type { Operation } from './operations';
import { type FailurePolicy, type Pending, PromisePending } from './pending';
import {
  type Command,
  firstFailure,
  firstNews,
  isServerChange,
  lastRead,
  Status,
} from './protocol';
import { type Server, serverName } from './servers';

export interface DispatcherSettings {
  readonly config: EngineConfig;
  readonly shared: boolean;
  readonly codec: Codec;
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  /** Called when the breaker of a server opens, with the reason, or closes. */
  readonly onServerNews: (server: string, error: MemcachedError | undefined) => void;
}

/** A turn that writes this much hands it over before it ends. */
const largestBatch = 1024 * 1024;

const mostIdsKept = 10_000;

/** Until the handlers of a failed operation have run, with some to spare (`withCallersStack` in pending.ts). */
const microtasksOfRejection = 16;

/** Kept from those who put a clock of their own into its place, as tests do. */
const afterThisTurn = setImmediate;

export class Dispatcher {
  /** Whose operations these are, for tracers. Set by the client, once it is there. */
  client!: Client;
  readonly #settings: DispatcherSettings;
  readonly #session: NativeSession;
  readonly #batch = new BatchWriter();
  readonly #aborts = new AbortGroups();
  #batchNumber = 0;
  /** How often `setServers` has changed it: the id of news about its servers. */
  #ring = 0;
  #flushScheduled = false;
  /** By id; ids of answered operations are used again. */
  readonly #pending: (Pending | undefined)[] = [];
  readonly #freeIds: number[] = [];
  #pendingCount = 0;
  #pendingBytes = 0;
  #servers: readonly Server[] = [];
  #serverNames: readonly string[] = [];
  #ringName = '';
  #closing: Promise<void> | undefined;
  /** Nothing is sent any more, the rest of what `close` has waited for included. */
  #closed = false;
  /** How many of what `whole` runs are under way. */
  #wholes = 0;
  #onIdle: (() => void) | undefined;
  #listensAgain = true;

  constructor(settings: DispatcherSettings) {
    this.#settings = settings;
    this.#session = asMemcachedErrors(() => new binding.Session(settings.config, settings.shared));
    this.#session.onOutcomes = (outcomes) => this.#receive(outcomes);
    this.#readServers(settings.config);
  }

  /** In the order of their indices on the ring. */
  get servers(): readonly Server[] {
    return this.#servers;
  }

  get serverNames(): readonly string[] {
    return this.#serverNames;
  }

  /** Tells the ring apart from others: equal ones have equal names. */
  get ringName(): string {
    return this.#ringName;
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** A read or, with a payload, a write, with a promise of its own. Throws what `submit` throws. */
  request<Result>(
    operation: Operation<Result>,
    key: Key,
    scope: Scope,
    policy: FailurePolicy,
    payload?: Payload,
  ): Promise<Result> {
    let resolve!: (value: Result | Promise<never>) => void;
    const promise = new Promise<Result>((settle) => {
      resolve = settle;
    });
    const pending = new PromisePending(operation, key, policy, resolve);
    this.submit(pending, operation.command, key, scope, payload);
    return promise;
  }

  /** Queues an operation for the engine. Throws, and has then done nothing. */
  submit(pending: Pending, command: Command, key: Key, scope: Scope, payload?: Payload): void {
    const size = payload === undefined ? 0 : payload.data.length;
    this.#admit(pending, size, scope.signal, scope.ofWhole);
    const start = this.#batch.length;
    const id = this.#freeIds.at(-1) ?? this.#pending.length;
    if (payload === undefined) {
      this.#batch.addRead(id, command, key, scope);
    } else {
      this.#batch.addWrite(id, command, key, scope, payload);
    }
    pending.isChange = command > lastRead;
    this.#register(pending, id, this.#batch.length - start);
    if (scope.signal !== undefined) this.#listenForAbort(pending, id, scope.signal);
  }

  /** Queues an operation for a server. */
  submitToServer(
    pending: Pending,
    command: Command,
    server: number,
    options: {
      argument?: string;
      number?: number;
      timeout: number;
      signal: AbortSignal | undefined;
    },
  ): void {
    const { argument = '', number = 0, timeout, signal } = options;
    this.#admit(pending, 0, signal);
    const id = this.#freeIds.at(-1) ?? this.#pending.length;
    this.#batch.addServerWide(id, command, server, argument, timeout, number);
    pending.isChange = isServerChange(command, argument);
    this.#register(pending, id, 0);
    if (signal !== undefined) this.#listenForAbort(pending, id, signal);
  }

  /** Throws `CLOSED` once the client is closed. */
  requireOpen(operation: string): void {
    if (this.#isClosing) throw closed(operation);
  }

  get #isClosing(): boolean {
    return this.#closing !== undefined || this.#closed;
  }

  /** Runs what takes several operations: `close` waits for all of it. Rejects with `CLOSED` after that. */
  async whole<Result>(operation: string, run: () => Promise<Result>): Promise<Result> {
    this.requireOpen(operation);
    return this.partOfWhole(run);
  }

  /** What goes on behind such a call, also once its caller waits no more: `close` waits for it too. */
  async partOfWhole<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#wholes++;
    try {
      return await run();
    } finally {
      this.#wholes--;
      this.#noticeIdle();
    }
  }

  /** The index of the server that these bytes live on. */
  locate(bytes: Uint8Array): number {
    this.requireOpen('locate');
    return this.#session.locate(bytes);
  }

  /** Pairs of a point and the index of its server, ascending. */
  ringPoints(): Uint32Array {
    this.requireOpen('ringPoints');
    return this.#session.ringPoints();
  }

  setServers(config: EngineConfig): void {
    this.requireOpen('setServers');
    this.#handOver();
    asMemcachedErrors(() => this.#session.setServers(config));
    this.#ring++;
    this.#readServers(config);
  }

  metrics(): NativeServerMetrics[] {
    this.requireOpen('metrics');
    return this.#session.metrics();
  }

  hotKeys(): NativeHotKey[] {
    this.requireOpen('hotKeys');
    return this.#session.hotKeys();
  }

  readonly #flushTurn = () => {
    this.#flushScheduled = false;
    this.#handOver();
  };

  #handOver(): void {
    const batch = this.#batch;
    if (batch.count === 0) return;
    this.#batchNumber++;
    this.#session.submit(batch.bytes, batch.length, batch.count);
    batch.clear();
  }

  /**
   * Takes no more operations, waits until those under way are answered, `patience` milliseconds at the
   * longest, and answers the rest with `CLOSED`.
   */
  close(patience: number): Promise<void> {
    this.#closing ??= this.#close(patience);
    return this.#closing;
  }

  async #close(patience: number): Promise<void> {
    this.#handOver();
    if (!this.#isIdle && patience > 0) await this.#untilIdle(patience);
    this.#closed = true;
    this.#handOver();
    for (const pending of this.#pending) {
      if (pending !== undefined && !pending.abandoned) this.#abandon(pending, 'CLOSED');
    }
    this.#session.close();
    // Every caller is told first. Not by a turn of the loop: a promise whose handler comes after `close` would
    // count as unhandled.
    for (let i = 0; i < microtasksOfRejection; i++) await undefined;
  }

  async #untilIdle(patience: number): Promise<void> {
    const { promise, resolve } = deferred();
    this.#onIdle = resolve;
    const timer = setTimeout(resolve, patience);
    await promise;
    clearTimeout(timer);
  }

  get #isIdle(): boolean {
    return this.#pendingCount === 0 && this.#wholes === 0;
  }

  #noticeIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }

  #admit(pending: Pending, size: number, signal: AbortSignal | undefined, ofWhole = false): void {
    if (this.#closed || (this.#isClosing && !ofWhole)) throw closed(pending.name);
    if (signal?.aborted) throw aborted(pending, false, signal);
    const { maxPending, maxPendingBytes } = this.#settings;
    if (this.#pendingCount >= maxPending) {
      throw refusal('OVERLOADED', `${maxPending} operations are pending`, pending.name);
    }
    if (this.#pendingBytes + size > maxPendingBytes) {
      throw refusal('OVERLOADED', `${maxPendingBytes} bytes are pending`, pending.name);
    }
  }

  #register(pending: Pending, id: number, size: number): void {
    if (id === this.#pending.length) this.#pending.push(pending);
    else {
      this.#freeIds.pop();
      this.#pending[id] = pending;
    }
    pending.bytes = size;
    pending.batch = this.#batchNumber;
    pending.index = this.#batch.count - 1;
    pending.servers = this.#serverNames;
    this.#pendingCount++;
    this.#pendingBytes += size;
    if (this.#batch.length >= largestBatch) {
      this.#handOver();
    } else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(this.#flushTurn);
    }
  }

  readonly #listen = () => {
    this.#listensAgain = true;
    this.#session.listen();
  };

  #receive(outcomes: Buffer): void {
    // Timers and sockets get their turn before more comes.
    if (this.#listensAgain) {
      this.#listensAgain = false;
      afterThisTurn(this.#listen);
    }
    const answer = new Answer(outcomes, this.#settings.codec);
    while (answer.next()) {
      if (answer.status >= firstNews) this.#announce(answer);
      else this.#settle(answer);
    }
    if (this.#pendingCount > 0) return;
    if (this.#pending.length > mostIdsKept) this.#forgetIds();
    this.#noticeIdle();
  }

  /** The table of a large backlog is not kept for ever. */
  #forgetIds(): void {
    this.#pending.length = 0;
    this.#freeIds.length = 0;
  }

  #settle(answer: Answer): void {
    const pending = this.#pending[answer.id];
    if (pending === undefined) return;
    this.#release(answer.id, pending);
    if (pending.abandoned) return;
    pending.stopListening?.();
    if (answer.status < firstFailure) pending.answer(answer);
    else pending.fail(failure(answer, pending.name, pending.servers[answer.server], pending.key));
  }

  #release(id: number, pending: Pending): void {
    this.#pending[id] = undefined;
    this.#freeIds.push(id);
    this.#pendingCount--;
    this.#pendingBytes -= pending.bytes;
  }

  #announce(answer: Answer): void {
    if (answer.id !== this.#ring) return; // of one that setServers has replaced
    const server = this.#serverNames[answer.server] as string;
    const error = answer.status === Status.serverCameUp ? undefined : serverDown(answer, server);
    this.#settings.onServerNews(server, error);
  }

  #listenForAbort(pending: Pending, id: number, signal: AbortSignal): void {
    const onAbort = () => {
      this.#handOver();
      const unsent = this.#session.cancel(pending.batch, pending.index);
      if (unsent) this.#release(id, pending);
      pending.abandoned = true;
      pending.stopListening?.();
      pending.fail(aborted(pending, !unsent && pending.isChange, signal));
      this.#noticeIdle();
    };
    pending.stopListening = this.#aborts.add(signal, onAbort);
  }

  #abandon(pending: Pending, code: ErrorCode): void {
    const unsent = this.#session.cancel(pending.batch, pending.index);
    pending.abandoned = true;
    pending.stopListening?.();
    const { name, key, isChange } = pending;
    const maybeApplied = !unsent && isChange;
    pending.fail(refusal(code, 'the client was closed', name, { key, maybeApplied }));
  }

  #readServers({ servers, ring }: EngineConfig): void {
    this.#servers = this.#session.servers();
    this.#serverNames = this.#servers.map(serverName);
    this.#ringName = JSON.stringify([servers, ring]);
  }
}

function closed(operation: string): MemcachedError {
  return refusal('CLOSED', 'the client is closed', operation);
}

function aborted(pending: Pending, maybeApplied: boolean, signal: AbortSignal): MemcachedError {
  const { name, key } = pending;
  return refusal('ABORTED', 'the signal was aborted', name, {
    key,
    maybeApplied,
    cause: signal.reason,
  });
}

/** Errors of the addon carry a code; the class is ours. */
export function asMemcachedErrors<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as { code: ErrorCode; message: string };
    throw new MemcachedError(code, message);
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
