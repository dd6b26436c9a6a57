// What a caller may call a server, and the one form the rest of the package works with.
import { describe, invalid, invalidText } from './errors';
import { integer, maxUint32 } from './numbers';
import { guarded, ownOptions } from './ownOptions';

/** `port` is 1 to 65535, default 11211; `weight` is 1 to 2^32-1, default 1. */
export type HostAndPort = readonly [host: string, port?: number, weight?: number];

/**
 * One server. A string is `'host'`, `'host:port'`, `'host:port:weight'`, `'[::1]:11211'` or the
 * path of a unix socket, which begins with `/` and is taken whole: a path may hold a colon. An IPv6
 * literal without brackets is a host without a port.
 *
 * A host is 1 to 255 letters, digits, dots, hyphens and underscores, or an IP address; a path has at most
 * 107 bytes. `port` is 1 to 65535, default 11211; `weight` is 1 to 2^32-1, default 1. A `host` that begins
 * with `/`, together with `port: 0`, is php-memcached's spelling of a unix socket, which has a
 * place of its own on a ring. (`memcached_server_add_with_weight`)
 */
export type ServerAddress =
  | string
  | HostAndPort
  | { readonly host: string; readonly port?: number; readonly weight?: number }
  | { readonly path: string; readonly weight?: number };

export interface Server {
  /** Name, IP literal without brackets, or the path of a unix socket. */
  readonly host: string;
  /** 0 for a unix socket. */
  readonly port: number;
  readonly weight: number;
  readonly unixSocket: boolean;
  /** libmemcached rings the socket as `/path-i`, as it does for php, and not as `/path:0-i`. */
  readonly ringAsHost: boolean;
}

export const defaultPort = 11211;

/** Not node:net's, which costs a process that does not need it two megabytes. Zones (%eth0) are not taken. */
function isIPv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]`);
}

// As `memcached_server_add` takes them, and no more than a resolver can do anything with: what is
// left out (blanks, `/`, `@`, control characters) would change the target or a message (B35, H61).
const hostPattern = /^[A-Za-z0-9._-]{1,255}$/;
// sun_path without its final NUL: a longer path leaves libmemcached with an unconnected socket
// (H57).
const longestPath = 107;

/**
 * One server or an array of them. An array that holds a number is `[host, port?, weight?]`, one
 * server; every other array is a list. Without `input`: `MEMCACHED_SERVERS`, else 127.0.0.1:11211.
 */
export function parseServers(
  input: unknown,
  environment: NodeJS.ProcessEnv = process.env,
): readonly Server[] {
  return guarded('servers', () => {
    if (input === undefined) return parseEnvironment(environment.MEMCACHED_SERVERS);
    if (!Array.isArray(input)) return [parseServer(input, 'servers')];
    const entries: unknown[] = Array.from(input);
    if (entries.some((entry) => typeof entry === 'number')) return [parseTuple(entries, 'servers')];
    if (entries.length === 0) throw invalid('servers', 'hold at least one server', input);
    return entries.map((entry, index) => parseServer(entry, `servers[${index}]`));
  });
}

/** `host:port`, `[::1]:port` for an IPv6 literal, or the path of a unix socket. */
export function serverName(server: Server): string {
  if (server.unixSocket) return server.host;
  return server.host.includes(':')
    ? `[${server.host}]:${server.port}`
    : `${server.host}:${server.port}`;
}

function parseEnvironment(list: string | undefined): readonly Server[] {
  const entries = (list ?? '').split(',').map((entry) => entry.trim());
  const named = entries.filter((entry) => entry !== '');
  if (named.length === 0) return [tcpServer('127.0.0.1', undefined, undefined, 'servers')];
  return named.map((entry) => parseText(entry, 'MEMCACHED_SERVERS'));
}

function parseServer(input: unknown, what: string): Server {
  if (typeof input === 'string') return parseText(input, what);
  if (Array.isArray(input)) return parseTuple(Array.from(input), what);
  if (typeof input !== 'object' || input === null) {
    throw invalid(what, 'be a string, an array or an object', input);
  }
  const { host, port, path, weight } = ownOptions(input, ['host', 'port', 'path', 'weight'], what);
  if (path === undefined) return hostServer(host, port, weight, what);
  if (host !== undefined || port !== undefined) {
    throw invalidText(what, 'have either host and port or path', 'both');
  }
  return socketServer(path, weight, `${what}.path`);
}

function parseTuple(entries: readonly unknown[], what: string): Server {
  if (entries.length < 1 || entries.length > 3) {
    throw invalid(what, 'be [host, port?, weight?]', entries);
  }
  const [host, port, weight] = entries;
  return hostServer(host, port, weight, what);
}

function parseText(text: string, what: string): Server {
  if (text.startsWith('/')) return socketServer(text, undefined, what);
  if (isIPv6(text)) return tcpServer(text, undefined, undefined, what);
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,10}))?(?::(\d{1,10}))?$/.exec(text);
  if (parts === null) {
    throw invalidText(what, "be 'host:port:weight', '[IPv6]:port:weight' or '/path'", shown(text));
  }
  const [, literal, host, port, weight] = parts;
  if (literal !== undefined && !isIPv6(literal)) {
    throw invalidText(what, 'have an IPv6 address between brackets', shown(text));
  }
  return tcpServer(literal ?? host, decimal(port), decimal(weight), what);
}

function decimal(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function hostServer(host: unknown, port: unknown, weight: unknown, what: string): Server {
  if (typeof host !== 'string' || !host.startsWith('/')) return tcpServer(host, port, weight, what);
  if (port !== 0) {
    throw invalid(
      `${what}.port`,
      'be 0 where host is the path of a unix socket (or use path)',
      port,
    );
  }
  return Object.freeze({ ...socketServer(host, weight, `${what}.host`), ringAsHost: true });
}

function tcpServer(host: unknown, port: unknown, weight: unknown, what: string): Server {
  return Object.freeze({
    host: hostName(host, what),
    port: port === undefined ? defaultPort : integer(port, `${what}: port`, 1, 65535),
    weight: weightOf(weight, what),
    unixSocket: false,
    ringAsHost: false,
  });
}

function socketServer(path: unknown, weight: unknown, what: string): Server {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control characters
  if (typeof path !== 'string' || !path.startsWith('/') || /[\x00-\x1f\x7f]/.test(path)) {
    throw invalid(what, 'be an absolute path without control characters', path);
  }
  const length = Buffer.byteLength(path);
  if (length > longestPath) {
    throw invalidText(what, `be a path of at most ${longestPath} bytes`, `${length} bytes`);
  }
  return Object.freeze({
    host: path,
    port: 0,
    weight: weightOf(weight, what),
    unixSocket: true,
    ringAsHost: false,
  });
}

function weightOf(weight: unknown, what: string): number {
  return weight === undefined ? 1 : integer(weight, `${what}: weight`, 1, maxUint32);
}

function hostName(host: unknown, what: string): string {
  if (typeof host === 'string') {
    const literal = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
    if (isIPv6(literal)) return literal;
    // A name of digits alone is a port in the wrong place; a resolver would read it as an address.
    if (literal === host && hostPattern.test(host) && !/^\d+$/.test(host)) return host;
  }
  throw invalidText(what, 'name a host or an IP address', shown(host));
}

/** Not shown where an `@` makes it look like credentials before a host. */
function shown(value: unknown): string {
  const secret = typeof value === 'string' && value.includes('@');
  return secret ? "a string with an '@' (pass username and password as options)" : describe(value);
}
