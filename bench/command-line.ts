// The command line of the bench.

import { parseArgs } from 'node:util';
import { CLIENTS, type ClientName } from './clients';
import type { Rounds } from './contest';
import {
  cross,
  defaultPlan,
  fullPlan,
  OPERATIONS,
  type Scenario,
  SMALL,
  usualCallers,
} from './scenario';

export interface Options {
  plan: Scenario[];
  clients: ClientName[];
  rounds: Rounds;
  /** Where to write the results as JSON. */
  json: string | undefined;
}

export const USAGE = `npm run bench -- [options]

  (none)             every operation once and some other loads: about 3 minutes
  --full             every operation x callers x value size x round trip: hours
  --op NAMES         of ${OPERATIONS.join(', ')}
  --callers NUMBERS  closed loops, default 128, of multi operations 16
  --size BYTES       of a value, default ${SMALL}
  --delay MS         added to the round trip by a proxy, default 0
  --clients NAMES    of ${CLIENTS.join(', ')}
  --rounds NUMBER    medians are taken over them, default 3
  --duration MS      measured of each round, default 250
  --json FILE        also write every sample there
  --help

Names and numbers are lists separated by commas.`;

const WARM_UP = 100;

/** @throws Error with a message for the user */
export function parseCommandLine(words: string[]): Options | 'help' {
  const { values } = parseArgs({
    args: words,
    options: {
      full: { type: 'boolean' },
      op: { type: 'string' },
      callers: { type: 'string' },
      size: { type: 'string' },
      delay: { type: 'string' },
      clients: { type: 'string', default: CLIENTS.join() },
      rounds: { type: 'string', default: '3' },
      duration: { type: 'string', default: '250' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const count = readNumber('rounds', values.rounds, 1, 1000);
  const plan = createPlan(values);
  if (plan.length === 0)
    throw new Error('callers x keys of a call x --size must be at most 64 MiB');
  const duration = readNumber('duration', values.duration, 10, 60_000);
  return {
    plan,
    clients: readNames('clients', values.clients, CLIENTS),
    rounds: { count, duration, warmUp: WARM_UP },
    json: values.json,
  };
}

interface Dimensions {
  full?: boolean | undefined;
  op?: string | undefined;
  callers?: string | undefined;
  size?: string | undefined;
  delay?: string | undefined;
}

function createPlan({ full, op, callers, size, delay }: Dimensions): Scenario[] {
  if (full) return fullPlan();
  if (op === undefined && callers === undefined && size === undefined && delay === undefined)
    return defaultPlan();
  const sizes = readNumbers('size', size ?? String(SMALL), 16, 1_000_000);
  const delays = readNumbers('delay', delay ?? '0', 0, 1_000, 'a number of milliseconds');
  return readNames('op', op ?? 'get', OPERATIONS).flatMap((operation) => {
    const loads = readNumbers('callers', callers ?? String(usualCallers(operation)), 1, 10_000);
    return cross([operation], loads, sizes, delays);
  });
}

export function readNames<Name extends string>(
  option: string,
  list: string,
  known: readonly Name[],
): Name[] {
  return list.split(',').map((word) => {
    const name = known.find((candidate) => candidate === word);
    if (name === undefined)
      throw new Error(`--${option} must be of ${known.join(', ')}, got ${word}`);
    return name;
  });
}

function readNumbers(
  option: string,
  list: string,
  least: number,
  most: number,
  kind?: string,
): number[] {
  return list.split(',').map((word) => readNumber(option, word, least, most, kind));
}

export function readNumber(
  option: string,
  word: string,
  least: number,
  most: number,
  kind = 'a whole number',
): number {
  const number = word.trim() === '' ? Number.NaN : Number(word);
  const isOfKind = kind === 'a whole number' ? Number.isInteger(number) : Number.isFinite(number);
  if (!isOfKind || number < least || number > most) {
    throw new Error(`--${option} must be ${kind} from ${least} to ${most}, got ${word}`);
  }
  return number;
}
