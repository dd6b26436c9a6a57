import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoundProcess } from './boundProcess';
import { attempts, freePort, loopback } from './loopback';
import { readStartOptions, type StartOptions, type StartSettings } from './startOptions';

/** A private memcached. It ends with `stop()`, at the latest with the process that started it. */
export interface MemcachedServer {
  /** `'127.0.0.1:12345'` or the path of the socket: what `new Client()` takes. */
  readonly server: string;
  /** `'127.0.0.1'`; `undefined` on a unix socket. */
  readonly host: string | undefined;
  /** `undefined` on a unix socket. */
  readonly port: number | undefined;
  /** Path of the unix socket; `undefined` on a port. */
  readonly path: string | undefined;
  /** The id of its process. */
  readonly pid: number;
  /**
   * Stops the process (SIGSTOP) and resolves when no thread of it runs: its kernel still accepts
   * connections and bytes, and nothing is answered. Rejects when the server has ended.
   */
  suspend(): Promise<void>;
  /** Lets a suspended server go on (SIGCONT). Throws when it has ended. */
  resume(): void;
  /**
   * Kills the process (SIGKILL), suspended or not, and resolves when it is gone, with its files. The
   * kernel closes its connections; `startMemcached({ port })` starts an empty server in its place.
   * Idempotent.
   */
  kill(): Promise<void>;
  /** The same as `kill()`: there is nothing that memcached would save. Idempotent. */
  stop(): Promise<void>;
}

const startTimeout = 10_000; // ms
const pollInterval = 5; // ms

/**
 * Starts a private memcached on a free loopback port, or on a unix socket, and resolves when it accepts
 * connections. Rejects with the reason when it does not start, as on a `port` or a `socket` that is taken,
 * and with `INVALID_ARGUMENT` on bad options. A server that runs does not keep this process alive.
 */
export async function startMemcached(options: StartOptions = {}): Promise<MemcachedServer> {
  return launchMemcached(options, {});
}

/** `startMemcached` with environment variables for the server. */
export async function launchMemcached(
  options: StartOptions,
  env: NodeJS.ProcessEnv,
): Promise<MemcachedServer> {
  const settings = readStartOptions(options);
  await requireFree(settings.socket);
  for (let attempt = 1; ; attempt++) {
    const launch = new Launch(settings, env);
    try {
      return await launch.ready();
    } catch (error) {
      const again = launch.portWasTaken && attempt < attempts;
      await launch.stop();
      if (!again) {
        throw error;
      }
    }
  }
}

/** memcached takes a path away from a server that is there, which goes on but is found by nobody. */
async function requireFree(socket: boolean | string): Promise<void> {
  if (typeof socket === 'string' && (await accepts({ path: socket })))
    throw new Error(`memcached did not start: ${socket} is in use`);
}

/** One memcached process and the files that come and go with it. */
class Launch {
  /** Holds the files below, and the socket unless its path was given. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'memcached-'));
  readonly #errorFile = join(this.#directory, 'errors');
  /** memcached writes the ports it listens on here, once it does. */
  readonly #portFile = join(this.#directory, 'ports');
  readonly #path: string | undefined;
  readonly #portWasGiven: boolean;
  readonly #process: BoundProcess;
  #hasSocket = false;
  #stopped: Promise<void> | undefined;

  constructor(settings: StartSettings, env: NodeJS.ProcessEnv) {
    const { socket, port } = settings;
    this.#portWasGiven = port !== undefined;
    this.#path = socket === true ? join(this.#directory, 'memcached.sock') : socket || undefined;
    const errorOutput = openSync(this.#errorFile, 'w');
    this.#process = new BoundProcess({
      command: ['memcached', ...memcachedArguments(settings, this.#path)],
      env: { ...process.env, ...env, MEMCACHED_PORT_FILENAME: this.#portFile },
      errorOutput,
      directory: this.#directory,
      file: this.#path ?? this.#directory,
    });
    closeSync(errorOutput);
  }

  /** The port it chose for itself was somebody else's. */
  get portWasTaken(): boolean {
    return (
      !this.#portWasGiven &&
      !this.#process.running &&
      this.#errors().includes('Address already in use')
    );
  }

  async ready(): Promise<MemcachedServer> {
    const deadline = performance.now() + startTimeout;
    for (;;) {
      const address = this.#address();
      const accepted = address !== undefined && (await accepts(address));
      if (!this.#process.running) {
        throw new Error(startError(this.#process.exitCode, this.#errors()));
      }
      if (accepted) {
        this.#hasSocket = address.path !== undefined;
        return this.#server(address);
      }
      if (performance.now() > deadline) {
        throw new Error(`memcached did not listen within ${startTimeout} ms: ${this.#errors()}`);
      }
      await sleep(pollInterval);
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    await this.#process.kill();
    await rm(this.#directory, { recursive: true, force: true });
    if (this.#hasSocket) await rm(this.#path as string, { force: true });
  }

  /**
   * Where this very process listens, as soon as it does. Somebody else's server may be at the port
   * that was asked for, so only the file memcached writes tells.
   */
  #address(): Address | undefined {
    if (this.#path !== undefined) {
      return { path: this.#path };
    }
    const port = /^TCP INET: (\d+)$/m.exec(contentOf(this.#portFile))?.[1];
    return port === undefined ? undefined : { host: loopback, port: Number(port) };
  }

  #server({ host, port, path }: Address): MemcachedServer {
    const stop = () => this.stop();
    return {
      server: path ?? `${host}:${port}`,
      host,
      port,
      path,
      pid: this.#process.pid,
      suspend: () => this.#suspend(),
      resume: () => this.#process.signal('SIGCONT'),
      kill: stop,
      stop,
    };
  }

  async #suspend(): Promise<void> {
    this.#process.signal('SIGSTOP');
    while (runningThreads(this.#process.pid) > 0) await sleep(1);
  }

  #errors(): string {
    return contentOf(this.#errorFile).trim();
  }
}

interface Address {
  host?: string;
  port?: number;
  path?: string;
}

function memcachedArguments(
  { memory, threads, port, args }: StartSettings,
  path: string | undefined,
): string[] {
  const listen =
    path === undefined ? ['-l', loopback, '-p', `${port ?? freePort()}`, '-U', '0'] : ['-s', path];
  return [
    ...listen,
    // memcached does not run as root unless told to.
    ...(process.getuid?.() === 0 ? ['-u', userInfo().username] : []),
    ...(memory === undefined ? [] : ['-m', `${memory}`]),
    ...(threads === undefined ? [] : ['-t', `${threads}`]),
    ...args,
  ];
}

/**
 * The signal stops the threads one after the other, and those it has not reached yet still answer. Where
 * the system does not show them (macOS), they are stopped together.
 */
function runningThreads(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return 0;
  const states = readdirSync(tasks).map(
    (thread) => /\) (\w) /.exec(contentOf(`${tasks}/${thread}/stat`))?.[1] ?? 'T',
  );
  return states.filter((state) => state !== 'T').length;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // not written yet, or gone
  }
}

function accepts(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address as NetConnectOpts);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The shell's status for a program that it did not find. */
const notFound = 127;

function startError(exitCode: number | null, errors: string): string {
  return exitCode === notFound
    ? 'memcached is not installed: apt-get install memcached (Debian, Ubuntu), dnf install memcached ' +
        '(Fedora), apk add memcached (Alpine) or brew install memcached (macOS)'
    : `memcached did not start: ${errors || `it ended with status ${exitCode}`}`;
}
