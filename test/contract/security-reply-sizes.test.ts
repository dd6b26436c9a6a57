// What a server says about sizes costs no memory, and what it sends without end, a bounded amount.
import type { ClientOptions } from 'libmemcached';
import { type ScriptedConnection, startScriptedServer } from 'libmemcached/testing';
import { expect, onTestFinished, test } from 'vitest';
import { variants } from '../support/variants';
import { runScript } from './helpers';

type Answer = (connection: ScriptedConnection) => Promise<void>;

const megabyte = 2 ** 20;

/** Says it again and again, until the client has had enough of it. */
function endless(text: string): Answer {
  const bytes = text.repeat(Math.ceil(65_536 / text.length));
  return async (connection) => {
    for (;;) await connection.write(bytes);
  };
}

function once(text: string): Answer {
  return (connection) => connection.write(text);
}

interface Hostility {
  name: string;
  ask: 'get' | 'stats';
  answer: Answer;
}

const inText: Hostility[] = [
  { name: 'a value of 4 GiB', ask: 'get', answer: once('VALUE key 0 4294967296\r\nx') },
  { name: 'a value of 4 GiB - 1', ask: 'get', answer: once('VALUE key 0 4294967295\r\nx') },
  { name: 'a value of 1 GiB', ask: 'get', answer: once('VALUE key 0 1073741824\r\nx') },
  { name: 'a value of 2^64', ask: 'get', answer: once('VALUE key 0 18446744073709551616\r\nx') },
  { name: 'a line without end', ask: 'get', answer: endless('VALUE') },
  { name: 'values without end', ask: 'get', answer: endless('VALUE other 0 9\r\n123456789\r\n') },
  { name: 'statistics without end', ask: 'stats', answer: endless('STAT name value\r\n') },
  { name: 'a statistic without end', ask: 'stats', answer: endless('STAT ') },
];

const inBinary: Hostility[] = [
  { name: 'a value of 4 GiB - 1', ask: 'get', answer: binaryValue(2 ** 32 - 1) },
  { name: 'a value of 1 GiB', ask: 'get', answer: binaryValue(2 ** 30) },
];

/** The header of the reply to a quiet get, and a little of what it promises. */
function binaryValue(length: number): Answer {
  const reply = Buffer.alloc(24 + 16);
  reply.writeUInt8(0x81, 0);
  reply.writeUInt8(0x0d, 1);
  reply.writeUInt8(4, 4); // the flags
  reply.writeUInt32BE(length, 8);
  return (connection) => connection.write(reply);
}

const noop = 0x0a;

/** Lets a client in that asks something of its own first, and gives `answer` to what comes next. */
async function hostileServer(protocol: string, answer: Answer): Promise<string> {
  const read = protocol === 'binary' ? readBinary : readText;
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      const request = await read(connection);
      if (request.isFirstQuestion) await connection.write(request.miss);
      else await answer(connection);
    }
  });
  onTestFinished(() => server.stop());
  return server.server;
}

async function readText(connection: ScriptedConnection) {
  const line = await connection.readLine();
  return { isFirstQuestion: line === 'get libmemcached:hello', miss: 'END\r\n' };
}

/** One quiet get and the noop behind it. */
async function readBinary(connection: ScriptedConnection) {
  let isFirstQuestion = false;
  for (;;) {
    const header = await connection.readBytes(24);
    const body = await connection.readBytes(header.readUInt32BE(8));
    if (header.readUInt8(1) === noop) {
      const miss = Buffer.alloc(24);
      miss.writeUInt8(0x81, 0);
      miss.writeUInt8(noop, 1);
      return { isFirstQuestion, miss };
    }
    isFirstQuestion = body.toString('latin1').endsWith('libmemcached:hello');
  }
}

/** Asks each server in turn and prints what came of it, and by how much memory has ever grown. */
function script(options: ClientOptions, asked: { server: string; ask: string }[]): string {
  return `
    const { readFileSync } = require('node:fs');
    const kilobytes = (name) =>
      Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const options = { ...${JSON.stringify(options)}, timeout: 500, connections: 1, shared: false };
    (async () => {
      const outcomes = [];
      const before = kilobytes('VmRSS');
      for (const { server, ask } of ${JSON.stringify(asked)}) {
        const client = new Client(server, options);
        const asking = ask === 'get' ? client.get('key') : client.stats().then((all) => [...all.values()][0]);
        outcomes.push(await asking.then((answer) => answer?.code ?? 'answered', (error) => error.code));
        await client.close({ timeout: 0 });
      }
      console.log(JSON.stringify({ outcomes, grown: kilobytes('VmHWM') - before }));
    })();`;
}

test.each(variants)('sizes cost an error each, and no memory, $name', async ({ options }) => {
  const hostilities = options.protocol === 'binary' ? inBinary : inText;
  const asked = await Promise.all(
    hostilities.map(async ({ ask, answer }) => ({
      server: await hostileServer(options.protocol as string, answer),
      ask,
    })),
  );
  const ending = await runScript(script(options, asked));
  expect(ending, ending.stderr).toMatchObject({ code: 0, signal: null });
  const { outcomes, grown } = JSON.parse(ending.stdout) as { outcomes: string[]; grown: number };
  hostilities.forEach(({ name }, index) => {
    expect(outcomes[index], name).toMatch(/^(PROTOCOL|TIMEOUT|CONNECTION|UNSUPPORTED)$/);
  });
  expect(grown * 1024).toBeLessThan(64 * megabyte);
});
