// What `client.metrics()` counts, as instruments that are read when somebody collects.
import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Client } from '../client';
import { MemcachedError } from '../errors';
import type { ClientMetrics } from '../metrics';
import { namedServerAttributes, systemName } from './attributes';

/** Observes from now on, until the function it gives is called. */
export function observeClient(client: Client, meter: Meter, attributes: Attributes): () => void {
  const instruments = createInstruments(meter);
  const observables = Object.values(instruments);
  const callback = (result: BatchObservableResult) => {
    const metrics = metricsOf(client);
    if (metrics !== undefined)
      observe(result, instruments, metrics, { ...attributes, ...systemName });
  };
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}

/** Undefined once the client is closed. */
function metricsOf(client: Client): ClientMetrics | undefined {
  try {
    return client.metrics();
  } catch (error) {
    if (error instanceof MemcachedError && error.code === 'CLOSED') return undefined;
    throw error;
  }
}

type Instruments = ReturnType<typeof createInstruments>;

function createInstruments(meter: Meter) {
  return {
    misses: meter.createObservableCounter('libmemcached.operation.misses', {
      description: 'Answers that there is no such item.',
      unit: '{operation}',
    }),
    failures: meter.createObservableCounter('libmemcached.operation.failures', {
      description: 'Operations that ended with an error.',
      unit: '{operation}',
    }),
    serverPending: meter.createObservableUpDownCounter('libmemcached.server.pending_operations', {
      description: 'Operations for a server without an answer yet, of all clients of the engine.',
      unit: '{operation}',
    }),
    connections: meter.createObservableUpDownCounter('libmemcached.server.connections', {
      description: 'Connections that are open.',
      unit: '{connection}',
    }),
    connects: meter.createObservableCounter('libmemcached.server.connects', {
      description: 'Connections that have been opened.',
      unit: '{connection}',
    }),
    breakerOpen: meter.createObservableGauge('libmemcached.server.breaker_open', {
      description: 'Whether nothing is sent to a server, because it failed repeatedly: 1 or 0.',
      unit: '1',
    }),
    pending: meter.createObservableUpDownCounter('libmemcached.pending_operations', {
      description: 'Operations of the client without an answer yet.',
      unit: '{operation}',
    }),
    pendingBytes: meter.createObservableUpDownCounter('libmemcached.pending_bytes', {
      description: 'Bytes of the keys and values of these operations.',
      unit: 'By',
    }),
    forgiven: meter.createObservableCounter('libmemcached.forgiven_failures', {
      description:
        "Failures that failures: 'miss' turned into misses, and those that kept getOrSet from storing.",
      unit: '{operation}',
    }),
  } satisfies Record<string, Observable>;
}

function observe(
  result: BatchObservableResult,
  instruments: Instruments,
  metrics: ClientMetrics,
  attributes: Attributes,
): void {
  result.observe(instruments.pending, metrics.pending, attributes);
  result.observe(instruments.pendingBytes, metrics.pendingBytes, attributes);
  result.observe(instruments.forgiven, metrics.forgiven, attributes);
  for (const [name, server] of Object.entries(metrics.servers)) {
    const ofServer = { ...attributes, ...namedServerAttributes(name) };
    result.observe(instruments.serverPending, server.pending, ofServer);
    result.observe(instruments.connections, server.connections, ofServer);
    result.observe(instruments.connects, server.connects, ofServer);
    result.observe(instruments.breakerOpen, server.breaker === 'open' ? 1 : 0, ofServer);
    for (const [operation, { misses, failures }] of Object.entries(server.operations)) {
      const ofOperation = { ...ofServer, 'db.operation.name': operation };
      result.observe(instruments.misses, misses, ofOperation);
      result.observe(instruments.failures, failures, ofOperation);
    }
  }
}
