import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientOptions } from 'libmemcached';
import { startMemcached, startProxy, startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure, failures, freshKey, freshKeys, openClient, ownServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { isDown, Oracle, recovers, resourcesReturn, valueFor, warmUp } from './oracle';
import { PoliteServer, type Protocol, type Rudeness, refusal, valueReply } from './politeServer';

const timeout = 1000;

function protocolOf({ protocol }: ClientOptions): Protocol {
  return protocol === 'binary' ? 'binary' : 'text';
}

/** A polite server and a client of it that is connected. */
async function start(options: ClientOptions, deadline = timeout) {
  const server = await PoliteServer.start(protocolOf(options));
  const client = openClient(server.server, { ...options, timeout: deadline, connections: 1 });
  await recovers(client);
  return { server, client, oracle: new Oracle(client, { timeout: deadline }) };
}

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test('F15 a reply that comes a byte every 100 ms', async () => {
    const { server, oracle } = await start(options, 300);
    server.rudeness = async (connection, _request, polite) => {
      for (const byte of polite) {
        await connection.write(Uint8Array.of(byte));
        await sleep(100);
      }
    };
    for (const key of freshKeys(3)) void oracle.read(key);
    await oracle.write('written');
    const errors = await oracle.errors(['TIMEOUT', 'CONNECTION', 'SERVER_DOWN']);
    expect(errors).toHaveLength(4);
    expect(errors.map(({ code }) => code)).toContain('TIMEOUT');
    server.rudeness = undefined;
    await oracle.checkRecovery(['key']); // the lane is free
  });

  /** Answers reads like this, each by itself, for as long as it is asked. */
  async function readAgainst(rudeness: Rudeness, keys: readonly string[]) {
    const { server, client, oracle } = await start(options);
    server.rudeness = rudeness;
    for (const key of keys) void oracle.read(key);
    const errors = await oracle.errors(['PROTOCOL', 'CONNECTION', 'SERVER_ERROR', 'SERVER_DOWN']);
    server.rudeness = undefined;
    await oracle.checkRecovery(keys);
    return { server, client, errors };
  }

  describe('F25 a reply to a get with', () => {
    const keys = freshKeys(5);
    const protocol = protocolOf(options);
    const other = valueReply(protocol, 'other');

    test('the value of a key that nobody asked for', async () => {
      const { server, errors } = await readAgainst(
        (connection) => connection.write(other),
        keys.slice(0, 1),
      );
      expect(errors).toHaveLength(1);
      expect(server.accepted).toBeGreaterThan(2); // each was replaced
    });

    test('one value more than there are keys', async () => {
      await readAgainst((connection, _request, polite) => {
        return connection.write(Buffer.concat([other, polite]));
      }, keys);
    });

    test('every value twice', async () => {
      await readAgainst((connection, request, polite) => {
        const values = request.keys.map((key) => valueReply(protocol, key));
        return connection.write(Buffer.concat([...values, polite]));
      }, keys);
    });

    test('the reply to a later get behind it', async () => {
      await readAgainst((connection, _request, polite) => {
        return connection.write(Buffer.concat([polite, polite]));
      }, keys);
    });
  });

  describe('F24 what is no memcached:', () => {
    test.each([
      ['garbage', '\x00\x01garbage\xff'.repeat(10)],
      ['lines of garbage', 'what do you mean?\r\n'.repeat(10)],
      ['a server of HTTP', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
      ['a server of TLS', '\x15\x03\x03\x00\x02\x02\x32'],
      ['a server that speaks first', '220 mail.example.org ESMTP\r\n', 0],
    ])('%s', async (_what, reply, requested = 1) => {
      const server = await startScriptedServer(async (connection) => {
        await connection.readBytes(requested);
        await connection.write(reply);
        connection.end();
      });
      onTestFinished(() => server.stop());
      const client = openClient(server.server, { ...options, timeout });
      const oracle = new Oracle(client, { timeout });
      for (const key of freshKeys(10)) {
        await oracle.read(key);
        await oracle.write(`${key}-written`);
      }
      const errors = await oracle.errors(['PROTOCOL', 'CONNECTION', 'SERVER_DOWN']);
      expect(errors).toHaveLength(20);
      expect(errors.map(({ code }) => code)).not.toEqual(errors.map(() => 'SERVER_DOWN'));
      await isDown(client);
      await server.stop();
      const memcached = await startMemcached({ port: server.port });
      onTestFinished(() => memcached.stop());
      await oracle.checkRecovery();
    });
  });
});

