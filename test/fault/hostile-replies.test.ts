import { startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Ending, runScript } from '../contract/helpers';
import { variants } from '../support/variants';

const textVariants = variants.filter(({ options }) => options.protocol === 'text');
const [pipelined, libmemcached] = textVariants.map(({ options }) => options);
const binary = variants.find(({ options }) => options.protocol === 'binary')?.options;

/** A server that answers every command of the text protocol with the same words. */
async function textServer(reply: string): Promise<string> {
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      const line = await connection.readLine();
      if (/^(set|add|append|cas) /.test(line)) await connection.readLine();
      // The first question of the libmemcached engine is none of an operation's.
      const isFirst = line.startsWith('get libmemcached:');
      await connection.write(isFirst ? 'END\r\n' : reply);
    }
  });
  onTestFinished(() => server.stop());
  return server.server;
}

/** A server that answers every request of the binary protocol with the same bytes. */
async function binaryServer(reply: Buffer): Promise<string> {
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      const header = await connection.readBytes(24);
      await connection.readBytes(header.readUInt32BE(8));
      await connection.write(reply);
    }
  });
  onTestFinished(() => server.stop());
  return server.server;
}

/** A process of its own calls `operation` of a client and prints what it answers, or its error's code. */
function ask(server: string, options: object | undefined, operation: string): Promise<Ending> {
  return runScript(`
    const client = new Client('${server}', ${JSON.stringify({ ...options, timeout: 2000 })});
    client.${operation}
      .then((answer) => console.log('answered', answer))
      .catch(({ code, maybeApplied }) => console.log(code, maybeApplied))
      .then(() => client.close())
      .then(() => console.log(process.resourceUsage().maxRSS < 500_000 ? 'small' : 'large'));`);
}

const survived = { code: 0, signal: null, stderr: '' };

describe('F26: a set that is answered with what belongs to another command', () => {
  const replies = ['END', 'OK', 'TOUCHED'];

  test.each(replies)('%s fails with PROTOCOL on the pipelined engine', async (reply) => {
    const server = await textServer(`${reply}\r\n`);
    expect(await ask(server, pipelined, "set('key', 'value')")).toEqual({
      ...survived,
      stdout: 'PROTOCOL true\nsmall\n',
    });
  });

  // libmemcached asserts, and Debian builds it so (H15): the process is gone before anybody can tell.
  test.each(replies)('%s aborts a process with libmemcached’s text protocol', async (reply) => {
    const server = await textServer(`${reply}\r\n`);
    const ending = await ask(server, libmemcached, "set('key', 'value')");
    expect(ending).toMatchObject({ code: null, signal: 'SIGABRT', stdout: '' });
    expect(ending.stderr).toContain('libmemcached/storage.cc');
  });
});

describe('F27: a reply that declares impossible lengths', () => {
  const replies: [what: string, reply: string][] = [
    ['a key of 60,000 bytes', `VALUE ${'k'.repeat(60_000)} 0 1\r\nx\r\nEND\r\n`],
    ['a value of 4 GB', 'VALUE key 0 4294967296\r\nx\r\nEND\r\n'],
    ['a value of 2^64 bytes', 'VALUE key 0 18446744073709551616\r\nx\r\nEND\r\n'],
    ['a value of less than nothing', 'VALUE key 0 -1\r\nx\r\nEND\r\n'],
  ];

  test.each(replies)(
    '%s fails with PROTOCOL on the pipelined engine, in no memory',
    async (_what, reply) => {
      expect(await ask(await textServer(reply), pipelined, "get('key')")).toEqual({
        ...survived,
        stdout: 'PROTOCOL false\nsmall\n',
      });
    },
  );

  // libmemcached checks neither (H14), and may overrun its buffers: what remains is that nothing is
  // ever taken for data, in a process that lives or in one that dies of it.
  test.each(replies)(
    '%s is not taken for data by libmemcached’s text protocol',
    async (_what, reply) => {
      expectNoData(await ask(await textServer(reply), libmemcached, "get('key')"));
    },
  );

  test.each<[string, Buffer]>([
    ['a key of 60,000 bytes', binaryReply({ keyLength: 60_000, bodyLength: 60_004 })],
    ['a body of 4 GB', binaryReply({ keyLength: 3, bodyLength: 0xffffffff })],
    ['a key that is longer than its body', binaryReply({ keyLength: 250, bodyLength: 8 })],
  ])('%s is not taken for data by libmemcached’s binary protocol', async (_what, reply) => {
    expectNoData(await ask(await binaryServer(reply), binary, "get('key')"));
  });
});

function expectNoData({ signal, stdout }: Ending): void {
  expect(signal ?? stdout).toMatch(/^(SIGABRT|SIGSEGV|[A-Z_]+ false\n(small|large)\n)$/);
}

/** A reply to a GETKQ, with a few bytes of what it declares. */
function binaryReply({ keyLength, bodyLength }: { keyLength: number; bodyLength: number }): Buffer {
  const reply = Buffer.alloc(24 + 64, 'x');
  reply.fill(0, 0, 28);
  reply.writeUInt8(0x81, 0);
  reply.writeUInt8(0x0d, 1);
  reply.writeUInt16BE(keyLength, 2);
  reply.writeUInt8(4, 4); // extras: the flags
  reply.writeUInt32BE(bodyLength, 8);
  return reply;
}
