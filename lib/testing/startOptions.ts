// How the options of startMemcached are read: what memcached would misread is refused.
import { invalid } from '../errors';
import { integer } from '../numbers';
import { guarded, ownOptions } from '../ownOptions';

/** What `startMemcached` takes. */
export interface StartOptions {
  /**
   * Memory for items, in MB, from 1 to 1048576: twice the largest item (`-I`, 1 MB) at least, or memcached does not start.
   * Default: memcached's own, 64.
   */
  memory?: number | undefined;
  /** Worker threads of the server, from 1 to 128. Default: memcached's own, 4. */
  threads?: number | undefined;
  /** The port to listen on, 1 to 65535: that of a server that has ended, say. Default: a free one. */
  port?: number | undefined;
  /** Listen on a unix socket, not on a port: `true` for a path of its own, or the path. Default: `false`. */
  socket?: boolean | string | undefined;
  /** More arguments, after the helper's own: `['-I', '4m']`. Default: none. */
  args?: readonly string[] | undefined;
}

export interface StartSettings {
  memory: number | undefined;
  threads: number | undefined;
  port: number | undefined;
  socket: boolean | string;
  args: readonly string[];
}

/** The shortest `sun_path` of the supported systems (macOS) without its closing NUL. */
const longestSocketPath = 103;

export function readStartOptions(options: StartOptions): StartSettings {
  return guarded('options of startMemcached', () => readGiven(options));
}

function readGiven(options: StartOptions): StartSettings {
  const { memory, threads, port, socket, args } = ownOptions(
    options,
    ['memory', 'threads', 'port', 'socket', 'args'],
    'options of startMemcached',
    'startMemcached',
  );
  if (port !== undefined && socket !== undefined && socket !== false) {
    throw invalid('port', 'be left out beside socket', port);
  }
  return {
    memory: memory === undefined ? undefined : integer(memory, 'memory', 1, 1_048_576),
    threads: threads === undefined ? undefined : integer(threads, 'threads', 1, 128),
    port: port === undefined ? undefined : integer(port, 'port', 1, 65_535),
    socket: socket === undefined ? false : readSocket(socket),
    args: args === undefined ? [] : readArguments(args),
  };
}

function readSocket(socket: unknown): boolean | string {
  if (typeof socket === 'boolean') return socket;
  if (isArgument(socket) && isPathLength(Buffer.byteLength(socket))) return socket;
  throw invalid('socket', `be true, false or a path of 1 to ${longestSocketPath} bytes`, socket);
}

function isPathLength(bytes: number): boolean {
  return bytes >= 1 && bytes <= longestSocketPath;
}

function readArguments(args: unknown): readonly string[] {
  if (Array.isArray(args) && args.every(isArgument)) return [...args];
  throw invalid('args', 'be an array of strings without NUL', args);
}

function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
