/** The metrics of a client as Prometheus reads them. */
import { describe, invalid, MemcachedError } from './errors';
import type { ClientMetrics, LatencyBucket, OperationMetrics, ServerMetrics } from './metrics';
import { guarded, ownOptions } from './ownOptions';

/** How the text is labelled. */
export interface PrometheusOptions {
  /** What every name begins with: letters, digits, `_` and `:`. @default 'libmemcached_' */
  readonly prefix?: string;
  /** Put on every sample, to tell clients apart say. `server`, `operation` and `le` are taken. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** Behind the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Doublings from 16 us to 16.8 s, in microseconds: bounds of the client's own buckets, so that no count is a guess. */
const bounds = Array.from({ length: 21 }, (_, index) => 2 ** (index + 4));

const ownLabels = ['server', 'operation', 'le'];

/**
 * Text exposition format 0.0.4, for a response with the content type `text/plain; version=0.0.4`. Clients whose texts
 * go into one response need prefixes of their own. Throws `INVALID_ARGUMENT`.
 *
 * @param metrics what `client.metrics()` gives
 */
export function prometheusText(metrics: ClientMetrics, options: PrometheusOptions = {}): string {
  const { prefix, labels } = guarded('options', () => readOptions(options));
  return readFamilies(metrics)
    .filter(({ samples }) => samples.length > 0)
    .map((family) => render(family, prefix, labels))
    .join('');
}

/** Whatever is no metrics has no families, or samples that are no numbers. */
function readFamilies(metrics: ClientMetrics): Family[] {
  let cause: unknown;
  try {
    const families = familiesOf(metrics);
    const values = families.flatMap(({ samples }) => samples.map(({ value }) => value));
    if (values.every(Number.isFinite)) return families;
  } catch (error) {
    cause = error;
  }
  const message = `metrics must be what client.metrics() gives, got ${describe(metrics)}`;
  throw new MemcachedError('INVALID_ARGUMENT', message, { operation: 'prometheusText', cause });
}

function familiesOf(metrics: ClientMetrics): Family[] {
  return [
    ...operationFamilies(metrics),
    ...serverFamilies(metrics),
    gauge('pending_operations', 'Operations of the client without an answer yet.', [
      { labels: {}, value: metrics.pending },
    ]),
    gauge('pending_bytes', 'Bytes of the keys and values of these operations.', [
      { labels: {}, value: metrics.pendingBytes },
    ]),
    counter(
      'forgiven_failures_total',
      "Failures that failures: 'miss' turned into misses, and those that kept getOrSet from storing.",
      [{ labels: {}, value: metrics.forgiven }],
    ),
  ];
}

function operationFamilies({ servers }: ClientMetrics): Family[] {
  const all = Object.entries(servers).flatMap(([server, { operations }]) =>
    Object.entries(operations).map(([operation, metrics]) => ({
      labels: { server, operation },
      metrics,
    })),
  );
  const samples = (read: (metrics: OperationMetrics) => number): Sample[] =>
    all.map(({ labels, metrics }) => ({ labels, value: read(metrics) }));
  return [
    {
      name: 'operation_duration_seconds',
      type: 'histogram',
      help: 'Time from the hand-over of an operation to the engine to its answer.',
      samples: all.flatMap(({ labels, metrics }) => histogramSamples(labels, metrics)),
    },
    counter(
      'operation_misses_total',
      'Answers that there is no such item.',
      samples(({ misses }) => misses),
    ),
    counter(
      'operation_failures_total',
      'Operations that ended with an error.',
      samples(({ failures }) => failures),
    ),
  ];
}

function serverFamilies({ servers }: ClientMetrics): Family[] {
  const samples = (read: (metrics: ServerMetrics) => number): Sample[] =>
    Object.entries(servers).map(([server, metrics]) => ({
      labels: { server },
      value: read(metrics),
    }));
  return [
    gauge(
      'server_pending_operations',
      'Operations for the server without an answer yet, of all clients that share the engine.',
      samples(({ pending }) => pending),
    ),
    gauge(
      'server_connections',
      'Connections that are open.',
      samples(({ connections }) => connections),
    ),
    counter(
      'server_connects_total',
      'Connections that have been opened.',
      samples(({ connects }) => connects),
    ),
    gauge(
      'server_breaker_open',
      'Whether nothing is sent to the server, because it failed repeatedly: 1 or 0.',
      samples(({ breaker }) => (breaker === 'open' ? 1 : 0)),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'counter', help, samples };
}

/** Buckets of Prometheus count all that is below their bound. */
function histogramSamples(labels: Labels, { count, latency }: OperationMetrics): Sample[] {
  const buckets = bounds.map((bound) => ({
    suffix: '_bucket',
    labels: { ...labels, le: String(bound / 1e6) },
    value: countBelow(latency.buckets, bound / 1000),
  }));
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: latency.sum / 1000 },
    { suffix: '_count', labels, value: count },
  ];
}

function countBelow(buckets: readonly LatencyBucket[], milliseconds: number): number {
  return buckets.reduce((sum, { below, count }) => (below <= milliseconds ? sum + count : sum), 0);
}

function render({ name, type, help, samples }: Family, prefix: string, labels: Labels): string {
  const full = prefix + name;
  const lines = samples.map(
    (sample) =>
      `${full}${sample.suffix ?? ''}${renderLabels({ ...labels, ...sample.labels })} ${sample.value}\n`,
  );
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join()}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function readOptions(options: PrometheusOptions): { prefix: string; labels: Labels } {
  const given = ownOptions(options, ['prefix', 'labels'], 'options', 'prometheusText');
  const { prefix = 'libmemcached_', labels = {} } = given;
  if (typeof prefix !== 'string' || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(prefix)) {
    throw invalid('prefix', 'begin with a letter and hold letters, digits, _ and : only', prefix);
  }
  if (typeof labels !== 'object' || labels === null) {
    throw invalid('labels', 'be an object of strings', labels);
  }
  for (const [name, value] of Object.entries(labels)) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || ownLabels.includes(name)) {
      throw invalid(
        'the name of a label',
        `hold letters, digits and _ only, and be none of ${ownLabels.join(', ')}`,
        name,
      );
    }
    if (typeof value !== 'string') throw invalid(`labels: ${name}`, 'be a string', value);
  }
  return { prefix, labels: labels as Labels };
}
