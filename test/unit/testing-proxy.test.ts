import {
  type ProxyFaults,
  type Script,
  startMemcached,
  startProxy,
  startScriptedServer,
} from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PlainClient } from '../support/plainClient';

const patience = { timeout: 10_000 };

/** A proxy before a scripted server, and a connection through it. */
async function through(script: Script, faults: ProxyFaults) {
  const server = await startScriptedServer(script);
  const proxy = await startProxy(server.server, faults);
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  return { server, proxy, client: await PlainClient.open(proxy.port) };
}

/** The server sends back what it gets. */
function echo(faults: ProxyFaults = {}) {
  return through(async (connection) => {
    for (;;) await connection.write(await connection.readBytes(1));
  }, faults);
}

/** The server says `reply` for every byte of a request. */
function replying(reply: string, faults: ProxyFaults = {}) {
  return through(async (connection) => {
    for (;;) {
      await connection.readBytes(1);
      await connection.write(reply);
    }
  }, faults);
}

describe('a proxy', () => {
  test('without faults carries every byte both ways', async () => {
    const { client } = await echo();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    client.send(bytes);
    expect(await client.untilReceived(256)).toEqual(bytes);
  });

  test.each([false, true])('stands before a memcached, on a unix socket: %s', async (socket) => {
    const memcached = await startMemcached({ socket });
    const proxy = await startProxy(memcached.server);
    const client = await PlainClient.open(proxy.port);
    client.send('version\r\n');
    expect(String(await client.untilReceived(10))).toMatch(/^VERSION /);
    proxy.resetAll();
    await Promise.all([proxy.stop(), memcached.stop()]);
  });

  test('counts connections', async () => {
    const { proxy, client } = await echo();
    const other = await PlainClient.open(proxy.port);
    await vi.waitFor(() => expect([proxy.accepted, proxy.open]).toEqual([2, 2]), patience);
    expect(proxy.server).toBe(`127.0.0.1:${proxy.port}`);
    client.leave();
    await vi.waitFor(() => expect([proxy.accepted, proxy.open]).toEqual([2, 1]), patience);
    other.leave();
    await vi.waitFor(() => expect(proxy.open).toBe(0), patience);
  });

  test('passes the ends of both sides on, behind what they sent', async () => {
    const { server, client } = await echo({ delay: 50 });
    client.send('last words');
    client.leave();
    await vi.waitFor(() => expect([server.accepted, server.open]).toEqual([1, 0]), patience);
    const ending = await replying('bye', {});
    ending.client.send('x');
    await ending.client.untilReceived(3);
    await ending.server.stop();
    expect(await ending.client.ending()).toMatch(/^(end|ECONNRESET)$/);
  });

  test('breaks off the connection that its server refuses', async () => {
    const { server, proxy } = await echo();
    await server.stop();
    const client = await PlainClient.open(proxy.port).catch((error) => error.message);
    expect(client instanceof PlainClient ? await client.ending() : client).toContain('ECONNRESET');
  });

  test('meets the sender with the back-pressure of the receiver', async () => {
    const { client } = await echo({ stall: 'requests' });
    client.send(Buffer.alloc(32 * 1024 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.unsent).toBeGreaterThan(0);
  });

  test('stops with connections that are stalled, however often it is called', async () => {
    const { proxy, client } = await echo({ stall: 'both' });
    client.send('x');
    await Promise.all([proxy.stop(), proxy.stop()]);
    await client.ending();
    await expect(PlainClient.open(proxy.port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the fault', () => {
  const long = 'abcdefghij'.repeat(1000);

  test('delay makes bytes late by its time each way', async () => {
    const { client } = await echo({ delay: 100 });
    const start = performance.now();
    client.send('x');
    await client.untilReceived(1);
    expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  });

  test('bytesPerSecond bounds the bandwidth', async () => {
    const { client } = await replying(long, { bytesPerSecond: 50_000 });
    const start = performance.now();
    client.send('x');
    expect(String(await client.untilReceived(long.length))).toBe(long);
    expect(performance.now() - start).toBeGreaterThanOrEqual(195);
  });

  test.each([1, 7])('split sends %i bytes at a time, in order', async (split) => {
    const { client } = await replying(long, { split });
    client.send('x');
    expect(String(await client.untilReceived(long.length))).toBe(long);
    // A busy machine reads some together, and none is larger for it than two pieces are.
    expect(client.pieces.length).toBeGreaterThan(long.length / split / 4);
  });

  test('coalesce sends what arrives in a time at once', async () => {
    const { client } = await echo({ coalesce: 100 });
    client.send('abc');
    expect(String(await client.untilReceived(3))).toBe('abc');
    expect(client.pieces).toHaveLength(1);
  });

  test.each(['requests', 'replies', 'both'] as const)(
    'stall holds back %s until it is over',
    async (stall) => {
      const { server, proxy, client } = await replying('yes');
      client.send('x');
      await client.untilReceived(3);
      proxy.setFaults({ stall });
      client.send('y');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(String(client.received)).toBe('yes');
      proxy.setFaults({});
      expect(String(await client.untilReceived(6))).toBe('yesyes');
      expect(server.open).toBe(1);
    },
  );

  test.each([
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ] as const)('cut by %s ends the connection behind so many bytes', async (by, ending) => {
    for (const afterBytes of [0, 1, 9]) {
      const { client } = await replying('0123456789', { cut: { afterBytes, by } });
      client.send('x');
      // Node may take the reset behind bytes for an end.
      expect([ending, afterBytes > 0 && 'end']).toContain(await client.ending());
      expect(String(client.received)).toBe('0123456789'.slice(0, afterBytes));
    }
  });

  test('cut by stall holds back the rest until it is over', async () => {
    const { proxy, client } = await replying('0123456789', { cut: { afterBytes: 4, by: 'stall' } });
    client.send('x');
    expect(String(await client.untilReceived(4))).toBe('0123');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(String(client.received)).toBe('0123');
    proxy.setFaults({});
    expect(String(await client.untilReceived(10))).toBe('0123456789');
  });

  test('cut leaves a connection alone that stays below it', async () => {
    const { client } = await replying('0123', { cut: { afterBytes: 8, by: 'reset' } });
    client.send('x');
    await client.untilReceived(4);
    client.send('x');
    await client.untilReceived(8);
    client.send('x');
    expect(await client.ending()).toBe('ECONNRESET');
    expect(String(client.received)).toBe('01230123');
  });

  test.each([undefined, 1, 3])('swap changes one byte, split by %s', async (split) => {
    const { client } = await replying('01234', { swap: { at: 7, to: 0xff }, split });
    client.send('x');
    await client.untilReceived(5);
    client.send('x');
    expect((await client.untilReceived(10)).toString('latin1')).toBe('0123401\xff34');
  });

  test('of the connection: resetAll and endAll', async () => {
    const { proxy, client } = await echo();
    proxy.resetAll();
    expect(await client.ending()).toBe('ECONNRESET');
    const second = await PlainClient.open(proxy.port);
    await vi.waitFor(() => expect(proxy.open).toBe(1), patience);
    proxy.endAll();
    expect(await second.ending()).toBe('end');
  });

  test.each([
    [{ delay: -1 }, 'delay must be a whole number from 0 to 2147483647, got -1'],
    [{ bytesPerSecond: 0 }, 'bytesPerSecond must be a whole number from 1 to'],
    [{ split: 0 }, 'split must be a whole number from 1 to'],
    [{ coalesce: '1' }, 'coalesce must be a whole number from 0 to 2147483647, got "1"'],
    [{ stall: 'all' }, 'stall must be one of requests, replies, both, got "all"'],
    [{ cut: { afterBytes: 1 } }, 'cut must have afterBytes and by'],
    [{ cut: { afterBytes: 1, by: 'fin' } }, 'cut.by must be one of reset, end, stall, got "fin"'],
    [{ cut: { afterBytes: -1, by: 'end' } }, 'cut.afterBytes must be a whole number from 0 to'],
    [{ swap: { at: 1 } }, 'swap must have at and to'],
    [{ swap: { at: 0, to: 256 } }, 'swap.to must be a whole number from 0 to 255, got 256'],
    [{ lag: 1 }, 'faults: the option name must be one of delay'],
  ])('%j is refused', async (faults, message) => {
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) };
    await expect(startProxy('127.0.0.1:1', faults as ProxyFaults)).rejects.toMatchObject(refused);
    const { proxy } = await echo();
    expect(() => proxy.setFaults(faults as ProxyFaults)).toThrow(message);
  });

  test.each([
    [undefined],
    [null],
    [['127.0.0.1:1', '127.0.0.1:2']],
    [{ host: '127.0.0.1' }],
    [''],
    ['127.0.0.1:0'],
  ])('%j is refused as the server to stand before', async (upstream) => {
    // Not the one that MEMCACHED_SERVERS names, nor one that runs here.
    const starting = startProxy(upstream as string);
    await expect(starting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
