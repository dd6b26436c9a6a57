import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import parsePrometheus from 'parse-prometheus-text-format';
import { expect, test } from 'vitest';

/** Runs an example to its end, and gives what it printed. */
async function run(name: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../examples/${name}.mjs`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [path], {
    timeout: 18_000,
    killSignal: 'SIGKILL',
  });
  expect(stderr).toBe('');
  return stdout;
}

test('diagnostics_channel: each operation, how it ended, and the hot keys', async () => {
  const lines = (await run('observability-diagnostics')).trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^set on port \d+: done, \d+\.\d ms$/),
    expect.stringMatching(/^get on port \d+: hit, \d+\.\d ms$/),
    expect.stringMatching(/^get on port \d+: miss, \d+\.\d ms$/),
    expect.stringMatching(/^incr on port \d+: NOT_NUMERIC, \d+\.\d ms$/),
    expect.stringMatching(/^getMulti of 3 keys: done, \d+\.\d ms$/),
    'user:7 was asked for 4 times',
    'user:8 was asked for 2 times',
    'user:9 was asked for 1 times',
  ]);
});

test('OpenTelemetry: a span for each operation under that of the request, and metrics', async () => {
  const printed = await run('observability-opentelemetry');
  expect(printed).toContain(
    [
      'handle a request',
      '  memcached set: ok',
      '  memcached getMulti: ok',
      '  memcached BATCH set: ok',
      '  memcached incr: NOT_NUMERIC',
      'db.client.operation.duration (s): 4 data points',
      'libmemcached.operation.misses ({operation}): 3 data points',
    ].join('\n'),
  );
});

test('Prometheus: one answer with the metrics of the service and of the cache', async () => {
  const [contentType, ...lines] = (await run('observability-prometheus')).split('\n');
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = new Map(
    parsePrometheus(lines.join('\n')).map(({ name, metrics }) => [name, metrics]),
  );
  expect(families.get('app_requests_total')).toEqual([{ value: '1' }]);
  expect(families.get('libmemcached_operation_misses_total')).toMatchObject([
    { value: '1', labels: { operation: 'get' } },
    { value: '0', labels: { operation: 'set' } },
  ]);
  expect(families.get('libmemcached_server_connections')).toMatchObject([{ value: '1' }]);
  expect(lines.filter((line) => /_seconds_count\{.*operation="get"\} 2$/.test(line))).toHaveLength(
    1,
  );
});
