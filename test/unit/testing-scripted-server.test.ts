import { startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PlainClient } from '../support/plainClient';
import { hostileProxy } from './properties';

type Arguments = Parameters<typeof startScriptedServer>;

async function start(script: Arguments[0]): ReturnType<typeof startScriptedServer> {
  const server = await startScriptedServer(script);
  onTestFinished(() => server.stop().catch(() => {})); // the test has seen what it rejects with
  return server;
}

const patience = { timeout: 10_000 };

describe('a scripted server', () => {
  test('reads lines and bytes in order, however they arrive', async () => {
    const read: unknown[] = [];
    const server = await start(async (connection) => {
      read.push(await connection.readLine());
      read.push((await connection.readBytes(4)).toString('latin1'));
      read.push(...(await Promise.all([connection.readLine(), connection.readBytes(0)])));
      await connection.write('read\r\n');
    });
    const client = await PlainClient.open(server.port);
    for (const byte of 'set k 0 0 2\r\n\r\n\r\n\xffnd\r\n')
      client.send(Buffer.from(byte, 'latin1'));
    await client.untilReceived(6);
    expect(read).toEqual(['set k 0 0 2', '\r\n\r\n', '\xffnd', Buffer.alloc(0)]);
  });

  test('writes text as bytes, and bytes', async () => {
    const server = await start(async (connection) => {
      await connection.write('\x00\xff');
      await connection.write(new Uint8Array([1, 2]));
      connection.end();
    });
    const client = await PlainClient.open(server.port);
    expect(await client.ending()).toBe('end');
    expect(client.received).toEqual(Buffer.from([0, 255, 1, 2]));
  });

  test('takes values of many times what it reads ahead', async () => {
    const value = Buffer.alloc(3_000_000, 'abc');
    let read: Buffer | undefined;
    const server = await start(async (connection) => {
      read = await connection.readBytes(value.length);
      await connection.write(read);
    });
    const client = await PlainClient.open(server.port);
    client.send(value);
    expect((await client.untilReceived(value.length)).equals(value)).toBe(true);
    expect(read?.equals(value)).toBe(true);
  });

  test('leaves what its script does not read in the way of the client', async () => {
    const server = await start((connection) => connection.closed);
    const client = await PlainClient.open(server.port);
    client.send(Buffer.alloc(32 * 1024 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.unsent).toBeGreaterThan(0);
  });

  test('resets', async () => {
    const server = await start(async (connection) => {
      await connection.readBytes(1);
      connection.reset();
    });
    const client = await PlainClient.open(server.port);
    client.send('x');
    expect(await client.ending()).toBe('ECONNRESET');
  });

  test('numbers and counts connections', async () => {
    const numbers: number[] = [];
    const server = await start(({ number }) => void numbers.push(number));
    const [first] = [await PlainClient.open(server.port), await PlainClient.open(server.port)];
    await vi.waitFor(() => expect(numbers).toEqual([1, 2]), patience);
    expect(server.server).toBe(`127.0.0.1:${server.port}`);
    expect([server.accepted, server.open]).toEqual([2, 2]);
    first.leave();
    await vi.waitFor(() => expect(server.open).toBe(1), patience);
    expect(server.accepted).toBe(2);
  });

  test('keeps a connection whose script is over silent until the client leaves', async () => {
    const closed = vi.fn();
    const server = await start((connection) => void connection.closed.then(closed));
    const client = await PlainClient.open(server.port);
    client.send(Buffer.alloc(1_000_000));
    await vi.waitFor(() => expect(client.unsent).toBe(0), patience);
    expect(server.open).toBe(1);
    client.leave();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), patience);
    expect(client.received).toHaveLength(0);
  });

  test.each([
    ['reads a line', 'readLine'],
    ['reads bytes', 'readBytes'],
  ] as const)('a script that %s after the client has left is over', async (_what, read) => {
    let end: unknown;
    const server = await start(async (connection) => {
      expect(await connection.readLine()).toBe('first');
      await connection[read](1).catch((error: unknown) => {
        end = error;
        throw error;
      });
    });
    const client = await PlainClient.open(server.port);
    client.send('first\r\n');
    client.leave();
    await vi.waitFor(() => expect(end).toBeInstanceOf(Error), patience);
    await server.stop();
  });

  test('a script that writes after the client has left is over', async () => {
    let end: unknown;
    const server = await start(async (connection) => {
      await connection.closed;
      await connection.write('late').catch((error: unknown) => {
        end = error;
        throw error;
      });
    });
    (await PlainClient.open(server.port)).leave();
    await vi.waitFor(() => expect(end).toBeInstanceOf(Error), patience);
    await server.stop();
  });

  test('a script need not wait for what it reads and writes', async () => {
    const server = await start((connection) => {
      void connection.readLine();
      void connection.write('x');
    });
    const client = await PlainClient.open(server.port);
    await client.untilReceived(1);
    await server.stop();
    expect(await client.ending()).toMatch(/^(end|ECONNRESET)$/);
  });

  test('an error of its script breaks the connection off, and stop rejects with it', async () => {
    const error = new Error('said by the script');
    const server = await start(async (connection) => {
      await connection.readBytes(1);
      throw error;
    });
    const client = await PlainClient.open(server.port);
    client.send('x');
    expect(await client.ending()).toBe('ECONNRESET');
    await expect(server.stop()).rejects.toBe(error);
  });

  test('stops with connections whose scripts wait, however often it is called', async () => {
    const server = await start(async (connection) => void (await connection.readLine()));
    const client = await PlainClient.open(server.port);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await client.ending();
    await expect(PlainClient.open(server.port)).rejects.toThrow('ECONNREFUSED');
  });

  test('listens on the port given, and refuses one that is taken', async () => {
    const first = await start(() => {});
    await expect(startScriptedServer(() => {}, { port: first.port })).rejects.toThrow('EADDRINUSE');
    await first.stop();
    const second = await startScriptedServer(() => {}, { port: first.port });
    expect(second.port).toBe(first.port);
    await second.stop();
  });

  test.each([
    [{ port: 0 }, 'port must be a whole number from 1 to 65535, got 0'],
    [{ ports: 1 }, 'the option name must be one of port'],
  ])('refuses the options %j', async (options, message) => {
    await expect(startScriptedServer(() => {}, options as Arguments[1])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('refuses a script that is no function, and options that throw when they are read', async () => {
    const refused = { code: 'INVALID_ARGUMENT' };
    await expect(startScriptedServer(5 as never)).rejects.toMatchObject(refused);
    await expect(startScriptedServer(() => {}, hostileProxy())).rejects.toMatchObject(refused);
  });
});
