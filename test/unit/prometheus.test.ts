import type { ClientMetrics } from 'libmemcached';
import { prometheusText } from 'libmemcached/prometheus';
import parsePrometheus from 'parse-prometheus-text-format';
import { describe, expect, test } from 'vitest';
import { hostileProxy } from './properties';
import { expectInvalid, refusal } from './refusal';

const metrics: ClientMetrics = {
  pending: 3,
  pendingBytes: 400,
  forgiven: 5,
  servers: {
    '127.0.0.1:11211': {
      breaker: 'closed',
      pending: 2,
      connections: 1,
      connects: 6,
      operations: {
        get: {
          count: 10,
          misses: 4,
          failures: 1,
          latency: {
            sum: 1500.5,
            mean: 150.05,
            p50: 0.064,
            p90: 0.064,
            p99: 1499,
            p999: 1499,
            max: 1499,
            buckets: [
              { below: 0.016, count: 2 },
              { below: 0.064, count: 7 },
              { below: 1507.328, count: 1 },
            ],
          },
        },
      },
    },
    '/run/"odd"\\name\n.sock': {
      breaker: 'open',
      pending: 0,
      connections: 0,
      connects: 0,
      operations: {},
    },
  },
};

function parsed(text: string) {
  return new Map(parsePrometheus(text).map((family) => [family.name, family]));
}

describe('the text for Prometheus', () => {
  test('is read by a parser as these families, each with a help', () => {
    const families = parsed(prometheusText(metrics));
    expect([...families.values()].map(({ name, type }) => `${name} ${type}`)).toEqual([
      'libmemcached_operation_duration_seconds HISTOGRAM',
      'libmemcached_operation_misses_total COUNTER',
      'libmemcached_operation_failures_total COUNTER',
      'libmemcached_server_pending_operations GAUGE',
      'libmemcached_server_connections GAUGE',
      'libmemcached_server_connects_total COUNTER',
      'libmemcached_server_breaker_open GAUGE',
      'libmemcached_pending_operations GAUGE',
      'libmemcached_pending_bytes GAUGE',
      'libmemcached_forgiven_failures_total COUNTER',
    ]);
    for (const { help } of families.values()) expect(help).toMatch(/\.$/);
  });

  test('has cumulative buckets in seconds that end with +Inf, and their sum and count', () => {
    const text = prometheusText(metrics);
    const [histogram] = parsed(text).get('libmemcached_operation_duration_seconds')?.metrics ?? [];
    expect(Object.keys(histogram?.buckets ?? {})).toHaveLength(22);
    expect(histogram?.buckets).toMatchObject({
      '0.000016': '2',
      '0.000032': '2',
      '0.000064': '9',
      '1.048576': '9',
      '2.097152': '10',
      '16.777216': '10',
      '+Inf': '10',
    });
    const name = 'libmemcached_operation_duration_seconds';
    const lines = text.split('\n').filter((line) => line.startsWith(name));
    const counts = lines.slice(0, -2).map((line) => Number(line.split(' ').at(-1)));
    expect(counts).toEqual(counts.toSorted((left, right) => left - right));
    const labels = 'server="127.0.0.1:11211",operation="get"';
    expect(lines.slice(-3)).toEqual([
      `${name}_bucket{${labels},le="+Inf"} 10`,
      `${name}_sum{${labels}} 1.5005`,
      `${name}_count{${labels}} 10`,
    ]);
  });

  test('holds a sample for each server and operation', () => {
    const families = parsed(prometheusText(metrics));
    expect(families.get('libmemcached_operation_misses_total')?.metrics).toEqual([
      { value: '4', labels: { server: '127.0.0.1:11211', operation: 'get' } },
    ]);
    const open = families.get('libmemcached_server_breaker_open')?.metrics;
    expect(open?.map(({ value }) => value)).toEqual(['0', '1']);
    expect(families.get('libmemcached_pending_bytes')?.metrics).toEqual([{ value: '400' }]);
  });

  test('escapes what a label may not hold', () => {
    const text = prometheusText(metrics, { labels: { cache: 'a"b\\c\nd' } });
    expect(text).toContain('cache="a\\"b\\\\c\\nd"');
    expect(text).toContain('server="/run/\\"odd\\"\\\\name\\n.sock"');
    for (const line of text.split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+[{ ]|$)/);
  });

  test('puts its own prefix and labels on every sample', () => {
    const text = prometheusText(metrics, { prefix: 'sessions_', labels: { zone: 'b' } });
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const sample of samples) expect(sample).toMatch(/^sessions_[a-z_]+\{zone="b"/);
  });

  test('has no family without a sample, and ends with a line feed', () => {
    const text = prometheusText({ ...metrics, servers: {} });
    expect([...parsed(text).keys()]).toEqual([
      'libmemcached_pending_operations',
      'libmemcached_pending_bytes',
      'libmemcached_forgiven_failures_total',
    ]);
    expect(text.endsWith('\n')).toBe(true);
  });

  test.each([
    [{ prefix: '1st_' }, 'prefix must'],
    [{ prefix: '' }, 'prefix must'],
    [{ prefix: 'a-b' }, 'prefix must'],
    [{ labels: { 'a-b': 'c' } }, 'the name of a label must'],
    [{ labels: { __name__: 'c' } }, 'the name of a label must'],
    [{ labels: { server: 'mine' } }, 'the name of a label must'],
    [{ labels: { a: 1 } }, 'labels: a must be a string'],
    [{ labels: 'a=b' }, 'labels must be an object'],
    [{ label: {} }, 'did you mean labels?'],
  ])('refuses %j', (options, message) => {
    const error = refusal(() => prometheusText(metrics, options as never));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain(message);
  });

  test.each([null, 5, {}, { ...metrics, pending: '3' }, { ...metrics, servers: { a: null } }])(
    'refuses %j for metrics',
    (given) => {
      const error = refusal(() => prometheusText(given as never));
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(/^metrics must be what client.metrics\(\) gives, got /);
    },
  );

  test('refuses what throws when it is read', () => {
    expectInvalid(() => prometheusText(hostileProxy() as never));
    expectInvalid(() => prometheusText(metrics, hostileProxy()));
  });
});
