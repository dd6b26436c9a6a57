// A server's words end up in logs: they may not change what a log says, or what a terminal does.
import { startScriptedServer } from 'libmemcached/testing';
import { expect, onTestFinished, test } from 'vitest';
import { variants } from '../support/variants';
import { failure, openClient } from './helpers';

const inText = variants.filter(({ options }) => options.protocol === 'text');

test.each(inText)(
  'the words of a server have no control characters, $name',
  async ({ options }) => {
    const server = await startScriptedServer(async (connection) => {
      for (;;) {
        const isFirstQuestion = (await connection.readLine()) === 'get libmemcached:hello';
        const words = 'SERVER_ERROR before\rlogin: root\x1b[2J\x07\x9b\0after';
        await connection.write(isFirstQuestion ? 'END\r\n' : `${words}\r\n`);
      }
    });
    onTestFinished(() => server.stop());
    const client = openClient(server.server, { ...options, connections: 1, shared: false });
    const error = await failure(client.delete('key'));
    expect(error).toMatchObject({ code: 'SERVER_ERROR', server: server.server });
    expect(error.message).toContain('before');
    expect(error.message).not.toMatch(/\p{Cc}/u);
  },
);
