import * as fc from 'fast-check';
import { presets } from 'libmemcached';
import { placementNames } from '../../dist/ring.js';
import { anyInput, anyText } from '../unit/properties';

/** An argument, behind a function: fast-check looks into the values it makes. */
export type Argument = fc.Arbitrary<() => unknown>;

/** Whether an input of `anyInput` threw it because it was looked at. */
export function isThrownByInput(error: unknown): boolean {
  return error instanceof Error && error.message === 'the caller was called';
}

/** Mostly what `likely` gives, else anything. */
export function mostly(...likely: fc.Arbitrary<unknown>[]): Argument {
  const fitting = fc.oneof(...likely).map((value) => () => value);
  return fc.oneof({ arbitrary: fitting, weight: 3 }, { arbitrary: anyInput(), weight: 1 });
}

/** An object of these arguments, each of them there or not. */
export function recordOf(members: Record<string, Argument>): Argument {
  const record = fc
    .record(members, { requiredKeys: [] })
    .map((given) => () => evaluated(given as Record<string, () => unknown>));
  return fc.oneof({ arbitrary: record, weight: 3 }, { arbitrary: anyInput(), weight: 1 });
}

function evaluated(given: Record<string, () => unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value()]));
}

export function listOf(members: Argument): Argument {
  const list = fc
    .array(members, { maxLength: 6 })
    .map((given) => () => given.map((value) => value()));
  return fc.oneof({ arbitrary: list, weight: 3 }, { arbitrary: anyInput(), weight: 1 });
}

/** Few, so that calls meet items that are there. */
const goodKeys = fc.constantFrom('a', 'b', 'counter', 'é', 'k'.repeat(250));

export const keys = mostly(goodKeys, goodKeys, anyText, fc.uint8Array());
export const prefixes = mostly(fc.constantFrom('', 'p:', 'p'.repeat(249)), anyText);
export const values = mostly(fc.jsonValue(), fc.uint8Array(), fc.bigInt(), fc.date());
export const data = mostly(fc.uint8Array(), anyText);
export const flags = mostly(fc.nat(), fc.constantFrom(2 ** 32 - 1, 2 ** 32));
export const ttls = mostly(fc.constantFrom(0, 1, 60, 2_592_001, -1), fc.date());
export const numbers = mostly(fc.nat(), fc.bigInt(), fc.constantFrom(2 ** 53 - 1, 2n ** 64n - 1n));
export const tokens = mostly(fc.bigInt({ min: 0n, max: 2n ** 65n }));
export const algorithms = mostly(fc.constantFrom('md5', 'default', 'murmur3', 'hsieh'));
export const sections = mostly(fc.constantFrom('general', 'items', 'slabs', 'settings', 'reset'));
export const callbacks = mostly(
  fc.anything().map((value) => () => value),
  fc.jsonValue().map((value) => async () => value),
);
const timeouts = mostly(fc.constantFrom(1000, 2 ** 31 - 1, 0, 2 ** 31));
const signals = mostly(fc.constantFrom(AbortSignal.abort(), new AbortController().signal));

const serverWide = { timeout: timeouts, signal: signals };
const common = { prefix: prefixes, groupKey: keys, ...serverWide };
const compressors = mostly(fc.constantFrom('zlib', 'fastlz', 'md5'));
const compression = { threshold: numbers, level: numbers, algorithm: compressors };

