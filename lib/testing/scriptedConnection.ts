import type { Socket } from 'node:net';
import { reset } from './loopback';

/** One connection of a scripted server, as its script sees it. Reads are answered in their order. */
export interface ScriptedConnection {
  /** From 1, in the order in which the server accepted them. */
  readonly number: number;
  /** The next line without its CRLF; a character is a byte (latin1). */
  readLine(): Promise<string>;
  /** The next `count` bytes, from 0. */
  readBytes(count: number): Promise<Buffer>;
  /** Resolves when the kernel has taken the bytes; a character of a string is a byte (latin1). */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Closes it in order (FIN), behind what was written. */
  end(): void;
  /** Breaks it (RST): the client sees `ECONNRESET`. */
  reset(): void;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
}

/** What a read or a write of a script ends with once the client has left: the script is over. */
export class ClientLeft extends Error {
  static {
    ClientLeft.prototype.name = 'ClientLeft';
  }

  constructor() {
    super('the client has left');
  }
}

/** Bytes received ahead of the script; then the client meets back-pressure. */
const readAhead = 64 * 1024;

export class ScriptedSocket implements ScriptedConnection {
  readonly number: number;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #clientLeft = false;
  #dropping = false;
  #wake: () => void = () => {};
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(number: number, socket: Socket) {
    this.number = number;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#receive(bytes as Buffer));
    socket.once('end', () => this.#leave());
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#leave();
        resolve();
      });
    });
  }

  readLine(): Promise<string> {
    return this.#read(() => {
      const end = this.#received.indexOf('\r\n');
      return end === -1 ? undefined : this.#take(end + 2).toString('latin1', 0, end);
    });
  }

  readBytes(count: number): Promise<Buffer> {
    return this.#read(() => (this.#received.length < count ? undefined : this.#take(count)));
  }

  write(bytes: string | Uint8Array): Promise<void> {
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    const writing = new Promise<void>((resolve, reject) => {
      this.#socket.write(chunk, (error) => (error ? reject(new ClientLeft()) : resolve()));
    });
    writing.catch(() => {}); // a script need not wait for it
    return writing;
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    reset(this.#socket);
  }

  /** Receives and forgets from now on: with nobody to read, the client's leaving would go unnoticed. */
  drop(): void {
    this.#dropping = true;
    this.#received = Buffer.alloc(0);
    this.#socket.resume();
  }

  #read<T>(taken: () => T | undefined): Promise<T> {
    const reading = this.#lastRead.then(() => this.#untilTaken(taken));
    this.#lastRead = reading.catch(() => {}); // a script need not wait for it
    return reading;
  }

  async #untilTaken<T>(taken: () => T | undefined): Promise<T> {
    for (;;) {
      const result = taken();
      if (result !== undefined) return result;
      if (this.#clientLeft) throw new ClientLeft();
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(count: number): Buffer {
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    if (this.#received.length < readAhead) this.#socket.resume();
    return bytes;
  }

  #receive(bytes: Buffer): void {
    if (this.#dropping) return;
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.length >= readAhead) this.#socket.pause();
    this.#wake();
  }

  #leave(): void {
    this.#clientLeft = true;
    this.#wake();
  }
}
