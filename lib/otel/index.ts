/** Spans and metrics for OpenTelemetry, by its semantic conventions for database clients. */
import {
  type Attributes,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Client } from '../client';
import { invalid } from '../errors';
import { guarded, isOptionsObject, ownOptions, trueOrFalse } from '../ownOptions';
import { observeClient } from './counters';
import { recordOperations } from './operations';

/** What `instrument` takes. */
export interface InstrumentationOptions {
  /** Makes the spans. @default the global one */
  readonly tracerProvider?: TracerProvider;
  /** Makes the metrics. @default the global one, which must be registered before */
  readonly meterProvider?: MeterProvider;
  /** Put on every span and metric, to tell clients apart say. @default none */
  readonly attributes?: Attributes;
  /**
   * Whether a span tells the key, without prefixes, in `db.query.text`. Keys may hold what is nobody else's business:
   * names, addresses, session ids.
   *
   * @default false
   */
  readonly keys?: boolean;
}

const optionNames = ['tracerProvider', 'meterProvider', 'attributes', 'keys'] as const;

/** What `instrument` gives. */
export interface Instrumentation {
  /** Ends it. Idempotent. */
  disable(): void;
}

/**
 * Records a span (kind CLIENT) and a `db.client.operation.duration` (seconds) for every operation from now on.
 *
 * @param client whose operations to record, and whose `metrics()` to observe each time metrics are collected. Without
 * one, the operations of all clients of this JavaScript thread are recorded, and no `metrics()` are observed.
 * @throws MemcachedError `INVALID_ARGUMENT`
 */
export function instrument(client?: Client, options: InstrumentationOptions = {}): Instrumentation {
  const { tracerProvider, meterProvider, attributes, keys } = guarded('options', () =>
    readOptions(options),
  );
  if (client !== undefined && !guarded('client', () => has(client, 'metrics'))) {
    throw invalid('client', 'be a Client, or undefined for all', client, 'instrument');
  }
  const tracer = tracerProvider.getTracer('libmemcached');
  const meter = meterProvider.getMeter('libmemcached');
  const stops = [recordOperations({ client, tracer, meter, attributes, keys })];
  if (client !== undefined) stops.push(observeClient(client, meter, attributes));
  return {
    disable: () => {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

function readOptions(options: InstrumentationOptions) {
  const given = ownOptions(options, optionNames, 'options', 'instrument');
  const { tracerProvider = trace, meterProvider = metrics, attributes = {}, keys = false } = given;
  if (!has(tracerProvider, 'getTracer')) {
    throw invalid('tracerProvider', 'be a TracerProvider', tracerProvider, 'instrument');
  }
  if (!has(meterProvider, 'getMeter')) {
    throw invalid('meterProvider', 'be a MeterProvider', meterProvider, 'instrument');
  }
  if (!isOptionsObject(attributes)) {
    throw invalid('attributes', 'be an object', attributes, 'instrument');
  }
  return {
    tracerProvider: tracerProvider as TracerProvider,
    meterProvider: meterProvider as MeterProvider,
    attributes: { ...attributes } as Attributes,
    keys: trueOrFalse(keys, 'keys'),
  };
}

function has(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null)?.[method] === 'function';
}
