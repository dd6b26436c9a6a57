// The command line of the bench.

import { parseArgs } from 'node:util';
import { CLIENTS, type ClientName } from './clients';
import type { Rounds } from './contest';
import { cross, defaultPlan, fullPlan, reportPlan } from './plan';
import { OPERATIONS, type Scenario, SMALL, usualCallers } from './scenario';
import { TRIALS, type TrialName } from './trials';

export interface Options {
  plan: Scenario[];
  trials: readonly TrialName[];
  clients: ClientName[];
  rounds: Rounds;
  /** Where to write the results as JSON. */
  json: string | undefined;
  /** Whether to write docs/performance.md and its charts. */
  report: boolean;
}

export const USAGE = `npm run bench -- [options]

  (none)             every operation once, some other loads, the trials: about 4 minutes
  --report           every load that has a floor, and write docs/performance.md: about 10 minutes
  --full             every operation x callers x value size x round trip: hours
  --op NAMES         of ${OPERATIONS.join(', ')}
  --callers NUMBERS  closed loops, default 128, of multi operations 16
  --size BYTES       of a value, default ${SMALL}
  --delay MS         added to the round trip by a proxy, default 0
  --trial NAMES      of ${TRIALS.join(', ')}; alone, nothing else is measured
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
      report: { type: 'boolean', default: false },
      trial: { type: 'string' },
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
  const { plan, trials } = createPlan(values);
  const duration = readNumber('duration', values.duration, 10, 60_000);
  return {
    plan,
    trials,
    clients: readNames('clients', values.clients, CLIENTS),
    rounds: { count, duration, warmUp: WARM_UP },
    json: values.json,
    report: values.report,
  };
}

interface Choice {
  full?: boolean | undefined;
  report?: boolean | undefined;
  trial?: string | undefined;
  op?: string | undefined;
  callers?: string | undefined;
  size?: string | undefined;
  delay?: string | undefined;
}

type Plan = Pick<Options, 'plan' | 'trials'>;

function createPlan(choice: Choice): Plan {
  const { full, report, trial, op, callers, size, delay } = choice;
  if (report) return { plan: reportPlan(), trials: TRIALS };
  if (full) return { plan: fullPlan(), trials: TRIALS };
  const trials = trial === undefined ? [] : readNames('trial', trial, TRIALS);
  const isDefault = [op, callers, size, delay].every((option) => option === undefined);
  if (!isDefault) return { plan: createOwnPlan(choice), trials };
  return trial === undefined ? { plan: defaultPlan(), trials: TRIALS } : { plan: [], trials };
}

function createOwnPlan({ op, callers, size, delay }: Choice): Scenario[] {
  const sizes = readNumbers('size', size ?? String(SMALL), 16, 1_000_000);
  const delays = readNumbers('delay', delay ?? '0', 0, 1_000, 'a number of milliseconds');
  const plan = readNames('op', op ?? 'get', OPERATIONS).flatMap((operation) => {
    const loads = readNumbers('callers', callers ?? String(usualCallers(operation)), 1, 10_000);
    return cross([operation], loads, sizes, delays);
  });
  if (plan.length === 0)
    throw new Error('callers x keys of a call x --size must be at most 64 MiB');
  return plan;
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
