// One direction of a connection through a proxy.
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { reset } from './loopback';
import type { ProxyFaults } from './proxyFaults';

export type Direction = 'requests' | 'replies';

/** Bytes that have arrived. */
interface Arrival {
  bytes: Buffer;
  /** When they may go on, on the clock of `performance.now()`. */
  due: number;
}

/** Bytes a direction holds, for the sake of a delay or a stall, before it stops reading. */
const capacity = 1024 * 1024;

/** How many portions a second a limited bandwidth is given out in. */
const portionsPerSecond = 100;

/** Carries the bytes of `source` to `sink`, in order, as the faults of the moment have it. */
export class ProxyChannel {
  readonly #direction: Direction;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #faults: () => Readonly<ProxyFaults>;
  readonly #arrivals: Arrival[] = [];
  #held = 0;
  #passed = 0;
  /** How the source ended. */
  #ending: 'end' | 'reset' | undefined;
  #wake: () => void = () => {};

  constructor(
    direction: Direction,
    source: Socket,
    sink: Socket,
    faults: () => Readonly<ProxyFaults>,
  ) {
    this.#direction = direction;
    this.#source = source;
    this.#sink = sink;
    this.#faults = faults;
    source.on('data', (bytes) => this.#receive(bytes as Buffer));
    source.once('end', () => this.#end('end'));
    source.on('error', () => this.#end('reset'));
    source.once('close', () => this.#end('end'));
    sink.once('close', () => this.wake());
    void this.#carry();
  }

  /** To be called when the faults have changed. */
  wake(): void {
    this.#wake();
  }

  #receive(bytes: Buffer): void {
    const { delay = 0, coalesce = 0 } = this.#faults();
    // Gathering begins with the first byte: what joins it goes when that goes.
    this.#arrivals.push({ bytes, due: performance.now() + delay + coalesce });
    this.#held += bytes.length;
    if (this.#held >= capacity) this.#source.pause();
    this.#wake();
  }

  #end(how: 'end' | 'reset'): void {
    this.#ending ??= how;
    this.#wake();
  }

  async #carry(): Promise<void> {
    while (!this.#sink.destroyed) {
      const first = this.#arrivals[0];
      if (this.#isStalled) {
        await this.#change();
      } else if (first === undefined) {
        if (this.#ending !== undefined) return this.#finish(this.#ending);
        await this.#change();
      } else if (first.due > performance.now()) {
        await sleep(first.due - performance.now(), undefined, { ref: false });
      } else if (this.#isCut) {
        return this.#finish(this.#faults().cut?.by === 'reset' ? 'reset' : 'end');
      } else {
        await this.#send(this.#take());
      }
    }
    this.#source.removeAllListeners('data');
    this.#source.resume(); // nobody waits for the rest, but its end must be noticed
  }

  get #isStalled(): boolean {
    const { stall, cut } = this.#faults();
    return stall === 'both' || stall === this.#direction || (cut?.by === 'stall' && this.#isCut);
  }

  get #isCut(): boolean {
    return this.#untilCut === 0;
  }

  get #untilCut(): number {
    const { cut } = this.#faults();
    if (cut === undefined || this.#direction === 'requests') return Number.POSITIVE_INFINITY;
    return Math.max(0, cut.afterBytes - this.#passed);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The next bytes to send: of one arrival, or of all where they are gathered. */
  #take(): Buffer {
    const { split, bytesPerSecond, coalesce } = this.#faults();
    if (coalesce !== undefined && this.#arrivals.length > 1) this.#gather();
    const [first] = this.#arrivals as [Arrival];
    const most = Math.min(
      first.bytes.length,
      split ?? Number.POSITIVE_INFINITY,
      Math.ceil((bytesPerSecond ?? Number.POSITIVE_INFINITY) / portionsPerSecond),
      this.#untilCut,
    );
    const bytes = first.bytes.subarray(0, most);
    first.bytes = first.bytes.subarray(most);
    if (first.bytes.length === 0) this.#arrivals.shift();
    this.#held -= most;
    if (this.#held < capacity) this.#source.resume();
    return bytes;
  }

  #gather(): void {
    const due = this.#arrivals[0]?.due as number;
    const bytes = Buffer.concat(this.#arrivals.map((arrival) => arrival.bytes));
    this.#arrivals.splice(0, this.#arrivals.length, { bytes, due });
  }

  async #send(bytes: Buffer): Promise<void> {
    const { split, bytesPerSecond } = this.#faults();
    await new Promise<void>((resolve) => {
      this.#sink.write(this.#swapped(bytes), () => resolve()); // an error closes the sink
    });
    this.#passed += bytes.length;
    if (bytesPerSecond !== undefined) {
      await sleep((bytes.length * 1000) / bytesPerSecond, undefined, { ref: false });
    } else if (split !== undefined) {
      await nextTurn(); // else the receiver finds them together
    }
  }

  #swapped(bytes: Buffer): Buffer {
    const { swap } = this.#faults();
    const index = swap === undefined ? -1 : swap.at - this.#passed;
    if (this.#direction === 'requests' || index < 0 || index >= bytes.length) return bytes;
    const changed = Buffer.from(bytes);
    changed[index] = swap?.to as number;
    return changed;
  }

  #finish(how: 'end' | 'reset'): void {
    if (how === 'reset') {
      reset(this.#sink);
    } else {
      this.#sink.end();
    }
    this.#source.destroy();
  }
}
