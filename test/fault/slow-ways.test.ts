import { startProxy } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKeys, openClient, ownServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { Oracle, recovers, resourcesReturn, warmUp } from './oracle';

const kilobyte = 1024;

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test('F38 a server that is 30 ms away: no timeouts, and operations overtake the distance', async () => {
    const server = await ownServer();
    const proxy = await startProxy(server.server, { delay: 15 }); // each way
    onTestFinished(() => proxy.stop());
    const timeout = 5000;
    const client = openClient(proxy.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout });
    const present = await oracle.store(server, 300);
    await recovers(client);

    const start = performance.now();
    for (const key of present) void oracle.read(key);
    for (const key of freshKeys(100, 'written')) void oracle.write(key);
    expect(await oracle.errors([])).toEqual([]);
    // One after the other they would take 400 times 30 ms.
    expect(performance.now() - start).toBeLessThan(6000);
    await oracle.checkTruth(server);
  });

  test('F39 a way of 1 MB a second: large values do not starve small ones', async () => {
    const server = await ownServer();
    const proxy = await startProxy(server.server, { bytesPerSecond: 1_000_000 });
    onTestFinished(() => proxy.stop());
    const timeout = 4000;
    const client = openClient(proxy.server, { ...options, timeout });
    const large = new Oracle(client, { timeout, size: 100 * kilobyte });
    const small = new Oracle(client, { timeout });
    const [largeKeys, smallKeys] = [await large.store(server, 10), await small.store(server, 200)];
    await recovers(client);

    for (const [index, key] of smallKeys.entries()) {
      const largeKey = largeKeys[index / 20];
      if (largeKey !== undefined) void large.read(largeKey);
      void small.read(key);
    }
    for (const key of freshKeys(5, 'large')) void large.write(key);
    for (const key of freshKeys(20, 'small')) void small.write(key);
    expect(await small.errors([])).toEqual([]);
    expect(await large.errors([])).toEqual([]);
    await small.checkTruth(server);
    await large.checkTruth(server);
  });

  test('F42 a value of 1 MB among small ones: at most they wait for it', async () => {
    const server = await ownServer({ memory: 128 });
    const proxy = await startProxy(server.server, { bytesPerSecond: 2_000_000 });
    onTestFinished(() => proxy.stop());
    const timeout = 10_000;
    const client = openClient(proxy.server, { ...options, connections: 4, timeout });
    const large = new Oracle(client, { timeout, size: 1000 * kilobyte });
    const small = new Oracle(client, { timeout });
    const largeKeys = await large.store(server, 1);
    const smallKeys = await small.store(server, 400);
    await recovers(client);

    const start = performance.now();
    const reading = Promise.all(largeKeys.map((key) => large.read(key)));
    const readings = smallKeys.map((key) => small.read(key));
    const others = Promise.all(freshKeys(20, 'written').map((key) => small.write(key)));
    await reading;
    const taken = performance.now() - start;
    await Promise.all([...readings, others]);
    // Half a second of the way for the large value, and next to nothing for all the others.
    expect(performance.now() - start).toBeLessThan(2 * taken + 1000);
    expect(await small.errors([])).toEqual([]);
    expect(await large.errors([])).toEqual([]);
    await small.checkTruth(server);
  });
});