/** What the options of each call may be. */
export const members = {
  serverWide,
  read: common,
  write: { ...common, ttl: ttls },
  counter: { ...common, ttl: ttls, initial: numbers },
  flush: { ...serverWide, delay: numbers },
  compression,
  client: {
    prefix: prefixes,
    namespace: prefixes,
    hashWithNamespace: mostly(fc.boolean()),
    ttl: ttls,
    preset: mostly(fc.constantFrom(...Object.keys(presets))),
    ketama: mostly(fc.constantFrom('weighted', true, false)),
    hash: algorithms,
    distribution: mostly(fc.constantFrom('modula', 'consistent', 'virtual-bucket')),
    placement: mostly(fc.constantFrom(...placementNames)),
    ketamaPoints: mostly(fc.constantFrom(1, 160, 200, 2 ** 30)),
    buckets: mostly(fc.constantFrom([0, 0], [0], [1, 0])),
    sortHosts: mostly(fc.boolean()),
    engine: mostly(fc.constantFrom('pipelined', 'libmemcached')),
    protocol: mostly(fc.constantFrom('text', 'binary')),
    username: mostly(anyText),
    password: mostly(anyText),
    connections: mostly(fc.constantFrom(1, 2, 4)),
    ioThreads: mostly(fc.constantFrom(1, 2)),
    connectTimeout: timeouts,
    timeout: timeouts,
    maxPending: mostly(fc.constantFrom(1, 1000)),
    maxPendingBytes: mostly(fc.constantFrom(1, 100_000)),
    maxValueSize: mostly(fc.constantFrom(1, 1000, 2 ** 30)),
    failures: mostly(fc.constantFrom('throw', 'miss')),
    serializer: anyInput(),
    compression: recordOf(compression),
    noDelay: mostly(fc.boolean()),
    keepAlive: mostly(fc.constantFrom(true, false, 1000)),
    shared: mostly(fc.boolean()),
    hotKeys: mostly(fc.constantFrom(1, 10, 10_000)),
    behaviors: recordOf({ tcp_keepidle: numbers, socket_send_size: numbers, surprise: numbers }),
  },
};

export const readOptions = recordOf(members.read);
export const writeOptions = fc.oneof(recordOf(members.write), ttls);
export const counterOptions = recordOf(members.counter);
export const serverWideOptions = recordOf(members.serverWide);
export const flushOptions = recordOf(members.flush);
export const clientOptions = recordOf(members.client);
export const keyLists = listOf(keys);
export const entryLists = fc.oneof(
  listOf(listOf(fc.oneof(keys, values, ttls))),
  listOf(fc.tuple(keys, values).map((pair) => () => pair.map((value) => value()))),
  mostly(fc.dictionary(fc.string(), fc.jsonValue())),
);

/** Servers that nobody connects to. */
export const serverLists = fc.oneof(
  mostly(
    fc.constantFrom('10.0.0.1', '10.0.0.1:11211:3', '[::1]:1', '/run/memcached.sock'),
    anyText,
  ),
  listOf(mostly(fc.constantFrom('10.0.0.1', '10.0.0.2:1'), fc.tuple(fc.string(), fc.nat()))),
  listOf(recordOf({ host: prefixes, port: numbers, weight: numbers, path: prefixes })),
);

const configurationWords = fc.constantFrom(
  '--SERVER=10.0.0.1:11211',
  '--SERVER=example/?3',
  '--SOCKET="/run/memcached.sock"',
  '--DISTRIBUTION=consistent',
  '--HASH=md5',
  '--NAMESPACE=app',
  '--BINARY-PROTOCOL',
  '--POLL-TIMEOUT=500',
  '--CONFIGURE-FILE="/etc/hostname"',
  'INCLUDE "/etc/hostname"',
  'RESET',
  'END',
  '"',
  '#',
);
export const configurations = mostly(
  fc.array(fc.oneof(configurationWords, anyText), { maxLength: 5 }).map((words) => words.join(' ')),
  fc.array(configurationWords, { maxLength: 5 }).map((words) => words.join(' ')),
);

/** The names of the options that `call` takes, as it tells them who gives another. */
export async function optionNamesOf(call: (options: never) => unknown): Promise<string[]> {
  const refused = await Promise.resolve({ '?': 1 } as never)
    .then(call)
    .then(String, String);
  const [, names = ''] = /the option name must be one of (.*), got "\?"/.exec(refused) ?? [];
  return names.split(', ').sort();
}
