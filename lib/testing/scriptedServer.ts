import { invalid } from '../errors';
import { integer } from '../numbers';
import { guarded, ownOptions } from '../ownOptions';
import { Listener, loopback } from './loopback';
import { ClientLeft, type ScriptedConnection, ScriptedSocket } from './scriptedConnection';

/** What `startScriptedServer` takes. */
export interface ScriptedServerOptions {
  /** The port to listen on, 1 to 65535. Default: a free one. */
  port?: number | undefined;
}

/** What a scripted server does with a connection. It may throw, which `stop()` then rejects with. */
export type Script = (connection: ScriptedConnection) => void | Promise<void>;

/**
 * A server on loopback that says what its script says. It ends with the process, which it does not keep
 * alive.
 */
export interface ScriptedServer {
  /** `'127.0.0.1:12345'`: what `new Client()` takes. */
  readonly server: string;
  /** The one it listens on. */
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections that are open now. */
  readonly open: number;
  /**
   * Ends the server and its connections and resolves when they are gone. Idempotent. Rejects with the
   * first error that a script threw.
   */
  stop(): Promise<void>;
}

/**
 * Starts a server that runs `script` once for each connection, and resolves when it accepts
 * connections.
 *
 * A script that reads or writes after the client has left ends there. A connection whose script has
 * returned stays open, and silent, until the client leaves; one whose script threw is broken off (RST).
 * While a script runs, 64 KiB are received ahead of what it reads. Rejects with `EADDRINUSE` when the
 * port is taken, with `INVALID_ARGUMENT` on bad arguments.
 */
export async function startScriptedServer(
  script: Script,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  if (typeof script !== 'function') {
    throw invalid('script', 'be a function', script, 'startScriptedServer');
  }
  const port = guarded('options of startScriptedServer', () => readPort(options));
  const errors: unknown[] = [];
  const listener: Listener = await Listener.open(port, (socket) => {
    const connection = new ScriptedSocket(listener.accepted, socket);
    void run(script, connection).catch((error: unknown) => errors.push(error));
  });
  return new RunningScripts(listener, errors);
}

function readPort(options: ScriptedServerOptions): number | undefined {
  const { port } = ownOptions(
    options,
    ['port'],
    'options of startScriptedServer',
    'startScriptedServer',
  );
  return port === undefined ? undefined : integer(port, 'port', 1, 65_535);
}

async function run(script: Script, connection: ScriptedSocket): Promise<void> {
  try {
    await script(connection);
    connection.drop();
  } catch (error) {
    connection.reset();
    if (!(error instanceof ClientLeft)) throw error;
  }
}

class RunningScripts implements ScriptedServer {
  readonly server: string;
  readonly port: number;
  readonly #listener: Listener;
  readonly #errors: readonly unknown[];

  constructor(listener: Listener, errors: readonly unknown[]) {
    this.#listener = listener;
    this.#errors = errors;
    this.port = listener.port;
    this.server = `${loopback}:${this.port}`;
  }

  get accepted(): number {
    return this.#listener.accepted;
  }

  get open(): number {
    return this.#listener.open;
  }

  async stop(): Promise<void> {
    await this.#listener.stop();
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
