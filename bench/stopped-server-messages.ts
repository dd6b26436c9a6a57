// What the trial with a stopped server and the process of its client say to each other.

import type { ClientName } from './clients';

export type StoppedServerRequest =
  /** Connects and starts the load, which goes on until the process ends. */
  | { client: ClientName; servers: string[]; stopped: string }
  /** Measures the operations for the other servers for so many milliseconds. */
  | { duration: number };

/** Operations for the other servers. */
export interface OtherServers {
  /** A second. */
  rate: number;
  /** Microseconds. */
  p99: number;
}

export type StoppedServerReply =
  | { kind: 'started' }
  | { kind: 'measured'; others: OtherServers }
  | { kind: 'unsupported' }
  | { kind: 'failed'; reason: string };
