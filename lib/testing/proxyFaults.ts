// The faults of a proxy, read once and checked.
import { invalid } from '../errors';
import { integer, maxInt32 } from '../numbers';
import { guarded, type OwnOptions, oneOf, ownOptions } from '../ownOptions';

/** What a proxy does to the bytes it carries. None is on unless it is named. */
export interface ProxyFaults {
  /** Milliseconds by which bytes are late, each way, 0 to 2^31-1; more bytes may follow meanwhile. */
  delay?: number | undefined;
  /** Most bytes a second, each way, on each connection, from 1. */
  bytesPerSecond?: number | undefined;
  /** Most bytes sent at once, from 1; 1 sends every byte by itself. */
  split?: number | undefined;
  /** Milliseconds for which bytes are gathered and then sent at once, 0 to 2^31-1. */
  coalesce?: number | undefined;
  /** What is held back until this fault is over: bytes and ends of connections. */
  stall?: 'requests' | 'replies' | 'both' | undefined;
  /**
   * What happens to a connection of which `afterBytes` bytes of replies, from 0, have been passed on,
   * as soon as there are more: it is broken off (`'reset'`, RST), it ends in order (`'end'`, FIN), or
   * the rest is held back until this fault is over (`'stall'`).
   */
  cut?: { afterBytes: number; by: 'reset' | 'end' | 'stall' } | undefined;
  /** Byte number `at` of the replies of each connection, from 0, becomes `to`, 0 to 255. */
  swap?: { at: number; to: number } | undefined;
}

const names = [
  'delay',
  'bytesPerSecond',
  'split',
  'coalesce',
  'stall',
  'cut',
  'swap',
] as const satisfies (keyof ProxyFaults)[];

const stalls = ['requests', 'replies', 'both'] as const;
const cuts = ['reset', 'end', 'stall'] as const;

/** A checked copy of `faults`. Throws `INVALID_ARGUMENT`. */
export function readProxyFaults(faults: ProxyFaults): Readonly<ProxyFaults> {
  return guarded('faults', () => readGiven(faults));
}

function readGiven(faults: ProxyFaults): Readonly<ProxyFaults> {
  const given = ownOptions(faults, names, 'faults');
  return {
    delay: readInteger(given, 'delay', 0, maxInt32),
    bytesPerSecond: readInteger(given, 'bytesPerSecond', 1, Number.MAX_SAFE_INTEGER),
    split: readInteger(given, 'split', 1, Number.MAX_SAFE_INTEGER),
    coalesce: readInteger(given, 'coalesce', 0, maxInt32),
    stall: given.stall === undefined ? undefined : oneOf(given.stall, stalls, 'stall'),
    cut: given.cut === undefined ? undefined : readCut(given.cut),
    swap: given.swap === undefined ? undefined : readSwap(given.swap),
  };
}

function readCut(value: unknown): ProxyFaults['cut'] {
  const { afterBytes, by } = ownOptions(value, ['afterBytes', 'by'], 'cut');
  if (afterBytes === undefined || by === undefined) {
    throw invalid('cut', 'have afterBytes and by', value);
  }
  return {
    afterBytes: integer(afterBytes, 'cut.afterBytes', 0, Number.MAX_SAFE_INTEGER),
    by: oneOf(by, cuts, 'cut.by'),
  };
}

function readSwap(value: unknown): ProxyFaults['swap'] {
  const { at, to } = ownOptions(value, ['at', 'to'], 'swap');
  if (at === undefined || to === undefined) throw invalid('swap', 'have at and to', value);
  return {
    at: integer(at, 'swap.at', 0, Number.MAX_SAFE_INTEGER),
    to: integer(to, 'swap.to', 0, 255),
  };
}

function readInteger<Name extends string>(
  given: OwnOptions<Name>,
  name: Name,
  min: number,
  max: number,
): number | undefined {
  return given[name] === undefined ? undefined : integer(given[name], name, min, max);
}
