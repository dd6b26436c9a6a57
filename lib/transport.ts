// The options that decide how bytes reach a server.
import { type Behaviors, readBehaviors } from './behaviors';
import { invalid, invalidText, kindOf, MemcachedError } from './errors';
import { integer, maxInt32 } from './numbers';
import { type OwnOptions, oneOf, trueOrFalse } from './ownOptions';
import type { Server } from './servers';

/** What talks to the servers. */
export type EngineName = 'pipelined' | 'libmemcached';
/** What is spoken with them. */
export type ProtocolName = 'text' | 'binary';

export const transportOptionNames = Object.freeze([
  'engine',
  'protocol',
  'username',
  'password',
  'connections',
  'ioThreads',
  'connectTimeout',
  'noDelay',
  'keepAlive',
  'behaviors',
] as const);

/** The options that decide how bytes reach a server. */
export interface TransportOptions {
  /**
   * What talks to the servers: our own pipelined text protocol, or libmemcached's protocol engine, which
   * `protocol: 'binary'` and `username` imply.
   *
   * @default 'pipelined'
   */
  readonly engine?: EngineName;
  /** MEMCACHED_BEHAVIOR_BINARY_PROTOCOL. @default 'text', or 'binary' with a `username` */
  readonly protocol?: ProtocolName;
  /**
   * SASL, over the binary protocol and TCP only. 1 to 255 bytes. PLAIN sends it in the clear.
   * (`memcached_set_sasl_auth_data`)
   *
   * @default none
   */
  readonly username?: string;
  /** Of `username`, which needs it. 1 to 255 bytes. (`memcached_set_sasl_auth_data`) @default none */
  readonly password?: string;
  /** Connections to each server, 1 to 64. (`memcached_pool_create`) @default 4 for libmemcached, 1 for pipelined */
  readonly connections?: number;
  /**
   * Threads of the pipelined engine, 1 to 16; each serves its share of the servers. Refused beside another engine.
   *
   * @default 1
   */
  readonly ioThreads?: number;
  /** Milliseconds for a connection, 1 to 2^31-1; then `CONNECTION`. MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT. @default 1000 */
  readonly connectTimeout?: number;
  /** MEMCACHED_BEHAVIOR_TCP_NODELAY: small requests leave at once. @default true */
  readonly noDelay?: boolean;
  /**
   * Milliseconds of silence before the first probe of the peer, 1000 to 32767000, rounded up to
   * seconds; `true` for the default, `false` for no probes. MEMCACHED_BEHAVIOR_TCP_KEEPALIVE and
   * MEMCACHED_BEHAVIOR_TCP_KEEPIDLE.
   *
   * @default 60000
   */
  readonly keepAlive?: boolean | number;
  /** Raw behaviours of libmemcached, a few safe ones. For the libmemcached engine. @default none */
  readonly behaviors?: Behaviors;
}

export interface Transport {
  readonly engine: EngineName;
  readonly protocol: ProtocolName;
  /** Empty: no SASL. */
  readonly username: string;
  readonly password: string;
  readonly connections: number;
  readonly ioThreads: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly noDelay: boolean;
  /** Seconds; 0: off. */
  readonly keepAlive: number;
  readonly behaviors: readonly (readonly [name: string, value: number])[];
}

const defaultEngine: EngineName = 'pipelined';
const defaultConnections: Readonly<Record<EngineName, number>> = { pipelined: 1, libmemcached: 4 };
const mostConnections = 64;
const mostIoThreads = 16;
const defaultConnectTimeout = 1000;
const defaultKeepAlive = 60_000;
// TCP_KEEPIDLE takes at most 32767 seconds; more aborts the process in libmemcached (B38).
const longestKeepAlive = 32_767_000;
const longestCredential = 255;

