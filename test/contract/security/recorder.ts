import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { MemcachedServer } from 'libmemcached/testing';
import { onTestFinished } from 'vitest';

/** What clients ask of a memcached, by way of which they reach it. */
export interface Recorder {
  /** What a client takes for the server. */
  readonly server: string;
  /**
   * The commands since the last call, in order, without the values: a line of the text protocol, or
   * the opcode and the key of a binary request. Throws where what was sent is not a row of whole
   * commands.
   */
  take(): string[];
}

/** Ends with the test. */
export async function startRecorder(upstream: MemcachedServer): Promise<Recorder> {
  const requests: Buffer[] = []; // of one connection each
  const relay = createServer((client) => {
    const server = connect({ host: upstream.host, port: upstream.port as number });
    const index = requests.push(Buffer.alloc(0)) - 1;
    client.on('data', (bytes) => {
      requests[index] = Buffer.concat([requests[index] as Buffer, bytes]);
    });
    client.pipe(server).pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => other.destroy());
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => void relay.close());
  return {
    server: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    take() {
      const sent = requests.map((bytes) => Buffer.from(bytes));
      requests.forEach((_, index) => {
        requests[index] = Buffer.alloc(0);
      });
      return sent.flatMap((bytes) => [...commandsIn(bytes)]);
    },
  };
}

const binaryRequest = 0x80;

function* commandsIn(bytes: Buffer): Generator<string> {
  for (let offset = 0; offset < bytes.length; ) {
    const { command, length } =
      bytes[offset] === binaryRequest ? binaryCommand(bytes, offset) : textCommand(bytes, offset);
    if (length > bytes.length - offset) throw new Error(`${command} is cut off`);
    yield command;
    offset += length;
  }
}

function binaryCommand(bytes: Buffer, offset: number): { command: string; length: number } {
  const keyLength = bytes.readUInt16BE(offset + 2);
  const keyStart = offset + 24 + bytes.readUInt8(offset + 4);
  const opcode = bytes.readUInt8(offset + 1);
  const key = bytes.toString('latin1', keyStart, keyStart + keyLength);
  return { command: `${opcode} ${key}`, length: 24 + bytes.readUInt32BE(offset + 8) };
}

const storing = ['set', 'add', 'replace', 'append', 'prepend', 'cas'];

function textCommand(bytes: Buffer, offset: number): { command: string; length: number } {
  const end = bytes.indexOf('\r\n', offset);
  if (end === -1) throw new Error('a command without an end');
  const line = bytes.toString('latin1', offset, end);
  const [name = '', , , , valueLength] = line.split(' ');
  const lineLength = end + 2 - offset;
  if (!storing.includes(name)) return { command: line, length: lineLength };
  const length = lineLength + Number(valueLength) + 2;
  if (bytes.toString('latin1', offset + length - 2, offset + length) !== '\r\n') {
    throw new Error(`the value of ${line} does not end where it should`);
  }
  return { command: line, length };
}
