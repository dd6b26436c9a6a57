// The part of a client that operations on keys work with: where they go, under which prefix.
import type { Payload, Scope } from './batch';
import { type Codec, checkData } from './codec';
import type { Dispatcher } from './dispatcher';
import { MemcachedError } from './errors';
import { exptimeOf } from './expiry';
import { blame, isForgiven } from './failures';
import { checkPrefix, type Key, keyBytes, noPrefix, preparePrefix } from './keys';
import { type ExtraOption, type GivenOptions, readOperationOptions } from './operationOptions';
import type { Operation } from './operations';
import type { FailurePolicy } from './pending';
import type { Server } from './servers';
import { isTraced, traceCommand } from './tracing';

export interface ViewSettings {
  readonly namespace: string;
  readonly hashWithNamespace: boolean;
  /** Seconds. */
  readonly ttl: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxValueSize: number;
  readonly codec: Codec;
  readonly policy: FailurePolicy;
}

const noExtra: readonly ExtraOption[] = [];
export const ttlOption: readonly ExtraOption[] = ['ttl'];

export class View {
  readonly dispatcher: Dispatcher;
  readonly settings: ViewSettings;
  readonly prefix: string;
  readonly #scope: Scope;

  constructor(dispatcher: Dispatcher, settings: ViewSettings, prefix: string, ofWhole = false) {
    this.dispatcher = dispatcher;
    this.settings = settings;
    this.prefix = prefix;
    this.#scope = {
      prefix: preparePrefix(settings.namespace, prefix),
      namespaceLength: settings.hashWithNamespace ? 0 : Buffer.byteLength(settings.namespace),
      groupKey: undefined,
      timeout: settings.timeout,
      signal: undefined,
      ofWhole,
    };
  }

  /** A read, or a write without anything but its key. Never throws. */
  request<Result>(
    operation: Operation<Result>,
    key: Key,
    options: unknown,
    payload?: Payload,
  ): Promise<Result> {
    try {
      const scope = this.scopeOf(readOperationOptions(options, noExtra));
      if (isTraced()) return this.#traced(operation, key, scope, payload, View.prototype.request);
      return this.dispatcher.request(operation, key, scope, this.settings.policy, payload);
    } catch (error) {
      return this.#refused(error, operation, key, View.prototype.request);
    }
  }

  /** A write with a TTL; `payload` may throw. Never throws. */
  write<Result>(
    operation: Operation<Result>,
    key: Key,
    options: unknown,
    extra: readonly ExtraOption[],
    payload: (given: GivenOptions) => Payload,
  ): Promise<Result> {
    try {
      const given = readOperationOptions(options, extra);
      const scope = this.scopeOf(given);
      const written = payload(given);
      if (isTraced()) return this.#traced(operation, key, scope, written, View.prototype.write);
      return this.dispatcher.request(operation, key, scope, this.settings.policy, written);
    } catch (error) {
      return this.#refused(error, operation, key, View.prototype.write);
    }
  }

  /** As a trace. What goes wrong before there is something to send is no operation, and has none. */
  #traced<Result>(
    operation: Operation<Result>,
    key: Key,
    scope: Scope,
    payload: Payload | undefined,
    entry: (...args: never[]) => unknown,
  ): Promise<Result> {
    const { dispatcher, settings } = this;
    const details = { key, server: this.#serverOf(key, scope) };
    return traceCommand(dispatcher.client, operation.name, details, () => {
      try {
        return dispatcher.request(operation, key, scope, settings.policy, payload);
      } catch (error) {
        return this.#refused(error, operation, key, entry);
      }
    });
  }

  /** Undefined where the key is none. */
  #serverOf(key: Key, scope: Scope): Server | undefined {
    const { dispatcher } = this;
    if (dispatcher.servers.length === 1) return dispatcher.servers[0];
    try {
      return dispatcher.servers[dispatcher.locate(this.bytesOf(key, scope).hashed)];
    } catch {
      return undefined;
    }
  }

  /** A key as it is sent, and the bytes that the ring hashes for it. Both are checked. */
  bytesOf(
    key: Key,
    { prefix, groupKey, namespaceLength }: Scope,
  ): { sent: Buffer; hashed: Buffer } {
    const sent = keyBytes(key, prefix, 'key');
    const hashed =
      groupKey === undefined
        ? sent.subarray(namespaceLength)
        : keyBytes(groupKey, noPrefix, 'groupKey');
    return { sent, hashed };
  }

  /** What was not sent is rejected all the same, from the method that `entry` was called by. */
  #refused<Result>(
    error: unknown,
    operation: Operation<Result>,
    key: Key,
    entry: (...args: never[]) => unknown,
  ): Promise<Result> {
    if (!(error instanceof MemcachedError)) return Promise.reject(error);
    blame(error, operation.name, key);
    const { policy } = this.settings;
    if (policy.asMisses && isForgiven(error)) {
      policy.report(error);
      return Promise.resolve(operation.missed);
    }
    // Ten frames of our own checks would hide whose call it was.
    Error.captureStackTrace(error, entry);
    return Promise.reject(error);
  }

  scopeOf(given: GivenOptions): Scope {
    const { prefix, groupKey, timeout, signal } = given;
    const scope = this.#scope;
    if (
      prefix === undefined &&
      groupKey === undefined &&
      timeout === undefined &&
      signal === undefined
    ) {
      return scope;
    }
    return {
      prefix: this.prefixBytes(prefix),
      namespaceLength: scope.namespaceLength,
      groupKey,
      timeout: timeout ?? scope.timeout,
      signal,
      ofWhole: scope.ofWhole,
    };
  }

  /** What stands before a key: namespace, the view's prefix, and the operation's. */
  prefixBytes(prefix: string | undefined): Uint8Array {
    if (prefix === undefined || prefix === '') return this.#scope.prefix;
    return preparePrefix(this.settings.namespace, this.prefix, prefix);
  }

  /** The same with a longer prefix. */
  under(prefix: string): View {
    return new View(this.dispatcher, this.settings, this.prefix + checkPrefix(prefix, 'prefix'));
  }

  /** The same for the operations that something is made of which `Dispatcher.whole` runs. */
  ofWhole(policy: FailurePolicy = this.settings.policy): View {
    return new View(this.dispatcher, { ...this.settings, policy }, this.prefix, true);
  }

  /** A value as the codec encodes it. */
  encoded(value: unknown, ttl: unknown, cas: bigint | number = 0): Payload {
    const { data, flags } = this.settings.codec.encode(value);
    return { data, flags, exptime: this.exptime(ttl), number: cas, initial: undefined };
  }

  /** Bytes as they are. */
  raw(bytes: unknown, flags: number, ttl: unknown): Payload {
    const data = checkData(bytes);
    const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    const most = this.settings.maxValueSize;
    if (size > most) {
      throw new MemcachedError(
        'TOO_LARGE',
        `data must be at most ${most} bytes, got ${size} bytes`,
      );
    }
    return { data, flags, exptime: this.exptime(ttl), number: 0, initial: undefined };
  }

  exptime(ttl: unknown): number {
    return exptimeOf(ttl === undefined ? this.settings.ttl : ttl);
  }
}
