// Listening for a client under test, on this machine only.
import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

export const loopback = '127.0.0.1';

// Below the ports that Linux and macOS give to outgoing connections: a client that reconnects to a
// stopped server could be given that server's port for its own end, and be connected to itself.
const firstPort = 10_240;
const lastPort = 32_767;

/** How many free ports are tried until one is free indeed. */
export const attempts = 20;

/** Free as far as one can tell without taking it: who listens on it finds out. */
export function freePort(): number {
  return randomInt(firstPort, lastPort + 1);
}

/**
 * Breaks the connection off: the other side sees a reset (RST), or an end where there is none to be
 * had: on a unix socket, behind a FIN. Not by `resetAndDestroy()` itself, which sends a FIN before the
 * reset: the other side may then see that alone.
 */
export function reset(socket: Socket): void {
  const resetAndClosing = socket.remoteAddress !== undefined && !socket.writableEnded;
  Object.assign(socket, { resetAndClosing }).destroy();
}

/** What a `Listener` calls with each connection. */
export type Accept = (socket: Socket) => void;

/** A listening socket and the connections it has accepted. Neither keeps the process alive. */
export class Listener {
  /** Connections accepted so far. */
  accepted = 0;
  /** What it listens on, or did. */
  port = 0;
  readonly #listening: Server;
  readonly #sockets = new Set<Socket>();
  #stopped: Promise<void> | undefined;

  private constructor(accept: Accept) {
    // Who half-closes has left: no client of memcached waits for an answer behind its own FIN.
    this.#listening = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
      this.accepted += 1;
      this.#sockets.add(socket);
      socket.unref();
      socket.on('error', () => {}); // 'close' follows
      socket.once('close', () => this.#sockets.delete(socket));
      accept(socket);
    });
    this.#listening.unref();
  }

  /** Listens on `port`, else on a free one. Rejects when the port is taken. */
  static async open(port: number | undefined, accept: Accept): Promise<Listener> {
    for (let attempt = 1; ; attempt++) {
      const listener = new Listener(accept);
      try {
        await listener.#listen(port ?? freePort());
        return listener;
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken || port !== undefined || attempt === attempts) throw error;
      }
    }
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Does `end` to every open connection. */
  endAll(end: (socket: Socket) => void): void {
    for (const socket of this.#sockets) end(socket);
  }

  /** Ends listening and every connection; resolves when they are gone. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= new Promise((resolve) => {
      this.#listening.close(() => resolve());
      this.endAll((socket) => socket.destroy());
    });
    return this.#stopped;
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listening.once('error', reject);
      this.#listening.listen(port, loopback, () => {
        this.#listening.off('error', reject);
        this.port = port;
        resolve();
      });
    });
  }
}
