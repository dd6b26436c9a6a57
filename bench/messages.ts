// What the bench and the process of a client say to each other.

import type { ClientName } from './clients';
import type { Sample, Window } from './load';
import type { Scenario } from './scenario';

/** The first message to a contestant; every later one is a `Window`: run a round. */
export interface Assignment {
  client: ClientName;
  scenario: Scenario;
  /** `host:port` the client connects to. */
  server: string;
  /** `host:port` of the server itself, without the proxy. */
  direct: string;
}

export type Request = Assignment | Window;

export type Reply =
  | { kind: 'ready'; emulated: boolean }
  | { kind: 'unsupported' }
  | { kind: 'sample'; sample: Sample }
  | { kind: 'failed'; reason: string };
