import { setTimeout as sleep } from 'node:timers/promises';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKey, freshKeys } from '../contract/helpers';
import { variants } from '../support/variants';
import { Oracle, observedServer, resourcesReturn, warmUp } from './oracle';

const timeout = 1000;
const size = 100 * 1024;
const lost = ['CONNECTION', 'SERVER_DOWN'];

describe.each(variants)('$name', ({ options }) => {
  warmUp(options);
  resourcesReturn();

  const start = () => observedServer(options, { timeout, size });

  async function restart({ port }: MemcachedServer): Promise<MemcachedServer> {
    const again = await startMemcached({ port, memory: 256 });
    onTestFinished(() => again.stop());
    return again;
  }

  test('F08 a server that is killed in the middle of a batch of gets', async () => {
    const { server, oracle, present } = await start();
    await Promise.race(present.map((key) => oracle.read(key)));
    const killed = server.kill();
    for (const key of present) void oracle.read(key);
    await killed;
    await oracle.read(present[0] as string);
    expect((await oracle.errors(lost)).length).toBeGreaterThan(0);
    await restart(server);
    await oracle.checkRecovery();
  });

  test('F09 a server that is killed in the middle of a batch of writes', async () => {
    const { server, oracle, present } = await start();
    const [first, ...rest] = present;
    const acknowledged = Promise.race(freshKeys(100).map((key) => oracle.write(key)));
    for (const key of rest) void oracle.remove(key); // which never says that it was not there
    await acknowledged;
    await server.kill();
    await oracle.remove(first as string);
    expect((await oracle.errors(lost)).length).toBeGreaterThan(0);
    await restart(server);
    await oracle.checkRecovery();
  });

  test('F10 a server that is killed and started again at once, under load', async () => {
    let { server, client } = await start();
    let stopping = false;
    let generation = new Oracle(client, { timeout, size: 100 });
    const generations = [generation];
    const callers = Array.from({ length: 16 }, async () => {
      while (!stopping) {
        await generation.write(freshKey());
        await sleep(1); // a refused write settles at once
      }
    });
    for (let round = 0; round < 3; round += 1) {
      await sleep(200);
      await server.kill();
      server = await restart(server);
      // What is issued from here on and acknowledged must be in the new server.
      generation = new Oracle(client, { timeout, size: 100 });
      generations.push(generation);
      await generation.checkRecovery();
    }
    await sleep(200);
    stopping = true;
    await Promise.all(callers);
    await Promise.all(generations.map((oracle) => oracle.errors(lost)));
    await generation.checkTruth(server);
  });
});
