import { connect, type Socket } from 'node:net';
import { invalid } from '../errors';
import { parseServers, type Server } from '../servers';
import { Listener, loopback, reset } from './loopback';
import { ProxyChannel } from './proxyChannel';
import { type ProxyFaults, readProxyFaults } from './proxyFaults';

/** Stands between clients and one server. It ends with the process, which it does not keep alive. */
export interface Proxy {
  /** `'127.0.0.1:12345'`: what `new Client()` takes. */
  readonly server: string;
  /** The one it listens on. */
  readonly port: number;
  /** Connections of clients accepted so far. */
  readonly accepted: number;
  /** Connections of clients that are open now. */
  readonly open: number;
  /**
   * Replaces the faults, for what arrives from now on, on open connections too. What was held back is
   * sent, unless it is still to be. Throws `INVALID_ARGUMENT`.
   */
  setFaults(faults: ProxyFaults): void;
  /** Breaks off every connection of a client (RST). */
  resetAll(): void;
  /** Ends every connection of a client in order (FIN). */
  endAll(): void;
  /** Ends the proxy and its connections and resolves when they are gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a proxy on a free port of loopback in front of `upstream`, `'host:port'` or the path of a unix
 * socket, and resolves when it accepts connections.
 *
 * Bytes keep their order. A direction holds up to 1 MiB; then its sender meets back-pressure, as it does
 * when the receiver does not read. A connection that `upstream` refuses is accepted and broken off.
 * Rejects with `INVALID_ARGUMENT` on bad arguments.
 */
export async function startProxy(upstream: string, faults: ProxyFaults = {}): Promise<Proxy> {
  const proxy = new FaultyProxy(upstream, faults);
  await proxy.listen();
  return proxy;
}

/** A connection of a client and the one to the server that goes with it. */
interface Link {
  upstream: Socket;
  channels: readonly ProxyChannel[];
}

class FaultyProxy implements Proxy {
  readonly #upstream: { host: string; port: number } | { path: string };
  readonly #links = new Set<Link>();
  #faults: Readonly<ProxyFaults>;
  #listener!: Listener;

  constructor(upstream: string, faults: ProxyFaults) {
    if (typeof upstream !== 'string') throw invalid('upstream', 'be one server, as text', upstream);
    const [{ host, port, unixSocket }] = parseServers(upstream) as [Server];
    this.#upstream = unixSocket ? { path: host } : { host, port };
    this.#faults = readProxyFaults(faults);
  }

  async listen(): Promise<void> {
    this.#listener = await Listener.open(undefined, (client) => this.#link(client));
  }

  get server(): string {
    return `${loopback}:${this.port}`;
  }

  get port(): number {
    return this.#listener.port;
  }

  get accepted(): number {
    return this.#listener.accepted;
  }

  get open(): number {
    return this.#listener.open;
  }

  setFaults(faults: ProxyFaults): void {
    this.#faults = readProxyFaults(faults);
    for (const { channels } of this.#links) {
      for (const channel of channels) channel.wake();
    }
  }

  resetAll(): void {
    this.#listener.endAll(reset);
  }

  endAll(): void {
    this.#listener.endAll((client) => client.end());
  }

  async stop(): Promise<void> {
    const stopped = this.#listener.stop();
    for (const { upstream } of this.#links) upstream.destroy();
    await stopped;
  }

  #link(client: Socket): void {
    const upstream = connect({ ...this.#upstream, noDelay: true });
    upstream.unref();
    const faults = () => this.#faults;
    const link = {
      upstream,
      channels: [
        new ProxyChannel('requests', client, upstream, faults),
        new ProxyChannel('replies', upstream, client, faults),
      ],
    };
    this.#links.add(link);
    upstream.once('close', () => this.#links.delete(link));
  }
}
