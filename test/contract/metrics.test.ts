import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { freshKey, oneServer, openClient } from './helpers';

describe.each(variants)('metrics, $name', ({ options }) => {
  const cache = oneServer(options);

  test('are plain data that names every server', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    await client.set(freshKey(), 1);
    const metrics = client.metrics();
    expect(JSON.stringify(metrics)).toContain(cache.server.server);
  });

  test('are a snapshot: later operations leave it as it is', async () => {
    const client = openClient(cache.server.server, { ...options, shared: false });
    await client.set(freshKey(), 1);
    const before = client.metrics();
    const text = JSON.stringify(before);
    await client.set(freshKey(), 1);
    expect(JSON.stringify(before)).toBe(text);
    expect(JSON.stringify(client.metrics())).not.toBe(text);
  });
});