const binaryVariants = variants.filter(({ options }) => protocolOf(options) === 'binary');
const textVariants = variants.filter(({ options }) => protocolOf(options) === 'text');

// Of the other engine libmemcached reads the replies, which may end the process (F26, F27).
describe.each(textVariants.slice(0, 1))('F24 $name: a byte of a reply becomes', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test.each([
    ['NUL', '\0'],
    ['a blank', ' '],
    ['CR', '\r'],
    ['another digit', '9'],
  ])('%s', async (_what, other) => {
    const size = 10;
    const server = await ownServer();
    const calm = openClient(server.server, options);
    for (const key of ['one', 'two']) await calm.set(key, valueFor(key, size));
    const proxy = await startProxy(server.server);
    onTestFinished(() => proxy.stop());
    const header = `VALUE one 0 ${size}\r\n`;
    for (let at = 0; at < header.length; at += 1) {
      if (header[at] === other) continue;
      proxy.setFaults({ swap: { at, to: other.charCodeAt(0) } });
      const own = { timeout: 200, connections: 1, shared: false };
      const client = openClient(proxy.server, { ...options, ...own });
      const oracle = new Oracle(client, { ...own, size });
      void oracle.read('one'); // the three are under way at the same time, on one connection
      void oracle.read('two');
      void oracle.write(freshKey());
      const errors = await oracle.errors(['PROTOCOL', 'TIMEOUT', 'CONNECTION', 'DECODE']);
      expect(errors.length, `byte ${at} is noticed`).toBeGreaterThan(0);
      proxy.setFaults({});
      await oracle.checkRecovery(['one', 'two']);
      await oracle.checkTruth(server);
      await client.close();
    }
  });
});

describe.each(binaryVariants)('F22 $name: a reply with', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test.each([
    ['BUSY', 0x85],
    ['a temporary failure', 0x86],
    ['an unknown status', 0x99],
  ])('%s', async (_what, status) => {
    const { server, client } = await start(options);
    const connections = server.accepted;
    server.rudeness = (connection, request) => connection.write(refusal(request, status));
    const [read, write] = await failures([client.get('key'), client.set('key', 'value')]);
    expect(read?.code).toMatch(/^(SERVER_ERROR|PROTOCOL)$/);
    expect(write?.code).toMatch(/^(SERVER_ERROR|PROTOCOL)$/);
    server.rudeness = undefined;
    await recovers(client);
    expect(server.accepted).toBeGreaterThan(connections); // replaced
  });
});

describe.each(textVariants)('F23 $name: a get that is answered with', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test.each([
    ['SERVER_ERROR out of luck', ['SERVER_ERROR']],
    ['SERVER_ERROR', ['SERVER_ERROR']],
    ['SERVER_ERROR out of memory writing get response', ['OUT_OF_MEMORY']],
    ['CLIENT_ERROR bad command line format', ['PROTOCOL']],
    ['ERROR', ['PROTOCOL', 'UNSUPPORTED']],
    ['ERROR Too many open connections', ['PROTOCOL', 'CONNECTION']],
  ])('%s', async (reply, codes) => {
    const { server, client } = await start(options);
    server.rudeness = (connection) => connection.write(`${reply}\r\n`);
    const error = await failure(client.get('key'));
    expect(codes).toContain(error.code);
    expect(error.maybeApplied).toBe(false);
    const found = await client.getMulti(['one', 'two']);
    expect(found.missing).toEqual([]);
    expect(found.errors.size).toBe(2);
    server.rudeness = undefined;
    await recovers(client);
  });
});
