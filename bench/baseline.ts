// What a careful memcached client in plain JavaScript can do: one connection, the text protocol,
// one write a turn, string values, no features. The addon has to justify itself against this too.

import { connect, type Socket } from 'node:net';
import { parseServer } from './server-address';

const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_E = 0x45;
const LETTER_N = 0x4e;
const LETTER_V = 0x56;
const LINE_END = 2;
const END_LINE = 'END\r\n'.length;
const VALUE_WORD = 'VALUE '.length;
const COMPACT_AFTER = 1024;

type Hits = Map<string, string>;

interface Waiting {
  /** `hit` and `hits` read values up to END, the other two read one line. */
  reply: 'hit' | 'hits' | 'stored' | 'count';
  resolve(answer: unknown): void;
  reject(error: Error): void;
  /** What a `hits` reply has brought so far. */
  hits: Hits | undefined;
  hit: string | undefined;
}

export class BaselineClient {
  readonly #socket: Socket;
  #outgoing = '';
  #unread: Buffer = Buffer.alloc(0);
  /** Requests in the order of their replies, from `#first` on. */
  #waiting: (Waiting | undefined)[] = [];
  #first = 0;
  readonly #flush = () => {
    this.#socket.write(this.#outgoing);
    this.#outgoing = '';
  };

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('connection closed')));
  }

  static connect(server: string): Promise<BaselineClient> {
    const { host, port } = parseServer(server);
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new BaselineClient(socket)));
    });
  }

  get(key: string): Promise<string | undefined> {
    return this.#request(`get ${key}\r\n`, 'hit');
  }

  getMulti(keys: string[]): Promise<Hits> {
    return this.#request(`get ${keys.join(' ')}\r\n`, 'hits');
  }

  set(key: string, value: string): Promise<boolean> {
    return this.#request(`set ${key} 0 0 ${Buffer.byteLength(value)}\r\n${value}\r\n`, 'stored');
  }

  incr(key: string): Promise<number | undefined> {
    return this.#request(`incr ${key} 1\r\n`, 'count');
  }

  close(): void {
    this.#socket.destroy();
  }

  #request<Answer>(command: string, reply: Waiting['reply']): Promise<Answer> {
    if (this.#outgoing === '') process.nextTick(this.#flush);
    this.#outgoing += command;
    return new Promise<Answer>((resolve, reject) => {
      const hits = reply === 'hits' ? new Map<string, string>() : undefined;
      this.#waiting.push({
        reply,
        resolve: resolve as Waiting['resolve'],
        reject,
        hits,
        hit: undefined,
      });
    });
  }

  #receive(data: Buffer): void {
    const buffer = this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data]);
    let at = 0;
    while (at < buffer.length) {
      const waiting = this.#waiting[this.#first];
      if (waiting === undefined) {
        this.#fail(new Error('a reply that nothing asked for'));
        return;
      }
      const next = isRead(waiting)
        ? this.#readValues(waiting, buffer, at)
        : this.#readLine(waiting, buffer, at);
      if (next === at) break;
      at = next;
    }
    this.#unread = buffer.subarray(at);
  }

  /** Reads one value or the END. Returns where it stopped: `at` when the rest is yet to arrive. */
  #readValues(waiting: Waiting, buffer: Buffer, at: number): number {
    if (at + END_LINE > buffer.length) return at; // no line of this reply is shorter than END
    if (buffer[at] === LETTER_E && buffer[at + 1] === LETTER_N) {
      this.#settle(waiting.hits ?? waiting.hit);
      return at + END_LINE;
    }
    if (buffer[at] !== LETTER_V) return this.#readLine(waiting, buffer, at);
    const lineEnd = buffer.indexOf(CR, at);
    if (lineEnd === -1) return at;
    const keyEnd = buffer.indexOf(SPACE, at + VALUE_WORD);
    const flagsEnd = buffer.indexOf(SPACE, keyEnd + 1);
    const begin = lineEnd + LINE_END;
    const end = begin + readNumber(buffer, flagsEnd + 1, lineEnd);
    if (end + LINE_END > buffer.length) return at;
    const value = buffer.toString('utf8', begin, end);
    if (waiting.hits) waiting.hits.set(buffer.toString('utf8', at + VALUE_WORD, keyEnd), value);
    else waiting.hit = value;
    return end + LINE_END;
  }

  #readLine(waiting: Waiting, buffer: Buffer, at: number): number {
    const lineEnd = buffer.indexOf(CR, at);
    if (lineEnd === -1 || lineEnd + LINE_END > buffer.length) return at;
    const first = buffer[at] as number;
    if (waiting.reply === 'count' && first >= ZERO && first <= NINE) {
      this.#settle(readNumber(buffer, at, lineEnd));
    } else {
      this.#settleLine(waiting, buffer.toString('latin1', at, lineEnd));
    }
    return lineEnd + LINE_END;
  }

  #settleLine(waiting: Waiting, line: string): void {
    if (line === 'STORED') this.#settle(true);
    else if (line === 'NOT_FOUND') this.#settle(undefined);
    else {
      this.#next();
      waiting.reject(new Error(line));
    }
  }

  #settle(answer: unknown): void {
    this.#next().resolve(answer);
  }

  #next(): Waiting {
    const waiting = this.#waiting[this.#first] as Waiting;
    this.#waiting[this.#first] = undefined; // or its value would live on until the array is cut
    this.#first += 1;
    if (this.#first === COMPACT_AFTER) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return waiting;
  }

  #fail(error: Error): void {
    const failed = this.#waiting.slice(this.#first);
    this.#waiting = [];
    this.#first = 0;
    this.#socket.destroy();
    for (const waiting of failed) waiting?.reject(error);
  }
}

function isRead(waiting: Waiting): boolean {
  return waiting.reply === 'hit' || waiting.reply === 'hits';
}

function readNumber(buffer: Buffer, begin: number, end: number): number {
  let number = 0;
  for (let at = begin; at < end; at += 1) number = number * 10 + ((buffer[at] as number) - ZERO);
  return number;
}
