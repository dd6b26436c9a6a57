import {
  type MemcachedServer,
  type ScriptedServer,
  startMemcached,
  startScriptedServer,
} from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKeys, openClient, ownServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { fillBacklog } from './fillBacklog';
import { isDown, Oracle, recovers, resourcesReturn, warmUp } from './oracle';
import { PoliteServer } from './politeServer';

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  const silent = async (): Promise<ScriptedServer> => {
    const server = await startScriptedServer(() => {});
    onTestFinished(() => server.stop());
    return server;
  };

  /** A memcached in the place of a server that has gone. */
  async function takeOver(port: number): Promise<MemcachedServer> {
    const server = await startMemcached({ port });
    onTestFinished(() => server.stop());
    return server;
  }

  test('F01 a server that does not listen', async () => {
    const nobody = await silent();
    await nobody.stop();
    // An hour: what settles has not waited for its deadline.
    const timeout = 3_600_000;
    const client = openClient(nobody.server, { ...options, timeout, connectTimeout: timeout });
    const oracle = new Oracle(client, { timeout });
    for (const key of freshKeys(5)) {
      await oracle.read(key);
      await oracle.write(key);
    }
    const errors = await oracle.errors(['CONNECTION', 'SERVER_DOWN']);
    expect(errors).toHaveLength(10);
    expect(errors[0]?.code).toBe('CONNECTION');
    expect(errors.filter(({ maybeApplied }) => maybeApplied)).toEqual([]);
    await isDown(client);
    await takeOver(nobody.port);
    await oracle.checkRecovery();
  });

  test('F02 a server whose kernel drops what asks for a connection', async () => {
    const server = await ownServer({ args: ['-b', '1'] });
    await server.suspend();
    const [timeout, connectTimeout] = [2000, 300];
    const fill = await fillBacklog(server);
    const client = openClient(server.server, { ...options, timeout, connectTimeout });
    // A lane of libmemcached may try once more, before the breaker opens.
    const attempts = options.engine === 'libmemcached' ? 2 : 1;
    const oracle = new Oracle(client, { timeout: attempts * connectTimeout });
    for (const key of freshKeys(10)) void oracle.write(key);
    const errors = await oracle.errors(['CONNECTION', 'TIMEOUT', 'SERVER_DOWN']);
    expect(errors).toHaveLength(10);
    expect(errors.filter(({ maybeApplied }) => maybeApplied)).toEqual([]);
    for (const socket of fill) socket.destroy();
    server.resume();
    await oracle.checkRecovery();
    await oracle.checkTruth(server);
  });

  test('F03 a server that accepts and never answers', async () => {
    const server = await silent();
    const timeout = 300;
    const client = openClient(server.server, { ...options, timeout });
    const oracle = new Oracle(client, { timeout });
    for (const key of freshKeys(10)) void oracle.write(key);
    const errors = await oracle.errors(['TIMEOUT', 'CONNECTION', 'SERVER_DOWN']);
    expect(errors).toHaveLength(10);
    expect(errors.map(({ code }) => code)).toContain('TIMEOUT');
    // The libmemcached engine asks a first question, and has sent no byte of a write.
    const applied = errors.some(({ maybeApplied }) => maybeApplied);
    expect(applied).toBe(options.engine === 'pipelined');
    await isDown(client);
    await server.stop();
    await takeOver(server.port);
    await oracle.checkRecovery();
  });

  test('F03 a server that has answered and then never answers', async () => {
    const server = await PoliteServer.start(options.protocol === 'binary' ? 'binary' : 'text');
    const timeout = 300;
    const client = openClient(server.server, { ...options, timeout });
    await recovers(client); // connected
    const oracle = new Oracle(client, { timeout });
    server.rudeness = () => {};
    for (const key of freshKeys(10)) void oracle.write(key);
    const errors = await oracle.errors(['TIMEOUT', 'CONNECTION', 'SERVER_DOWN']);
    expect(errors).toHaveLength(10);
    expect(errors.filter(({ code }) => code === 'TIMEOUT')[0]?.maybeApplied).toBe(true);
    await isDown(client);
    server.rudeness = undefined;
    await oracle.checkRecovery();
  });
});
