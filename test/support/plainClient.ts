import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that keeps what it receives, to look at a server without any client of memcached. */
export class PlainClient {
  /** What was received so far, a piece for each read. */
  readonly pieces: Buffer[] = [];
  readonly #socket: Socket;
  #count = 0;
  #error: NodeJS.ErrnoException | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (piece) => {
      this.pieces.push(piece as Buffer);
      this.#count += piece.length;
    });
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  static async open(port: number): Promise<PlainClient> {
    const client = new PlainClient(connect({ host: '127.0.0.1', port, noDelay: true }));
    await once(client.#socket, 'connect');
    return client;
  }

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** What has not been sent yet, in bytes. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Waits for `count` bytes in all. */
  async untilReceived(count: number): Promise<Buffer> {
    while (this.#count < count) await once(this.#socket, 'data');
    return this.received;
  }

  leave(): void {
    this.#socket.end();
  }

  /** How the connection ended: `'end'`, or the code of the error. */
  async ending(): Promise<string> {
    if (!this.#socket.closed) await new Promise((resolve) => this.#socket.once('close', resolve));
    return this.#error?.code ?? 'end';
  }
}
