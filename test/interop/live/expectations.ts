// What does not arrive as it was sent, and why: every other cell of the tables must be `ok`.
import { jointExceptions, keyExceptions, valueExceptions } from './exceptions';
import type { Cell, Writer } from './exchange';
import { ok } from './outcome';
import type { PlacedKey, PlacementResult } from './placement';
import type { Joint } from './together';

/** A cell that is not `ok`, and should not be. */
export interface Exception {
  readonly outcome: string;
  /** A sentence for the documentation. */
  readonly cause: string;
}

/** The first one that fits says what a cell must be. */
export interface ValueException extends Exception {
  /** Names of clients, or of a client with one of its formats: `dalli, raw: true`. */
  readonly clients: readonly string[];
  /** Default: both. */
  readonly writer?: Writer;
  readonly values: readonly string[];
}

export interface JointException extends Exception {
  readonly clients: readonly string[];
  readonly subject: string;
}

/** Keys that need not agree: they are left out where the cause is what happened to them. */
export interface KeyException {
  /** Names of clients, or of a client with one of its placements. */
  readonly clients: readonly string[];
  readonly keys: RegExp;
  readonly happened: (placed: PlacedKey, servers: number) => boolean;
  readonly cause: string;
}

export interface Judged {
  readonly outcome: string;
  /** Of an expected outcome other than `ok`. */
  readonly cause: string | undefined;
  /** What is wrong with it, if it is not as expected. */
  readonly problem: string | undefined;
}

export function judgeCell(cell: Cell): Judged {
  const { client, pair, value, writer } = cell;
  const names = [client.name, `${client.name}, ${pair.name}`];
  const exception = valueExceptions.find(
    (one) =>
      one.clients.some((name) => names.includes(name)) &&
      (one.writer ?? writer) === writer &&
      one.values.includes(value),
  );
  const where = `${names[1]}, ${writer === 'ours' ? 'read' : 'written'} by it: ${value}`;
  return judge(cell.outcome, exception, `${where} (${cell.detail})`);
}

export function judgeJoint({ client, subject, outcome }: Joint): Judged {
  const exception = jointExceptions.find(
    (one) => one.subject === subject && one.clients.includes(client.name),
  );
  return judge(outcome, exception, `${client.name}, ${subject}`);
}

function judge(outcome: string, exception: Exception | undefined, where: string): Judged {
  const expected = exception?.outcome ?? ok;
  const problem = `${where}: ${outcome}, expected ${expected}`;
  return outcome === expected
    ? { outcome, cause: exception?.cause, problem: undefined }
    : { outcome, cause: undefined, problem };
}

export function judgePlacement(result: PlacementResult): Judged {
  const { client, placement, servers, weighted, keys } = result;
  const names = [client.name, `${client.name}, ${placement.name}`];
  const exception = keyExceptions.find((one) => one.clients.some((name) => names.includes(name)));
  const counted = keys.filter(
    (one) => !(exception?.keys.test(one.key) && exception.happened(one, servers)),
  );
  const disagreeing = counted.filter((one) => !agrees(one));
  const share = (100 * (counted.length - disagreeing.length)) / counted.length;
  const areAllCounted = counted.length === keys.length;
  const where = `${client.name}, ${placement.name}, ${servers}${weighted ? ' weighted' : ''} servers`;
  const first = disagreeing.slice(0, 3).map(({ key, located, holders, refusal }) => {
    return `${key} ${refusal ?? `is on [${holders}], not on ${located}`}`;
  });
  return {
    outcome: `${Number(share.toFixed(1))} %${areAllCounted ? '' : ` of ${counted.length}`}`,
    cause: areAllCounted ? undefined : exception?.cause,
    problem:
      disagreeing.length > 0
        ? `${where}: ${disagreeing.length} keys, ${first.join('; ')}`
        : undefined,
  };
}

function agrees({ located, holders }: PlacedKey): boolean {
  return holders.length === 1 && holders[0] === located;
}
