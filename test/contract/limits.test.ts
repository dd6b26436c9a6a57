import { describe, expect, test, vi } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import {
  commandCounts,
  countsOf,
  failure,
  failures,
  freshKey,
  oneServer,
  openClient,
  ownServer,
  pairs,
  patient,
  whileStopped,
} from './helpers';

describe.each(variants)('limits, $name', ({ options }) => {
  const cache = oneServer(options);

  describe('maxPending', () => {
    test('rejects what comes after that many operations with OVERLOADED, at once', async () => {
      const server = await ownServer();
      const client = openClient(server.server, { ...options, timeout: 500, maxPending: 10 });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        const accepted = Array.from({ length: 10 }, (_, n) => client.set(`accepted-${n}`, n));
        const settled = Promise.allSettled(accepted);
        const more = [client.set('more', 1), client.get('more'), client.incr('more')];
        for (const error of await failures(more)) {
          expect(error).toMatchObject({ code: 'OVERLOADED', maybeApplied: false });
        }
        for (const outcome of await settled) {
          expect(outcome.status).toBe('rejected');
          expect((outcome as PromiseRejectedResult).reason.code).not.toBe('OVERLOADED');
        }
      });
      await vi.waitFor(() => client.get('key', patient), 10_000);
      expect(await raw(server, 'get more\r\n')).toBe('END\r\n');
    });

    test('lets the same number through again and again', async () => {
      const client = openClient(cache.server.server, { ...options, maxPending: 10 });
      for (let round = 0; round < 20; round += 1) {
        const writes = Array.from({ length: 10 }, () => client.set(freshKey(), round));
        expect(await Promise.all(writes)).toEqual(Array(10).fill(true));
      }
    });

    test('hits only those keys of a multi operation that are beyond it', async () => {
      const client = openClient(cache.server.server, { ...options, maxPending: 10 });
      const keys = Array.from({ length: 15 }, () => freshKey());
      const result = await client.setMulti(pairs(keys, () => 1));
      expect(result.applied.length).toBeGreaterThanOrEqual(10);
      expect(result.applied.length + result.errors.size).toBe(15);
      for (const { code } of result.errors.values()) expect(code).toBe('OVERLOADED');
      const stored = await cache.client.getMulti(keys);
      expect(new Set(stored.keys())).toEqual(new Set(result.applied));
    });
  });

  describe('maxPendingBytes', () => {
    test('rejects what comes after that many bytes with OVERLOADED', async () => {
      const server = await ownServer();
      const client = openClient(server.server, {
        ...options,
        timeout: 500,
        maxPendingBytes: 100_000,
      });
      await client.set('key', 'value', patient);
      await whileStopped(server, async () => {
        const writes = Array.from({ length: 10 }, (_, n) =>
          client.set(`k${n}`, 'x'.repeat(20_000)),
        );
        const outcomes = await Promise.allSettled(writes);
        const codes = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.code);
        expect(codes.slice(0, 4).some((code) => code === 'OVERLOADED')).toBe(false);
        expect(codes.slice(5)).toEqual(Array(5).fill('OVERLOADED'));
      });
      await vi.waitFor(() => client.get('key', patient), 10_000);
      const half = 'x'.repeat(50_000);
      for (let round = 0; round < 10; round += 1)
        expect(await client.set('key', half, patient)).toBe(true);
    });
  });

  describe('maxValueSize', () => {
    test('is the largest value that is sent: one byte more is TOO_LARGE', async () => {
      const client = openClient(cache.server.server, {
        ...options,
        maxValueSize: 1000,
        connections: 1, // it has begun with the first answer
      });
      const key = freshKey();
      expect(await client.set(key, 'x'.repeat(1000))).toBe(true);
      const before = await countsOf(cache.server);
      const errors = await failures([
        client.set(key, 'x'.repeat(1001)),
        client.add(freshKey(), 'x'.repeat(1001)),
        client.replace(key, Buffer.alloc(1001)),
        client.cas(key, 'x'.repeat(1001), 1n),
        client.append(key, 'x'.repeat(1001)),
        client.prepend(key, 'x'.repeat(1001)),
        client.setRaw(key, 'x'.repeat(1001), 0),
      ]);
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'TOO_LARGE', maybeApplied: false });
      }
      expect(await countsOf(cache.server)).toEqual(before);
      expect(await client.get(key)).toBe('x'.repeat(1000));
    });

    test('counts bytes, not characters', async () => {
      const client = openClient(cache.server.server, { ...options, maxValueSize: 10 });
      expect(await client.set(freshKey(), 'é'.repeat(5))).toBe(true);
      expect(await failure(client.set(freshKey(), 'é'.repeat(6)))).toMatchObject({
        code: 'TOO_LARGE',
      });
    });

    test('may be more than a server takes, whose limit counts the key and its own header', async () => {
      const key = freshKey();
      await cache.client.set(key, 'old');
      const error = await failure(cache.client.set(key, 'x'.repeat(1_048_576)));
      expect(error).toMatchObject({ code: 'TOO_LARGE', server: cache.server.server });
      expect(await cache.client.get(key)).toBeUndefined();
    });

    test('is never more than a server takes at 1,048,000, whatever the key', async () => {
      const client = openClient(cache.server.server, { ...options, maxValueSize: 1_048_000 });
      const key = freshKey().padEnd(250, 'x');
      expect(await client.setRaw(key, Buffer.alloc(1_048_000), 2 ** 32 - 1)).toBe(true);
      expect(await failure(client.setRaw(key, Buffer.alloc(1_048_001), 0))).toMatchObject({
        code: 'TOO_LARGE',
        message: expect.stringContaining('at most 1048000 bytes'),
      });
      expect(await client.has(key)).toBe(true);
    });

    test('is one mebibyte by default', async () => {
      const key = freshKey();
      const before = await commandCounts(cache);
      expect(await failure(cache.client.set(key, 'x'.repeat(1_048_577)))).toMatchObject({
        code: 'TOO_LARGE',
        key,
        maybeApplied: false,
      });
      expect(await commandCounts(cache)).toEqual(before);
      expect(await cache.client.set(key, 'x'.repeat(1_048_000))).toBe(true);
      expect(await cache.client.get(key)).toHaveLength(1_048_000);
    });

    test('may be raised for a server that takes more', async () => {
      const server = await ownServer({ args: ['-I', '8m'] });
      const client = openClient(server.server, { ...options, maxValueSize: 8 * 2 ** 20 });
      const value = Buffer.alloc(5 * 2 ** 20, 'five mebibytes ');
      expect(await client.set('large', value, patient)).toBe(true);
      expect(value.equals((await client.get('large', patient)) as Buffer)).toBe(true);
    });
  });
});
