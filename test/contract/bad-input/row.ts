import type { Client, ClientOptions, ErrorCode, MemcachedError } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';

/** A call with the bad input: it must reject, or throw where it is synchronous. */
export type Attempt = (client: Client, key: string) => unknown;

export interface Context {
  client: Client;
  server: MemcachedServer;
  options: ClientOptions;
}

/** One row of the matrix. The name begins with its number. */
export interface BadInput {
  name: string;
  /** What must be refused, by a word for the input. */
  refused?: Record<string, Attempt>;
  /** The code of the refusal, `INVALID_ARGUMENT` unless said. */
  code?: ErrorCode;
  /** What else the row demands: the good neighbours of the bad input, above all. */
  also?: (context: Context) => Promise<void>;
}

/** The same attempt for many inputs. */
export function each<Input>(
  inputs: Record<string, Input>,
  attempt: (client: Client, input: Input, key: string) => unknown,
): Record<string, Attempt> {
  return Object.fromEntries(
    Object.entries(inputs).map(([word, input]) => [
      word,
      (client: Client, key: string) => attempt(client, input, key),
    ]),
  );
}

/** Rejects with the one error that the result of a multi operation holds. */
export async function onlyError(
  operation: Promise<{ errors: Map<string, MemcachedError> }>,
): Promise<never> {
  const { errors } = await operation;
  if (errors.size !== 1) throw new Error(`${errors.size} errors`);
  throw [...errors.values()][0];
}
