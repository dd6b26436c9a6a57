import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Proxy as FaultyProxy,
  type MemcachedServer,
  startMemcached,
  startProxy,
} from 'libmemcached/testing';
import { raw } from '../support/raw';
import type { OwnedKey } from './ownedKey';

/** A server behind a proxy, and the keys that live on it. */
export class ServedKeys {
  readonly keys: OwnedKey[] = [];
  readonly proxy: FaultyProxy;
  #server: MemcachedServer;

  private constructor(server: MemcachedServer, proxy: FaultyProxy) {
    this.#server = server;
    this.proxy = proxy;
  }

  static async start(): Promise<ServedKeys> {
    const server = await startMemcached();
    return new ServedKeys(server, await startProxy(server.server));
  }

  get server(): MemcachedServer {
    return this.#server;
  }

  async kill(): Promise<void> {
    await this.#server.kill();
    for (const key of this.keys) key.lose();
  }

  async restart(): Promise<void> {
    this.#server = await startMemcached({ port: this.#server.port as number });
  }

  /** Resolves when nothing is on its way to the server any more: it has seen every connection end. */
  async quiesce(): Promise<void> {
    do {
      this.proxy.resetAll();
      await sleep(5);
    } while ((await this.#connections()) > 1); // the one that asks
  }

  /** What the server itself holds under each key, in their order. */
  async lookUp(): Promise<(string | undefined)[]> {
    const values = new Map<string, string>();
    const reply = await raw(this.#server, `get ${this.keys.map(({ name }) => name).join(' ')}\r\n`);
    const header = /VALUE (\S+) \d+ (\d+)\r\n/y;
    for (let match = header.exec(reply); match !== null; match = header.exec(reply)) {
      const end = header.lastIndex + Number(match[2]);
      values.set(match[1] as string, reply.slice(header.lastIndex, end));
      header.lastIndex = end + '\r\n'.length;
    }
    return this.keys.map(({ name }) => values.get(name));
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.#server.stop();
  }

  async #connections(): Promise<number> {
    const reply = await raw(this.#server, 'stats\r\n');
    return Number(/^STAT curr_connections (\d+)\r$/m.exec(reply)?.[1]);
  }
}
