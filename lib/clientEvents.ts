// A client as an emitter of its events, by the code of Node's own emitters.
import { EventEmitter } from 'node:events';
import type { MemcachedError } from './errors';

/** What a client tells of its servers. Listeners are called a tick later; what they throw is uncaught. */
export interface ClientEvents {
  /** The server has failed repeatedly: nothing is sent to it until it answers again. */
  serverDown: [server: string, error: MemcachedError];
  /** It answers again. */
  serverUp: [server: string];
  /**
   * A failure that `failures: 'miss'` turned into a miss, or, whatever that option says, one that kept `getOrSet` from
   * storing a value. Without a listener it is dropped.
   */
  error: [error: MemcachedError];
}

/**
 * The methods of Node's EventEmitter, for the events of a client: `once` and `on` of `node:events` take a client. Listeners
 * have it as their `this`.
 */
export interface ClientEmitter {
  /** Calls `listener` at every such event. */
  on<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** As `on`. */
  addListener<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** As `on`, before the listeners there are. */
  prependListener<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** Calls `listener` at the next such event. */
  once<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** As `once`, before the listeners there are. */
  prependOnceListener<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** Calls `listener` no more. */
  off<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** As `off`. */
  removeListener<Name extends keyof ClientEvents>(
    event: Name,
    listener: (this: this, ...args: ClientEvents[Name]) => void,
  ): this;
  /** Calls no listener of this event any more, or of any. */
  removeAllListeners(event?: keyof ClientEvents): this;
  /** Calls the listeners, as the client does; false if there are none. `'error'` without a listener is thrown. */
  emit<Name extends keyof ClientEvents>(event: Name, ...args: ClientEvents[Name]): boolean;
  /** The listeners of an event. */
  listeners<Name extends keyof ClientEvents>(
    event: Name,
  ): ((...args: ClientEvents[Name]) => void)[];
  /** As `listeners`, with the wrappers of those that are called once. */
  rawListeners<Name extends keyof ClientEvents>(
    event: Name,
  ): ((...args: ClientEvents[Name]) => void)[];
  /** How many listeners an event has; with `listener`, how often this one. */
  listenerCount<Name extends keyof ClientEvents>(
    event: Name,
    listener?: (this: this, ...args: ClientEvents[Name]) => void,
  ): number;
  /** The events that have listeners. */
  eventNames(): (keyof ClientEvents)[];
  /** So many listeners of an event make Node warn of a leak. @default 10 */
  setMaxListeners(count: number): this;
  /** What `setMaxListeners` has set. */
  getMaxListeners(): number;
}

/** Gives a class the methods of EventEmitter where it inherits from another one. */
export function addEmitterMethods(prototype: ClientEmitter): void {
  for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
    const value: unknown = Reflect.get(EventEmitter.prototype, name);
    if (typeof value !== 'function' || name === 'constructor') continue;
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}

/** Where Node keeps the listeners. Not enumerable: whoever prints a client wants to see none of this. */
export function hideListeners(emitter: ClientEmitter): void {
  for (const name of ['_events', '_eventsCount', '_maxListeners']) {
    Object.defineProperty(emitter, name, { value: undefined, writable: true });
  }
}

/** A listener that throws is an uncaught error, and must not keep others from their answers. */
export function emitLater<Name extends keyof ClientEvents>(
  emitter: ClientEmitter,
  name: Name,
  ...args: ClientEvents[Name]
): void {
  process.nextTick(() => {
    // Without a listener, 'error' would be thrown.
    if (emitter.listenerCount(name) > 0) emitter.emit(name, ...args);
  });
}
