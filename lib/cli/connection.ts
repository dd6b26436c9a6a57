// The options that every command shares, and the client that they make.
import type { Client, ClientOptions } from '../index';
import { CommandError, UsageError } from './exitCodes';

export interface ConnectionOptions {
  /** Separated by commas. */
  readonly servers?: string;
  readonly preset?: string;
  readonly prefix?: string;
  readonly hash?: string;
  readonly distribution?: string;
  readonly ketama?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly username?: string;
  readonly password?: string;
}

/** Bytes. The server shall say what is too large, up to what the client can send: its `maxPendingBytes`. */
export const largestValue = 256 * 1024 * 1024;

/** Runs `body` with a client, and closes it. */
export async function withClient<Result>(
  connection: ConnectionOptions,
  body: (client: Client) => Promise<Result> | Result,
): Promise<Result> {
  const { Client } = await loadLibrary();
  const client = new Client(serversOf(connection), clientOptions(connection));
  try {
    return await body(client);
  } finally {
    await client.close();
  }
}

/** What `new Client()` takes; undefined for its own default. */
export function serversOf({ servers }: ConnectionOptions): string[] | undefined {
  return servers?.split(',').map((server) => server.trim());
}

/** Whether a ring is asked for by name or by its rules. */
export function namesRing({ preset, hash, distribution, ketama }: ConnectionOptions): boolean {
  return [preset, hash, distribution, ketama].some((option) => option !== undefined);
}

export function clientOptions(
  connection: ConnectionOptions,
  environment: NodeJS.ProcessEnv = process.env,
): ClientOptions {
  const { servers: _, ketama, username, password, ...same } = connection;
  const given = {
    ...same,
    maxValueSize: largestValue,
    ketama: ketamaOf(ketama),
    username,
    // Without a username that of the environment is not for this call.
    password: password ?? (username && passwordOf(environment)),
  };
  // The names were checked where the options are declared.
  return given as ClientOptions;
}

function passwordOf({ MEMCACHED_PASSWORD: password }: NodeJS.ProcessEnv): string {
  if (password === undefined)
    throw new UsageError('--username needs a password: set $MEMCACHED_PASSWORD, or --password');
  return password;
}

/** `true` and `false` are no words to the client. */
function ketamaOf(mode: string | undefined): string | boolean | undefined {
  return mode === 'true' || mode === 'false' ? mode === 'true' : mode;
}

/** Not at the start: `build` and `--help` must work where the addon does not load. */
async function loadLibrary(): Promise<typeof import('../index')> {
  try {
    return await import('../index.js');
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error });
  }
}
