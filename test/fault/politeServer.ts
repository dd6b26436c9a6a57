// A server that has every key and obeys every command, until it is told to be rude.
import {
  type ScriptedConnection,
  type ScriptedServer,
  startScriptedServer,
} from 'libmemcached/testing';
import { onTestFinished } from 'vitest';
import { valueFor } from './oracle';

export type Protocol = 'text' | 'binary';

/** One request: several quiet gets of the binary protocol and the noop behind them are one. */
export interface Request {
  isRead: boolean;
  keys: string[];
}

/** Says what it likes instead of the polite reply, which it is given. */
export type Rudeness = (
  connection: ScriptedConnection,
  request: Request,
  polite: Buffer,
) => void | Promise<void>;

export class PoliteServer {
  /** What is done instead of answering; the first question of the libmemcached engine is answered. */
  rudeness: Rudeness | undefined;
  readonly #protocol: Protocol;
  #scripted!: ScriptedServer;

  private constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  /** A server for one test. */
  static async start(protocol: Protocol): Promise<PoliteServer> {
    const polite = new PoliteServer(protocol);
    polite.#scripted = await startScriptedServer((connection) => polite.#serve(connection));
    onTestFinished(() => polite.#scripted.stop());
    return polite;
  }

  get server(): string {
    return this.#scripted.server;
  }

  /** Connections so far. */
  get accepted(): number {
    return this.#scripted.accepted;
  }

  async #serve(connection: ScriptedConnection): Promise<void> {
    const [read, reply] =
      this.#protocol === 'text' ? [readText, textReply] : [readBinary, binaryReply];
    for (;;) {
      const request = await read(connection);
      const polite = reply(request);
      if (this.rudeness === undefined || request.keys[0] === 'libmemcached:hello') {
        await connection.write(polite);
      } else {
        await this.rudeness(connection, request, polite);
      }
    }
  }
}

// --- text ---

async function readText(connection: ScriptedConnection): Promise<Request> {
  const [verb, ...words] = (await connection.readLine()).trim().split(' ');
  if (verb === 'get') return { isRead: true, keys: words };
  const length = verb === 'set' ? Number(words[3]) + 2 : 0;
  await connection.readBytes(length);
  return { isRead: false, keys: words.slice(0, 1) };
}

function textReply({ isRead, keys }: Request): Buffer {
  if (keys.length === 0) return Buffer.from('VERSION 1.6.18\r\n'); // the engine looks whether it is back
  if (!isRead) return Buffer.from('STORED\r\n');
  return Buffer.from(`${keys.map((key) => textValue(key)).join('')}END\r\n`);
}

function textValue(key: string): string {
  const value = valueFor(key);
  return `VALUE ${key} 0 ${value.length}\r\n${value}\r\n`;
}

// --- binary ---

const headerLength = 24;
const opcodes = { set: 0x01, noop: 0x0a, getKey: 0x0c, getKeyQuietly: 0x0d };

async function readBinary(connection: ScriptedConnection): Promise<Request> {
  const keys: string[] = [];
  for (;;) {
    const header = await connection.readBytes(headerLength);
    const body = await connection.readBytes(header.readUInt32BE(8));
    const opcode = header.readUInt8(1);
    if (opcode === opcodes.noop) return { isRead: true, keys };
    const keyAt = header.readUInt8(4);
    keys.push(body.toString('latin1', keyAt, keyAt + header.readUInt16BE(2)));
    if (opcode !== opcodes.getKeyQuietly) return { isRead: opcode === opcodes.getKey, keys };
  }
}

function binaryReply({ isRead, keys }: Request): Buffer {
  if (!isRead) return packet({ opcode: opcodes.set });
  return Buffer.concat([...keys.map((key) => binaryValue(key)), packet({ opcode: opcodes.noop })]);
}

function binaryValue(key: string): Buffer {
  return packet({ opcode: opcodes.getKeyQuietly, flags: true, key, value: valueFor(key) });
}

interface Packet {
  opcode: number;
  status?: number;
  /** Four bytes of flags, as in front of every value. */
  flags?: boolean;
  key?: string;
  value?: string;
}

function packet({ opcode, status = 0, flags = false, key = '', value = '' }: Packet): Buffer {
  const body = Buffer.from(`${flags ? '\0'.repeat(4) : ''}${key}${value}`, 'latin1');
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(0x81, 0);
  header.writeUInt8(opcode, 1);
  header.writeUInt16BE(key.length, 2);
  header.writeUInt8(flags ? 4 : 0, 4);
  header.writeUInt16BE(status, 6);
  header.writeUInt32BE(body.length, 8);
  return Buffer.concat([header, body]);
}

/** The value of a key, as `protocol` puts it: without what ends a reply to a get. */
export function valueReply(protocol: Protocol, key: string): Buffer {
  return protocol === 'text' ? Buffer.from(textValue(key)) : binaryValue(key);
}

/** The refusal of a request in the binary protocol. */
export function refusal({ isRead }: Request, status: number): Buffer {
  const opcode = isRead ? opcodes.noop : opcodes.set;
  return packet({ opcode, status, value: 'in the words of the server' });
}
