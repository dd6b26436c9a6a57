import * as fc from 'fast-check';
import { type Client, MemcachedError } from 'libmemcached';
import { instrument } from 'libmemcached/otel';
import { prometheusText } from 'libmemcached/prometheus';
import { startMemcached, startProxy, startScriptedServer } from 'libmemcached/testing';
import { describe, expect, test } from 'vitest';
import { patient, serversFor } from '../contract/helpers';
import { anyInput, anyText } from '../unit/properties';
import {
  type Argument,
  mostly,
  numbers,
  optionNamesOf,
  prefixes,
  recordOf,
  serverLists,
} from './arguments';
import { forAllCalls, made } from './forAllCalls';

/** Of one function. */
const milliseconds = 2_000;

const labels = fc.oneof(mostly(fc.dictionary(anyText, anyText)), recordOf({ app: prefixes }));
/** Not a string: one that starts a server names a file. */
const sockets = fc.oneof(
  mostly(fc.boolean(), fc.constantFrom('', 'a\0b', 'x'.repeat(104))),
  anyInput(),
);

/** What the options of each function may be. */
const members = {
  prometheusText: { prefix: prefixes, labels },
  instrument: {
    tracerProvider: anyInput(),
    meterProvider: anyInput(),
    attributes: labels,
    keys: mostly(fc.boolean()),
  },
  faults: {
    delay: numbers,
    bytesPerSecond: numbers,
    split: numbers,
    coalesce: numbers,
    stall: mostly(fc.constantFrom('requests', 'replies', 'both')),
    cut: recordOf({ afterBytes: numbers, by: mostly(fc.constantFrom('reset', 'end', 'stall')) }),
    swap: recordOf({ at: numbers, to: numbers }),
  },
  startScriptedServer: { port: mostly(fc.constantFrom(0, -1, 65_536)) },
  startMemcached: {
    memory: mostly(fc.constantFrom(1, 64, 1_048_577)),
    threads: mostly(fc.constantFrom(1, 4, 129)),
    port: mostly(fc.constantFrom(0, -1, 65_536)),
    socket: sockets.filter((toSocket) => !isPath(toSocket())),
    args: mostly(fc.constantFrom([], ['-I', '2m'], ['\0'], ['-I', 2])),
  },
};

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0') && value.length < 104;
}

/** What `start` resolves to, or undefined where it refuses its arguments, or memcached does, as promised. */
async function started<Server>(start: () => Promise<Server>): Promise<Server | undefined> {
  try {
    return await start();
  } catch (error) {
    if (String(error).startsWith('Error: memcached did not start: ')) return undefined;
    expect(error).toBeInstanceOf(MemcachedError);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    return undefined;
  }
}

test('the fuzzed options are all there are', async () => {
  const calls: [members: object, call: (options: never) => unknown][] = [
    [members.prometheusText, (options) => prometheusText({} as never, options)],
    [members.instrument, (options) => instrument(undefined, options)],
    [members.faults, (faults) => startProxy('10.0.0.1', faults)],
    [members.startScriptedServer, (options) => startScriptedServer(() => {}, options)],
    [members.startMemcached, (options) => startMemcached(options)],
  ];
  for (const [given, call] of calls) {
    expect(Object.keys(given).sort()).toEqual(await optionNamesOf(call));
  }
});

describe('any arguments', () => {
  const fixture = serversFor(patient, 1);

  /** The first `count` arguments of a function, like real ones in part. */
  const metrics: Argument = recordOf({
    pending: numbers,
    pendingBytes: numbers,
    forgiven: numbers,
    servers: fc.oneof(
      anyInput(),
      recordOf({ a: recordOf({ pending: numbers, breaker: prefixes, operations: anyInput() }) }),
    ),
  });

  test('to prometheusText: refused, or a text of lines', async () => {
    const inputs = fc.tuple(
      fc.oneof(
        metrics,
        fc.constant(() => fixture.client.metrics()),
      ),
      recordOf(members.prometheusText),
    );
    await forAllCalls(
      inputs,
      async ([toMetrics, toOptions]) => {
        const text = made(() => prometheusText(toMetrics() as never, toOptions() as never));
        if (text !== undefined) expect(text).toMatch(/^(# [^\n]*\n|[\w:][^\n]* -?[\d.e+-]+\n)+$/);
      },
      milliseconds,
    );
  });

  test('to instrument: refused, or operations go on', async () => {
    const client = fixture.client;
    const clients = fc.oneof(
      fc.constantFrom(
        () => client,
        () => undefined,
      ),
      anyInput(),
    );
    await forAllCalls(
      fc.tuple(clients, recordOf(members.instrument)),
      async ([toClient, toOptions]) => {
        const instrumentation = made(() => instrument(toClient() as Client, toOptions() as never));
        expect(await fixture.client.set('key', 'value')).toBe(true);
        instrumentation?.disable();
      },
      milliseconds,
    );
  });

  test('to startProxy and its faults: refused, or a proxy that can be stopped', async () => {
    const faults = recordOf(members.faults);
    await forAllCalls(
      fc.tuple(serverLists, faults, faults),
      async ([toUpstream, toFaults, toMore]) => {
        const proxy = await started(() => startProxy(toUpstream() as never, toFaults() as never));
        made(() => proxy?.setFaults(toMore() as never));
        await proxy?.stop();
      },
      milliseconds,
    );
  });

  test('to startScriptedServer: refused, or a server that can be stopped', async () => {
    const scripts = fc.oneof(mostly(fc.constant(() => {})), anyInput());
    await forAllCalls(
      fc.tuple(scripts, recordOf(members.startScriptedServer)),
      async ([toScript, toOptions]) => {
        const [script, options] = [toScript(), toOptions()];
        const server = await started(() => startScriptedServer(script as never, options as never));
        if (server !== undefined) expect(script).toBeTypeOf('function');
        await server?.stop();
      },
      milliseconds,
    );
  });

  test('to startMemcached: refused, or a server that can be stopped', async () => {
    await forAllCalls(
      recordOf(members.startMemcached),
      async (toOptions) => {
        const server = await started(() => startMemcached(toOptions() as never));
        await server?.stop();
      },
      milliseconds,
    );
  });
});
