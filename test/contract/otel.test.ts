import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Client } from 'libmemcached';
import { type InstrumentationOptions, instrument } from 'libmemcached/otel';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { variants } from '../support/variants';
import { hostileProxy } from '../unit/properties';
import { failure, freshKey, openClient, ownServer, runScript, serversFor, thrown } from './helpers';

class OnDemandReader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

/** Instruments `client`, or all, for one test, and gives what was recorded. */
function recording(client?: Client, options: InstrumentationOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const reader = new OnDemandReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumentation = instrument(client, { tracerProvider, meterProvider, ...options });
  onTestFinished(async () => {
    instrumentation.disable();
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
  });
  return {
    ...instrumentation,
    tracer: tracerProvider.getTracer('test'),
    spans: () => exporter.getFinishedSpans(),
    async metrics() {
      const { resourceMetrics, errors } = await reader.collect();
      expect(errors).toEqual([]);
      const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      return new Map(all.map((metric) => [metric.descriptor.name, metric]));
    },
  };
}

function valuesOf(metric: MetricData | undefined) {
  return metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value }));
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

describe.each(variants)('OpenTelemetry, $name', ({ options }) => {
  const cache = serversFor(options, 2);

  test('gets a span of kind CLIENT for an operation, by the conventions', async () => {
    const recorded = recording();
    const key = freshKey();
    await cache.client.set(key, 'value');
    const { host, port } = cache.client.locate(key);
    expect(recorded.spans()).toHaveLength(1);
    expect(recorded.spans()[0]).toMatchObject({
      name: `set ${host}:${port}`,
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      instrumentationScope: { name: 'libmemcached' },
    });
    expect(recorded.spans()[0]?.attributes).toEqual({
      'db.system.name': 'memcached',
      'db.operation.name': 'set',
      'server.address': host,
      'server.port': port,
    });
  });

  test('gets it as a child of the span that is active where the operation is called', async () => {
    const recorded = recording();
    const parent = recorded.tracer.startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), async () => {
      await Promise.all([cache.client.get(freshKey()), cache.client.get(freshKey())]);
      await cache.client.get(freshKey());
    });
    const parents = recorded.spans().map(({ parentSpanContext }) => parentSpanContext?.spanId);
    const { spanId } = parent.spanContext();
    expect(parents).toEqual([spanId, spanId, spanId]);
  });

  test('is told what failed by the code of the error', async () => {
    const recorded = recording();
    const key = freshKey();
    await cache.client.set(key, 'no number');
    const error = await failure(cache.client.incr(key));
    expect(recorded.spans()[1]).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: error.message },
      attributes: { 'error.type': 'NOT_NUMERIC' },
    });
  });

  test('takes many writes for a batch, and many reads or one write for a single operation', async () => {
    const recorded = recording();
    const [one, other] = [freshKey(), freshKey()];
    await cache.client.setMulti([
      [one, 1],
      [other, 2],
    ]);
    await cache.client.deleteMulti([one]);
    await cache.client.touchMulti([], 10);
    await cache.client.getMulti([one, other]);
    expect(
      recorded.spans().map(({ name, attributes }) => [name, attributes['db.operation.batch.size']]),
    ).toEqual([
      ['BATCH set', 2],
      ['delete', undefined],
      ['BATCH touch', 0],
      ['getMulti', undefined],
    ]);
  });

  test('takes many keys, or servers, for failed where one of them did', async () => {
    const [good, bad] = [await ownServer(), await ownServer()];
    const client = openClient([good.server, bad.server], options);
    const recorded = recording(client);
    await bad.stop();
    await client.getMulti(Array.from({ length: 50 }, () => freshKey()));
    await client.setMulti(Array.from({ length: 50 }, () => [freshKey(), 1] as const));
    await client.version();
    const types = recorded.spans().map(({ attributes }) => attributes['error.type']);
    expect(types).toHaveLength(3);
    for (const type of types) expect(['CONNECTION', 'SERVER_DOWN']).toContain(type);
  });

  test('takes a value that looks like a result with errors for a value', async () => {
    const recorded = recording();
    const key = freshKey();
    await cache.client.set(key, { errors: ['of the user'] });
    await cache.client.get(key);
    await cache.client.get(freshKey());
    expect(recorded.spans().map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('sees no key unless it is asked for', async () => {
    const [discreet, talkative] = [recording(), recording(undefined, { keys: true })];
    const key = freshKey('secret');
    await cache.client.get(key);
    expect(JSON.stringify(discreet.spans()[0]?.attributes)).not.toContain(key);
    expect(talkative.spans()[0]?.attributes['db.query.text']).toBe(`get ${key}`);
  });

  test('gets the duration in seconds, in the buckets of the conventions', async () => {
    const recorded = recording();
    const key = freshKey();
    await cache.client.set(key, 'no number');
    await failure(cache.client.incr(key));
    const metric = (await recorded.metrics()).get('db.client.operation.duration');
    expect(metric?.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    const points = metric?.dataPoints as { attributes: object; value: Histogram }[];
    const { host, port } = cache.client.locate(key);
    const of = (operation: string) => ({
      'db.system.name': 'memcached',
      'db.operation.name': operation,
      'server.address': host,
      'server.port': port,
    });
    expect(points.map(({ attributes }) => attributes)).toEqual([
      of('set'),
      { ...of('incr'), 'error.type': 'NOT_NUMERIC' },
    ]);
    for (const { value } of points) {
      expect(value.count).toBe(1);
      expect(value.sum).toBeLessThan(10);
      expect(value.buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
    }
  });

  test('of one client records its operations only, and observes its metrics', async () => {
    const client = openClient(cache.names, { ...options, shared: false, failures: 'miss' });
    const recorded = recording(client, { attributes: { 'app.cache': 'sessions' } });
    const key = freshKey();
    await cache.client.get(key);
    expect(recorded.spans()).toEqual([]);
    await client.withPrefix('of-view:').get(key);
    expect(recorded.spans()).toHaveLength(1);
    expect(recorded.spans()[0]?.attributes['app.cache']).toBe('sessions');

    const metrics = await recorded.metrics();
    const misses = valuesOf(metrics.get('libmemcached.operation.misses'));
    const { host, port } = client.locate(key, { prefix: 'of-view:' });
    expect(misses).toEqual([
      {
        attributes: {
          'app.cache': 'sessions',
          'db.system.name': 'memcached',
          'db.operation.name': 'get',
          'server.address': host,
          'server.port': port,
        },
        value: 1,
      },
    ]);
    const numbers = (name: string) => valuesOf(metrics.get(name))?.map(({ value }) => value);
    expect(numbers('libmemcached.operation.failures')).toEqual([0]);
    // An answer may be here before the engine has counted it.
    expect(numbers('libmemcached.server.pending_operations')).toHaveLength(2);
    expect(numbers('libmemcached.server.connects')).toHaveLength(2);
    expect(numbers('libmemcached.server.breaker_open')).toEqual([0, 0]);
    expect(numbers('libmemcached.pending_operations')).toEqual([0]);
    expect(numbers('libmemcached.pending_bytes')).toEqual([0]);
    expect(numbers('libmemcached.forgiven_failures')).toEqual([0]);
    const connections = numbers('libmemcached.server.connections') as number[];
    expect(Math.max(...connections)).toBeGreaterThan(0);
  });

  test('observes nothing of a client that is closed', async () => {
    const client = openClient(cache.names, options);
    const recorded = recording(client);
    await client.get(freshKey());
    await client.close();
    expect(
      (await recorded.metrics()).get('libmemcached.pending_operations')?.dataPoints ?? [],
    ).toEqual([]);
  });

  test('is left alone once it is disabled', async () => {
    const client = openClient(cache.names, options);
    const recorded = recording(client);
    recorded.disable();
    recorded.disable();
    await client.get(freshKey());
    expect(recorded.spans()).toEqual([]);
    expect([...(await recorded.metrics()).keys()]).not.toContain('libmemcached.pending_operations');
  });
});

test('a unix socket is an address without a port', async () => {
  const server = await ownServer({ socket: true });
  const client = openClient(server.server, {});
  const recorded = recording(client);
  await client.get('key');
  expect(recorded.spans()[0]?.name).toBe(`get ${server.path}`);
  expect(recorded.spans()[0]?.attributes).toEqual({
    'db.system.name': 'memcached',
    'db.operation.name': 'get',
    'server.address': server.path,
  });
});

test('instrument takes a client, or none, and its own options', () => {
  const misuses = [
    () => instrument({ keys: true } as never),
    () => instrument(null as never),
    () => instrument(undefined, { key: true } as never),
    () => instrument(undefined, 'all' as never),
    () => instrument(undefined, { tracerProvider: {} as never }),
    () => instrument(undefined, { meterProvider: 5 as never }),
    () => instrument(undefined, { attributes: 'app' as never }),
    () => instrument(undefined, { keys: 1 as never }),
    () => instrument(hostileProxy() as never),
    () => instrument(undefined, hostileProxy()),
  ];
  for (const misuse of misuses) expect(thrown(misuse).code).toBe('INVALID_ARGUMENT');
});

test('the package itself loads nothing of OpenTelemetry', async () => {
  const { stdout } = await runScript(
    `console.log(Object.keys(require.cache).filter((path) => path.includes('opentelemetry')).length);`,
  );
  expect(stdout).toBe('0\n');
});

interface Histogram {
  count: number;
  sum: number;
  buckets: { boundaries: number[] };
}
