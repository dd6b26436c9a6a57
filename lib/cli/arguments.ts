// Numbers on the command line.
import { InvalidArgumentError } from 'commander';

/** A whole number; its range is the client's to check. */
export function readWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A counter has 64 bits. */
export function readCounter(text: string): bigint {
  if (!/^\d{1,20}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return BigInt(text);
}

export function readWholeBetween(least: number, most: number) {
  return (text: string): number => readBetween(text, /^\d+$/, 'a whole number', least, most);
}

export function readDecimalBetween(least: number, most: number) {
  return (text: string): number => readBetween(text, /^\d*\.?\d+$/, 'a number', least, most);
}

function readBetween(
  text: string,
  form: RegExp,
  kind: string,
  least: number,
  most: number,
): number {
  const number = Number(text);
  if (form.test(text) && number >= least && number <= most) return number;
  throw new InvalidArgumentError(`It must be ${kind} from ${least} to ${most}.`);
}
