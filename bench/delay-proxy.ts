// A process that passes bytes to a server at once and holds every reply back for a given time:
//
//   delay-proxy.js <host:port> <milliseconds>
//
// Node's timers count whole milliseconds: short sleeps pace the event loop while something is held.

import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parseServer } from './server-address';

interface Held {
  due: number;
  chunk: Buffer;
  to: Socket;
}

/** The longest sleep, in milliseconds: replies that arrive in it are noticed that much late. */
const SLEEP = 0.05;

/** Replies in the order they came, which is the order they fall due: all are held equally long. */
class HoldingLine {
  readonly #delay: number;
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));
  #held: Held[] = [];

  constructor(delay: number) {
    this.#delay = delay;
  }

  hold(chunk: Buffer, to: Socket): void {
    if (this.#held.length === 0) setImmediate(() => this.#release());
    // On average half a sleep passes until a reply is noticed and half until it is let go.
    this.#held.push({ due: performance.now() + this.#delay - SLEEP, chunk, to });
  }

  #release(): void {
    const now = performance.now();
    const firstKept = this.#held.findIndex(({ due }) => due > now);
    const due = firstKept === -1 ? this.#held.splice(0) : this.#held.splice(0, firstKept);
    for (const { chunk, to } of due) to.write(chunk);
    const next = this.#held[0];
    if (!next) return;
    const pause = Math.min(next.due - performance.now(), SLEEP);
    if (pause > 0) Atomics.wait(this.#clock, 0, 0, pause);
    setImmediate(() => this.#release());
  }
}

function join(client: Socket, server: Socket, line: HoldingLine): void {
  client.setNoDelay(true);
  server.setNoDelay(true);
  client.on('data', (chunk) => server.write(chunk));
  server.on('data', (chunk) => line.hold(chunk, client));
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', () => other.destroy());
    socket.on('close', () => other.destroy());
  }
}

/** Linux rounds sleeps up by 50 us unless a thread asks for better. */
function sharpenSleeps(): void {
  try {
    writeFileSync('/proc/self/timerslack_ns', '1000');
  } catch {
    // Elsewhere the proxy is less exact; what it adds is measured and printed either way.
  }
}

function main([server = '', delay = '']: string[]): void {
  sharpenSleeps();
  const { host, port } = parseServer(server);
  const line = new HoldingLine(Number(delay));
  const proxy = createServer((client) => join(client, connect(port, host), line));
  proxy.listen(0, '127.0.0.1', () => {
    process.send?.(`127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  });
  process.on('disconnect', () => process.exit());
}

main(process.argv.slice(2));
