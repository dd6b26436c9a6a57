import type { ClientOptions, MemcachedError } from 'libmemcached';
import { startProxy } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure, failures, openClient, ownServer } from '../contract/helpers';
import { startSaslMemcached } from '../support/sasl';
import { variants } from '../support/variants';
import { resourcesReturn, warmUp } from './oracle';

const limits = { timeout: 300, connectTimeout: 300 };

/** Reads and writes fail, all of them, with one of the codes, and nothing is taken for a miss. */
async function expectRefusals(
  server: string,
  options: ClientOptions,
  codes: readonly string[],
): Promise<MemcachedError[]> {
  const client = openClient(server, { ...options, ...limits });
  const errors: MemcachedError[] = [];
  for (let round = 0; round < 5; round += 1) {
    errors.push(...(await failures([client.get('key'), client.set('key', 1), client.has('key')])));
    const { missing, errors: ofKeys } = await client.getMulti(['a', 'b']);
    expect(missing).toEqual([]);
    errors.push(...ofKeys.values());
  }
  expect(errors.map(({ code }) => code).filter((code) => !codes.includes(code))).toEqual([]);
  return errors;
}

describe.each(variants)('F31 a server of the other protocol, $name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  test('is an error that says so, and then down', async () => {
    const other = options.protocol === 'text' ? 'binary' : 'ascii';
    const server = await ownServer({ args: ['-B', other] });
    const errors = await expectRefusals(server.server, options, [
      'CONNECTION',
      'PROTOCOL',
      'TIMEOUT',
      'SERVER_DOWN',
    ]);
    expect(errors[0]?.message).toMatch(/protocol/);
    expect(errors.at(-1)?.code).toBe('SERVER_DOWN');
  });
});

describe('F32 authentication', () => {
  const credentials = { user: 'app', password: 'correct horse battery staple' };
  const right = { username: credentials.user, password: credentials.password };

  async function saslServer() {
    const server = await startSaslMemcached(credentials);
    onTestFinished(() => server.stop());
    return server;
  }

  test('with a wrong password fails all, without a storm of connections', async () => {
    const server = await saslServer();
    const proxy = await startProxy(server.server);
    onTestFinished(() => proxy.stop());
    const wrong = { ...right, password: 'wrong', shared: false };
    await expectRefusals(proxy.server, wrong, ['AUTHENTICATION']);
    const client = openClient(proxy.server, { ...wrong, ...limits });
    for (let n = 0; n < 300; n += 1) {
      expect((await failure(client.get(`key-${n}`))).code).toBe('AUTHENTICATION');
    }
    expect(proxy.accepted).toBeLessThan(100);
    expect(await openClient(server.server, right).set('key', 'value')).toBe(true);
  });

  test('with a password for a server that asks for none is an error', async () => {
    const server = await ownServer();
    await expectRefusals(server.server, right, ['AUTHENTICATION', 'UNSUPPORTED']);
  });

  test.each(variants)('that is left out is an error, $name', async ({ options }) => {
    const server = await saslServer();
    const codes =
      options.protocol === 'binary'
        ? ['AUTHENTICATION']
        : ['CONNECTION', 'PROTOCOL', 'TIMEOUT', 'SERVER_DOWN']; // it speaks binary only
    await expectRefusals(server.server, options, codes);
  });
});
