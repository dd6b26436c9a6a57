// Operations at a given rate, on a client of each engine.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, MemcachedError } from 'libmemcached';
import { variants } from '../support/variants';

const keys = Array.from({ length: 1000 }, (_, n) => `key-${n}`);

/** What may happen to an operation while its server restarts. */
const expectedFailures = new Set(['CONNECTION', 'SERVER_DOWN', 'TIMEOUT']);

/** Milliseconds between two bursts of a load with a rate. */
const interval = 5;

export class Load {
  readonly #server: string;
  readonly #lines: Line[];
  #over = false;

  constructor(server: string) {
    this.#server = server;
    this.#lines = variants.map(({ options }) => new Line(new Client(server, options)));
  }

  get operations(): number {
    return sumOf(this.#lines, 'operations');
  }

  get failures(): number {
    return sumOf(this.#lines, 'failures');
  }

  /** Asks as fast as answers come, and then knows the rate of each client: operations a second together. */
  async measure(seconds: number): Promise<number> {
    const end = performance.now() + 1000 * seconds;
    await Promise.all(this.#lines.map((line) => line.saturate(end)));
    for (const line of this.#lines) line.rate = line.operations / seconds;
    return sumOf(this.#lines, 'rate');
  }

  /** Asks at this share of the measured rates until `stop()`, while other clients come and go. */
  async run(share: number): Promise<void> {
    const comeAndGo = async (): Promise<void> => {
      while (!this.#over) {
        await Promise.all(variants.map(({ options }) => useOnce(this.#server, options)));
        await sleep(1000);
      }
    };
    const pace = async (line: Line): Promise<void> => {
      const rate = (share * line.rate) / 1000;
      let last = performance.now();
      while (!this.#over) {
        await sleep(interval);
        const now = performance.now();
        line.burst(Math.round(rate * (now - last)));
        last = now;
      }
    };
    await Promise.all([comeAndGo(), ...this.#lines.map(pace)]);
    await Promise.all(this.#lines.map((line) => line.client.close()));
  }

  stop(): void {
    this.#over = true;
  }
}

/** The operations of one client. */
class Line {
  readonly client: Client;
  /** Operations a second at the most, once measured. */
  rate = 0;
  operations = 0;
  failures = 0;
  #pending = 0;

  constructor(client: Client) {
    this.client = client;
  }

  async saturate(end: number): Promise<void> {
    const caller = async (): Promise<void> => {
      while (performance.now() < end) await this.#operation();
    };
    await Promise.all(Array.from({ length: 64 }, caller));
  }

  /** Leaves out what would be too much for a server that is away. */
  burst(count: number): void {
    const most = 10_000;
    for (let n = 0; n < count && this.#pending < most; n++) void this.#operation();
  }

  async #operation(): Promise<void> {
    this.#pending++;
    try {
      await this.#ask(this.operations++);
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.failures++;
    }
    this.#pending--;
  }

  /** Nine reads and a write of ten, some of many keys at once. */
  async #ask(n: number): Promise<void> {
    const key = keys[Math.floor(Math.random() * keys.length)] as string;
    if (n % 10 === 0) {
      await this.client.set(key, valueFor(key));
    } else if (n % 100 === 1) {
      const found = await this.client.getMulti(keys.slice(n % 900, (n % 900) + 100));
      for (const [of, value] of found) check(of, value);
    } else {
      check(key, await this.client.get(key));
    }
  }
}

/** 100 bytes to 50 KB, of one key. */
function valueFor(key: string): string {
  const length = key.length === 5 ? 50_000 : 100 * key.length;
  return key.repeat(length / key.length);
}

function check(key: string, value: unknown): void {
  if (value !== undefined && value !== valueFor(key)) throw new Error(`a wrong value of ${key}`);
}

function isExpected(error: unknown): boolean {
  return error instanceof MemcachedError && expectedFailures.has(error.code);
}

async function useOnce(server: string, options: object): Promise<void> {
  const client = new Client(server, { ...options, shared: false });
  await client.get('key').catch((error) => {
    if (!isExpected(error)) throw error;
  });
  await client.close();
}

function sumOf(lines: readonly Line[], what: 'operations' | 'failures' | 'rate'): number {
  return lines.reduce((sum, line) => sum + line[what], 0);
}
