// Spans and durations of operations, out of the tracing channel.
import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel';
import {
  type Attributes,
  type Histogram,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Client } from '../client';
import { keyName } from '../keys';
import type { MultiResult, WriteResult } from '../multi';
import type { PerServer } from '../serverWide';
import type { CommandTrace } from '../tracing';
import { serverAttributes, systemName } from './attributes';

/** Seconds; the bounds that the conventions name. */
const durationBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Methods for many keys that send one operation a key. Those that read ask for many keys in one operation. */
const batches: Readonly<Record<string, string>> = {
  setMulti: 'set',
  addMulti: 'add',
  replaceMulti: 'replace',
  deleteMulti: 'delete',
  touchMulti: 'touch',
  incrMulti: 'incr',
};

interface Recording {
  readonly span: Span;
  readonly started: number;
  readonly attributes: Attributes;
}

export interface OperationSettings {
  /** Undefined: those of all clients. */
  readonly client: Client | undefined;
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Of all spans and durations. */
  readonly attributes: Attributes;
  /** Whether spans tell the key. */
  readonly keys: boolean;
}

/** Records every operation from now on, until the function it gives is called. */
export function recordOperations(settings: OperationSettings): () => void {
  const duration = settings.meter.createHistogram('db.client.operation.duration', {
    description: 'Duration of database client operations.',
    unit: 's',
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const recordings = new WeakMap<CommandTrace, Recording>();
  const subscribers: TracingChannelSubscribers<CommandTrace> = {
    start: (trace) => {
      if (settings.client !== undefined && settings.client !== trace.client) return;
      recordings.set(trace, start(settings, trace));
    },
    end: ignore,
    asyncStart: ignore,
    asyncEnd: (trace) => {
      const recording = recordings.get(trace);
      if (recording !== undefined) finish(recording, trace, duration);
    },
    error: ignore, // asyncEnd comes after it
  };
  const channel = tracingChannel<unknown, CommandTrace>('libmemcached:command');
  channel.subscribe(subscribers);
  return () => {
    channel.unsubscribe(subscribers);
  };
}

function start(
  { tracer, keys, attributes: given }: OperationSettings,
  trace: CommandTrace,
): Recording {
  const { serverAddress, serverPort } = trace;
  const { name, size } = operationOf(trace);
  const attributes: Attributes = {
    ...given,
    ...systemName,
    'db.operation.name': name,
    ...serverAttributes(serverAddress, serverPort),
  };
  const ofSpan: Attributes = { ...attributes };
  if (size !== undefined) ofSpan['db.operation.batch.size'] = size;
  const key = keys ? keyName(trace.key) : undefined;
  if (key !== undefined) ofSpan['db.query.text'] = `${name} ${key}`;
  const span = tracer.startSpan(`${name}${targetOf(trace)}`, {
    kind: SpanKind.CLIENT,
    attributes: ofSpan,
  });
  return { span, attributes, started: performance.now() };
}

function finish(
  { span, attributes, started }: Recording,
  trace: CommandTrace,
  duration: Histogram,
): void {
  const seconds = (performance.now() - started) / 1000;
  const error = errorOf(trace);
  if (error === undefined) {
    duration.record(seconds, attributes);
  } else {
    const ofError = { 'error.type': typeOf(error) };
    span.setAttributes(ofError);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    duration.record(seconds, { ...attributes, ...ofError });
  }
  span.end();
}

/** A batch of one is a single operation, says the convention. */
function operationOf({ operation, batchSize }: CommandTrace): { name: string; size?: number } {
  const single = batches[operation];
  if (single === undefined || batchSize === undefined) return { name: operation };
  return batchSize === 1 ? { name: single } : { name: `BATCH ${single}`, size: batchSize };
}

function targetOf({ serverAddress, serverPort }: CommandTrace): string {
  if (serverAddress === undefined) return '';
  return serverPort === undefined ? ` ${serverAddress}` : ` ${serverAddress}:${serverPort}`;
}

/** What failed; of many keys or servers, the first that did. */
function errorOf({ key, batchSize, result, error }: CommandTrace): unknown {
  if (error !== undefined) return error;
  if (batchSize !== undefined) {
    const [first] = (result as MultiResult | WriteResult).errors.values();
    return first;
  }
  if (key !== undefined) return undefined;
  return [...(result as PerServer<unknown>).values()].find((answer) => answer instanceof Error);
}

/** The `code` of a `MemcachedError`. What a serializer throws has none. */
function typeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? '_OTHER');
}

function ignore(): void {}