export function readTransport(
  given: OwnOptions<(typeof transportOptionNames)[number]>,
  servers: readonly Server[],
): Transport {
  const { username, password } = readCredentials(given.username, given.password);
  checkServersForSasl(servers, username);
  const protocol = readProtocol(given.protocol, username);
  const engine = readEngine(given.engine, protocol);
  const connections = given.connections ?? defaultConnections[engine];
  const connectTimeout = given.connectTimeout ?? defaultConnectTimeout;
  return Object.freeze({
    engine,
    protocol,
    username,
    password,
    connections: integer(connections, 'connections', 1, mostConnections),
    ioThreads: readIoThreads(given.ioThreads, engine),
    connectTimeout: integer(connectTimeout, 'connectTimeout', 1, maxInt32),
    noDelay: trueOrFalse(given.noDelay ?? true, 'noDelay'),
    keepAlive: readKeepAlive(given.keepAlive ?? true),
    behaviors: readEngineBehaviors(given.behaviors, engine),
  });
}

/** libmemcached leaves authentication out on unix sockets, and says nothing (H46). */
export function checkServersForSasl(servers: readonly Server[], username: string): void {
  if (username !== '' && servers.some((server) => server.unixSocket)) {
    throw invalidText('username', 'be left out for unix sockets', 'one');
  }
}

function readProtocol(given: unknown, username: string): ProtocolName {
  const implied = username === '' ? 'text' : 'binary';
  const protocol = oneOf(given ?? implied, ['text', 'binary'], 'protocol');
  if (username !== '' && protocol === 'text') {
    throw invalid('protocol', "be 'binary' with a username, for SASL", protocol);
  }
  return protocol;
}

function readEngine(given: unknown, protocol: ProtocolName): EngineName {
  const implied = protocol === 'binary' ? 'libmemcached' : defaultEngine;
  const engine = oneOf(given ?? implied, ['pipelined', 'libmemcached'], 'engine');
  if (engine === 'pipelined' && protocol === 'binary') {
    throw invalid('engine', "be 'libmemcached' for the binary protocol and SASL", engine);
  }
  if (engine === 'pipelined') checkRuntime();
  return engine;
}

/** Bun and Deno load the addon, and end the process at its first call of libuv. */
function checkRuntime(): void {
  const other = ['bun', 'deno'].find((name) => name in process.versions);
  if (!other) return;
  const message = `engine 'pipelined' needs the libuv of Node.js; with ${other}, use engine 'libmemcached'`;
  throw new MemcachedError('UNSUPPORTED', message);
}

/** The libmemcached engine has a thread for each connection. */
function readIoThreads(given: unknown, engine: EngineName): number {
  if (given !== undefined && engine !== 'pipelined') {
    throw invalid('ioThreads', "be left out unless engine is 'pipelined'", given);
  }
  return integer(given ?? 1, 'ioThreads', 1, mostIoThreads);
}

function readEngineBehaviors(given: unknown, engine: EngineName): Transport['behaviors'] {
  const behaviors = readBehaviors(given);
  if (engine === 'libmemcached' || behaviors.length === 0) return behaviors;
  throw invalid('behaviors', "be left out unless engine is 'libmemcached'", given);
}

function readCredentials(username: unknown, password: unknown) {
  if (username === undefined && password === undefined) return { username: '', password: '' };
  return {
    username: readCredential(username, 'username'),
    password: readCredential(password, 'password'),
  };
}

/** A NUL would cut it short (H47). Never shown, not even a short one. */
function readCredential(value: unknown, what: string): string {
  const length = typeof value === 'string' ? Buffer.byteLength(value) : 0;
  if (typeof value === 'string' && length >= 1 && length <= longestCredential) {
    if (!value.includes('\0')) return value;
  }
  const rule = `be a string of 1 to ${longestCredential} bytes without NUL`;
  throw invalidText(what, rule, kindOf(value));
}

function readKeepAlive(value: unknown): number {
  if (value === false) return 0;
  const milliseconds = value === true ? defaultKeepAlive : value;
  if (typeof milliseconds !== 'number') {
    throw invalid('keepAlive', 'be true, false or milliseconds', value);
  }
  return Math.ceil(integer(milliseconds, 'keepAlive', 1000, longestKeepAlive) / 1000);
}
