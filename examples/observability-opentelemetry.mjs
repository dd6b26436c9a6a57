// Spans and metrics of a cache with the SDK of OpenTelemetry. A service exports them to its collector; here they are
// kept in memory and printed. `node examples/observability-opentelemetry.mjs`
import { context, metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Client } from 'libmemcached';
import { instrument } from 'libmemcached/otel';
import { startMemcached } from 'libmemcached/testing';

// What @opentelemetry/sdk-node does in a service.
const spans = new InMemorySpanExporter();
const measurements = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(spans)],
});
const meterProvider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: measurements })],
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(tracerProvider);
metrics.setGlobalMeterProvider(meterProvider);

const server = await startMemcached();
const cache = new Client(server.server);
const instrumentation = instrument(cache);

await trace.getTracer('example').startActiveSpan('handle a request', async (request) => {
  await cache.set('user:7', { name: 'Ada' }, 15);
  await cache.getMulti(['user:7', 'user:8']);
  await cache.setMulti({ 'user:8': { name: 'Grace' }, 'user:9': { name: 'Edsger' } });
  await cache.incr('user:7').catch(() => {});
  request.end();
});
await meterProvider.forceFlush();

const finished = spans.getFinishedSpans();
const request = finished.find(({ name }) => name === 'handle a request');
console.log(request.name);
for (const { attributes, parentSpanContext, status } of finished) {
  if (parentSpanContext?.spanId !== request.spanContext().spanId) continue;
  const ended = status.code === SpanStatusCode.ERROR ? attributes['error.type'] : 'ok';
  console.log(`  ${attributes['db.system.name']} ${attributes['db.operation.name']}: ${ended}`);
}
const exported = measurements.getMetrics().at(-1);
for (const { descriptor, dataPoints } of exported.scopeMetrics.flatMap(({ metrics: all }) => all)) {
  console.log(`${descriptor.name} (${descriptor.unit}): ${dataPoints.length} data points`);
}

instrumentation.disable();
await cache.close();
await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), server.stop()]);
