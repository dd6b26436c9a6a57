import { describe, expect, test } from 'vitest';
import {
  failure,
  freshKey,
  freshKeys,
  openClient,
  ownServer,
  storedItem,
} from '../contract/helpers';
import { variants } from '../support/variants';
import { Oracle, resourcesReturn, warmUp } from './oracle';

const timeout = 5000;

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test('F19 requests of every size around the 8196 bytes of libmemcached are answered at once', async () => {
    const server = await ownServer();
    const client = openClient(server.server, { ...options, timeout, connections: 1 });
    await client.set('key', 'connected');
    // With the key, the lengths and the frame of either protocol, one of them is 8196 bytes.
    for (let size = 8196 - 80; size <= 8196; size += 1) {
      const value = Buffer.alloc(size, 'x');
      const times: number[] = [];
      // A machine may be busy once or twice; the kernel's cork takes 200 ms every time.
      while (times.length < 5 && !times.some((time) => time < 100)) {
        const start = performance.now();
        expect(await client.set('key', value)).toBe(true);
        times.push(performance.now() - start);
      }
      expect(Math.min(...times), `ms for a value of ${size} bytes`).toBeLessThan(100);
    }
  });

  test('F20 a value that is too large for the server among others', async () => {
    const server = await ownServer();
    const maxValueSize = 4 * 1024 * 1024;
    const client = openClient(server.server, { ...options, timeout, maxValueSize });
    const oracle = new Oracle(client, { timeout });
    const present = await oracle.store(server, 20);
    const tooLarge = freshKey();
    await client.set(tooLarge, 'old value');

    oracle.mix(present);
    const refused = failure(client.set(tooLarge, Buffer.alloc(1_100_000, 'x')));
    oracle.mix(present);
    expect(await refused).toMatchObject({ code: 'TOO_LARGE', maybeApplied: false });
    expect(await oracle.errors([])).toEqual([]);
    await oracle.checkTruth(server);
    // memcached removes an item that it could not replace.
    expect(await storedItem(server, tooLarge)).toBeUndefined();
  });

  test('F21 a server without memory for some of a batch', async () => {
    const server = await ownServer({ memory: 8, args: ['-M'] });
    const client = openClient(server.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout, size: 100_000 });
    for (const key of freshKeys(150)) void oracle.write(key);
    const errors = await oracle.errors(['OUT_OF_MEMORY']);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(150);
    await oracle.checkTruth(server);
    expect(await client.flush()).toEqual(new Map([[server.server, true]]));
  });
});
