// The vectors' libmemcached calls, said in the options of this client.
import { readFileSync } from 'node:fs';
import { Client, type ClientOptions } from 'libmemcached';

export type Options = { -readonly [Name in keyof ClientOptions]: ClientOptions[Name] };
export type Algorithm = NonNullable<ClientOptions['hash']>;
export type ServerSpec =
  | { host: string; port: number; weight?: number }
  | { path: string; weight?: number };

/** A call of libmemcached with its arguments, as the vectors note it. */
export type Step = [call: string, ...args: unknown[]];

export interface Ring {
  servers: ServerSpec[];
  options: Options;
  configuration?: string;
}

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** 0 is libmemcached's word for no weight. */
export function serverOf(host: string, port: number, weight = 0): ServerSpec {
  return weight > 0 ? { host, port, weight } : { host, port };
}

export async function withClient(ring: Ring, use: (client: Client) => void): Promise<void> {
  const client =
    ring.configuration === undefined
      ? new Client(ring.servers, ring.options)
      : Client.fromConfig(ring.configuration);
  try {
    use(client);
  } finally {
    await client.close();
  }
}

/**
 * The ring of `steps`, whose `add_servers` without a list adds `given`. Throws for a call that this
 * client never makes, or not at this place of its order: hash, ketama, distribution, servers.
 */
export function ringOf(steps: readonly Step[], given: readonly ServerSpec[] = []): Ring {
  const ring: Ring = { servers: [], options: { ketama: false } };
  let reached = 0;
  for (const step of steps) {
    const place = say(step, ring, given) ?? reached;
    if (place < reached) throw new Error(`${JSON.stringify(step)} is out of this client's order`);
    reached = place;
  }
  return ring;
}

const HASH = 1;
const KETAMA = 2;
const DISTRIBUTION = 3;
const SERVERS = 4;

/** Adds one call to the ring; its place in the order of calls, none for what can stand anywhere. */
function say([call, ...args]: Step, ring: Ring, given: readonly ServerSpec[]): number | undefined {
  switch (call) {
    case 'behavior':
      return sayBehavior(args[0] as string, args[1] as string | number, ring.options);
    case 'bucket_set':
      ring.options.distribution = 'virtual-bucket';
      ring.options.buckets = (args[0] as { map: number[] }).map;
      return undefined;
    case 'prefix_key':
      ring.options.namespace = args[0] as string;
      return undefined;
    case 'config_string':
      ring.configuration = args[0] as string;
      return undefined;
    case 'add_servers':
    case 'push_servers':
      ring.servers.push(...serversOf(args[0], given));
      return SERVERS;
    case 'unix_server':
      ring.servers.push({ path: args[0] as string });
      return SERVERS;
    case 'add_server_host_starting_with_slash':
      ring.servers.push({ host: args[0] as string, port: 0 });
      return SERVERS;
    default:
      throw new Error(`this client never calls ${call}`);
  }
}

function sayBehavior(name: string, value: string | number, options: Options): number | undefined {
  switch (name) {
    case 'HASH':
      options.hash = value as Algorithm;
      return HASH;
    case 'KETAMA':
      if (value === 0) options.distribution = 'modula';
      else options.ketama = true;
      return KETAMA;
    case 'KETAMA_WEIGHTED':
      options.ketama = value === 0 ? true : 'weighted'; // 0 turns KETAMA on
      return KETAMA;
    case 'DISTRIBUTION':
      options.distribution = String(value).replaceAll('_', '-') as Options['distribution'];
      return DISTRIBUTION;
    case 'SORT_HOSTS':
      options.sortHosts = value === 1;
      return undefined;
    case 'HASH_WITH_PREFIX_KEY':
      options.hashWithNamespace = value === 1;
      return undefined;
    case 'BINARY_PROTOCOL':
      options.protocol = value === 1 ? 'binary' : 'text';
      return undefined;
    case 'KETAMA_HASH': // stored by libmemcached and never used
      return undefined;
    default:
      throw new Error(`no option sets the behavior ${name}`);
  }
}

/** The servers of an `add_servers`: its own list, or the given ones in the way it tells. */
function serversOf(list: unknown, given: readonly ServerSpec[]): ServerSpec[] {
  if (Array.isArray(list)) {
    return list.map(([host, port, weight]: [string, number, number]) =>
      serverOf(host, port, weight),
    );
  }
  switch (list) {
    case undefined:
      return [...given];
    case 'each server repeated weight times':
      return given.flatMap(({ weight = 1, ...server }) => Array<ServerSpec>(weight).fill(server));
    case 'each host given as localhost':
      return given.map((server) => ({ port: 11211, ...server, host: 'localhost' }));
    default:
      throw new Error(`no servers are known as ${JSON.stringify(list)}`);
  }
}
