// libmemcached's raw behaviours: the few that are safe to set, and why the others are not.
import { invalid, invalidText } from './errors';
import { integer } from './numbers';
import { ownOptions } from './ownOptions';

/** By the names of `MEMCACHED_BEHAVIOR_*`, in lower case. For the libmemcached engine. */
export interface Behaviors {
  /**
   * SO_SNDBUF in bytes, 131072 to 1048576. A request of the engine always fits, so that a send
   * never blocks.
   *
   * @default the system's
   */
  readonly socket_send_size?: number;
  /** SO_RCVBUF in bytes, 4096 to 1048576. @default the system's */
  readonly socket_recv_size?: number;
  /** Seconds of silence before the first keep-alive probe, 1 to 32767. @default `keepAlive` */
  readonly tcp_keepidle?: number;
}

// Out of these ranges setsockopt fails, and libmemcached asserts that it does not (H15, B38).
const ranges: Readonly<Record<keyof Behaviors, readonly [min: number, max: number]>> = {
  socket_send_size: [131072, 1048576],
  socket_recv_size: [4096, 1048576],
  tcp_keepidle: [1, 32767],
};
const settable = Object.keys(ranges) as (keyof Behaviors)[];

const ownCircuitBreaker = 'the client has its own circuit breaker';
const noReplicas = 'replies of replicas cannot be told apart';
const ketamaOption = 'use the option ketama';

const refused: Readonly<Record<string, string>> = {
  auto_eject_hosts: ownCircuitBreaker, // H29
  binary_protocol: 'use the option protocol',
  buffer_requests: 'a blocked flush stores bytes of one key under another', // H05
  cache_lookups: 'libmemcached deprecated it',
  connect_timeout: 'use the option connectTimeout',
  cork: 'libmemcached deprecated it',
  dead_timeout: ownCircuitBreaker,
  distribution: 'use the option distribution',
  hash: 'use the option hash',
  hash_with_prefix_key: 'use the option hashWithNamespace',
  io_bytes_watermark: 'a purge loses replies', // section 1, row 10
  io_key_prefetch: 'it flushes in the middle of a multi-get', // H05, H06
  io_msg_watermark: 'a purge loses replies',
  ketama: ketamaOption,
  ketama_hash: ketamaOption,
  ketama_weighted: ketamaOption,
  load_from_file: 'configuration is not read from files', // H60
  no_block: 'closing would throw away what was sent', // H58
  noreply: 'answers would go to the wrong operations', // H17
  number_of_replicas: noReplicas, // H54
  poll_timeout: 'use the option timeout', // H59
  randomize_replica_read: noReplicas,
  rcv_timeout: 'it has no effect, use the option timeout', // H59
  remove_failed_servers: ownCircuitBreaker,
  retry_timeout: ownCircuitBreaker, // H27
  server_failure_limit: ownCircuitBreaker,
  server_timeout_limit: ownCircuitBreaker,
  snd_timeout: 'it has no effect, use the option timeout',
  sort_hosts: 'use the option sortHosts',
  support_cas: 'the engine asks for cas tokens where they are needed',
  tcp_keepalive: 'use the option keepAlive',
  tcp_nodelay: 'use the option noDelay',
  use_udp: 'writes would be lost unnoticed', // H55
  user_data: 'libmemcached deprecated it',
  verify_key: 'the client checks keys itself, and takes UTF-8', // B08
};

/** The option `behaviors` as pairs, in the order of this table. */
export function readBehaviors(option: unknown): readonly (readonly [string, number])[] {
  if (option === undefined) return Object.freeze([]);
  refuseUnsafe(option);
  const given = ownOptions(option, settable, 'behaviors');
  const set = settable.filter((name) => given[name] !== undefined);
  return Object.freeze(
    set.map((name) => Object.freeze([name, readValue(name, given[name])] as const)),
  );
}

function refuseUnsafe(option: unknown): void {
  if (typeof option !== 'object' || option === null) return;
  const name = Object.keys(option).find((key) => Object.hasOwn(refused, key));
  if (name === undefined) return;
  throw invalidText(`behaviors.${name}`, `be left out: ${refused[name]}`, 'a value');
}

function readValue(name: keyof Behaviors, value: unknown): number {
  if (typeof value !== 'number') throw invalid(`behaviors.${name}`, 'be a number', value);
  return integer(value, `behaviors.${name}`, ...ranges[name]);
}
