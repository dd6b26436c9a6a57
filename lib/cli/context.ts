// What a command is run with.
import type { ConnectionOptions } from './connection';
import type { Interruption } from './interruption';
import type { Output } from './output';

export interface Context {
  readonly output: Output;
  readonly connection: ConnectionOptions;
  readonly interruption: Interruption;
}
