import { describe, expect, test } from 'vitest';
import { ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { variants } from '../support/variants';

/** Lines that define `block(milliseconds)`, which keeps the event loop from everything else. */
const block = `
  const block = (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };`;

describe.each(variants)('$name', ({ options }) => {
  test('F50 an event loop that is blocked beyond the deadlines: what was answered in time counts', async () => {
    const server = await ownServer();
    const main = `${block}
      const client = ${newClient(server, { ...options, timeout: 1000 })};
      await client.set('key', 'value', { timeout: 10_000 });
      const asked = [
        ...Array.from({ length: 100 }, () => client.get('key')),
        ...Array.from({ length: 100 }, (_, n) => client.set('key-' + n, n)),
        client.getMulti(['key', 'absent']).then((found) => found.get('key')),
      ];
      await new Promise(process.nextTick); // they are handed over
      block(2000);
      console.log(new Set(await Promise.all(asked)));`;
    expect(await runMain(main)).toEqual(quietEnd(`Set(2) { 'value', true }\n`));
  });

  test('F50 an event loop that is blocked beyond the deadlines: what was not is a timeout', async () => {
    const server = await ownServer();
    // The server answers again long before the event loop does.
    const main = `${block}
      const client = ${newClient(server, { ...options, timeout: 500 })};
      await client.set('key', 'value', { timeout: 10_000 });
      process.kill(${server.pid}, 'SIGSTOP');
      await sleep(50); // the signal has reached all of its threads
      const asked = [client.get('key'), client.set('other', 1)];
      await new Promise(process.nextTick); // they are handed over
      block(1500);
      process.kill(${server.pid}, 'SIGCONT');
      block(1500);
      const outcomes = await Promise.allSettled(asked);
      console.log(JSON.stringify(outcomes.map(({ reason }) => [reason?.code, reason?.maybeApplied])));
      while (!(await client.has('key').catch(() => false))) await sleep(10);`;
    const ending = await runMain(main).finally(() => process.kill(server.pid, 'SIGCONT'));
    expect(ending).toEqual(quietEnd('[["TIMEOUT",false],["TIMEOUT",true]]\n'));
  });
});
