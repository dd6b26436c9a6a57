import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  failure,
  freshKey,
  freshKeys,
  openClient,
  ownServer,
  serverStats,
  storedItem,
} from '../contract/helpers';
import { variants } from '../support/variants';
import { isDown, observedServer, recovers, resourcesReturn, warmUp } from './oracle';

const timeout = 300;
const kilobyte = 1024;

/** What a server that answers nothing may be blamed for. */
const silent = ['TIMEOUT', 'CONNECTION', 'SERVER_DOWN'];

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  const start = (size: number) => observedServer(options, { timeout, size });

  test('F04 a server that is stopped while idle and goes on later', async () => {
    const { server, client, oracle, present } = await start(100);
    await server.suspend();
    oracle.mix(present);
    expect((await oracle.errors(silent)).map(({ code }) => code)).toContain('TIMEOUT');
    await isDown(client);
    await sleep(1000);
    server.resume();
    await oracle.checkRecovery(present);
    await oracle.checkTruth(server);
  });

  test('F05 a server that is stopped in the middle of a batch of gets', async () => {
    const { server, oracle, present } = await start(100 * kilobyte);
    await Promise.race(present.map((key) => oracle.read(key)));
    await server.suspend();
    for (const key of present) void oracle.read(key);
    expect((await oracle.errors(silent)).length).toBeGreaterThanOrEqual(present.length);
    server.resume();
    await oracle.checkRecovery(present);
  });

  test('F06 a server that is stopped in the middle of a batch of writes', async () => {
    const { server, oracle } = await start(100 * kilobyte);
    await Promise.race(freshKeys(100, 'first').map((key) => oracle.write(key)));
    await server.suspend();
    for (const key of freshKeys(100, 'second')) void oracle.write(key);
    const errors = await oracle.errors(silent);
    expect(errors.length).toBeGreaterThanOrEqual(100);
    expect(errors.some(({ maybeApplied }) => maybeApplied)).toBe(true);
    server.resume();
    await oracle.checkRecovery();
    await oracle.checkTruth(server);
  });

  test('F07 a write that timed out may land behind a later one, and is never repeated', async () => {
    const server = await ownServer({ threads: 4 });
    const client = openClient(server.server, { ...options, timeout });
    await recovers(client);
    const [key, before] = [freshKey(), Number((await serverStats(server)).get('cmd_set'))];
    await server.suspend();
    expect(await failure(client.set(key, 'first'))).toMatchObject({
      code: 'TIMEOUT',
      maybeApplied: true,
    });
    server.resume();
    expect(await client.set(key, 'second', { timeout: 10_000 })).toBe(true);
    expect((await storedItem(server, key))?.data).toMatch(/^(first|second)$/);
    expect(Number((await serverStats(server)).get('cmd_set')) - before).toBeLessThanOrEqual(2);
  });

  test.each([64, 200, 600])(
    'F18 writes of %i KB to a server that does not read leave no corrupted value',
    async (size) => {
      const { server, oracle, present } = await start(size * kilobyte);
      await server.suspend();
      for (const key of freshKeys(60)) void oracle.write(key);
      const errors = await oracle.errors(silent);
      expect(errors).toHaveLength(60);
      expect(errors.some(({ maybeApplied }) => maybeApplied)).toBe(true);
      server.resume();
      await oracle.checkRecovery(present);
      await oracle.checkTruth(server);
    },
  );
});
