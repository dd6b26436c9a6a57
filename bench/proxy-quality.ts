// What the delay proxy does to a connection: how much it really adds, and how much it can carry.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fill } from './fill';
import { parseServer } from './server-address';
import { median, percentile } from './statistics';

export interface ProxyQuality {
  /** Milliseconds that the proxy adds to a round trip. */
  added: number;
  added99: number;
  /** Values of 100 bytes a second that it carries, and the same of 64 KB. */
  smallValues: number;
  largeValues: number;
}

const ROUND_TRIPS = 300;
/** Small values are asked for this many a command: one by one, the server would limit them. */
const MULTI = 100;

export async function measureProxy(direct: string, proxied: string): Promise<ProxyQuality> {
  await fill(direct, 'proxy-small-', 1, 'x'.repeat(100));
  await fill(direct, 'proxy-large-', 1, 'x'.repeat(64 * 1024));
  const plain = await measureRoundTrips(direct);
  const delayed = await measureRoundTrips(proxied);
  return {
    added: median(delayed) - median(plain),
    added99: percentile(delayed, 0.99) - median(plain),
    smallValues:
      MULTI * (await measureRate(proxied, `get ${'proxy-small-0 '.repeat(MULTI)}\r\n`, 50, 5_000)),
    largeValues: await measureRate(proxied, 'get proxy-large-0\r\n', 100, 3_000),
  };
}

async function open(server: string): Promise<Socket> {
  const { host, port } = parseServer(server);
  const socket = connect(port, host);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

/** Milliseconds, ascending. */
async function measureRoundTrips(server: string): Promise<number[]> {
  const socket = await open(server);
  const times: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    const sent = performance.now();
    socket.write('version\r\n');
    await once(socket, 'data');
    times.push(performance.now() - sent);
  }
  socket.destroy();
  return times.sort((a, b) => a - b);
}

/** Replies a second to equal commands, `inFlight` at a time. It counts bytes and parses nothing. */
async function measureRate(
  server: string,
  command: string,
  inFlight: number,
  total: number,
): Promise<number> {
  const replySize = await measureReply(server, command);
  const socket = await open(server);
  const begin = performance.now();
  let asked = inFlight;
  let received = 0;
  socket.write(command.repeat(inFlight));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received += chunk.length;
      const answered = Math.floor(received / replySize);
      if (answered >= total) return resolve();
      const room = Math.min(answered + inFlight, total) - asked;
      asked += room;
      if (room > 0) socket.write(command.repeat(room));
    });
  });
  socket.destroy();
  return (total * 1000) / (performance.now() - begin);
}

async function measureReply(server: string, command: string): Promise<number> {
  const socket = await open(server);
  socket.write(command);
  let size = 0;
  for await (const chunk of socket) {
    size += chunk.length;
    if (chunk.subarray(-5).toString() === 'END\r\n') break;
  }
  return size;
}
