import { describe, expect, test } from 'vitest';
import { ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { variants } from '../support/variants';
import { compile } from './compile';

const steppingClock = compile('stepping-clock', ['-shared', '-fPIC']);
const preload = [steppingClock];

describe.each(variants)('$name', ({ options }) => {
  test('F48 a wall clock that steps by hours: nothing ends too early', async () => {
    const server = await ownServer();
    const main = `
      const client = ${newClient(server, { ...options, timeout: 10_000 })};
      const hours = new Set();
      const start = { wall: Date.now(), steady: performance.now() };
      await client.set('key', 'value', 60);
      while (hours.size < 3) {
        const wall = Date.now() - start.wall - (performance.now() - start.steady);
        hours.add(Math.round(wall / 3_600_000));
        const answers = Array.from({ length: 50 }, () => client.get('key'));
        if ((await Promise.all(answers)).some((answer) => answer !== 'value')) throw new Error('lost');
      }
      console.log(hours.size);`;
    expect(await runMain(main, { preload })).toEqual(quietEnd('3\n'));
  });

  test('F48 a wall clock that steps by hours: deadlines and breaker keep their time', async () => {
    const server = await ownServer();
    // Whatever waits for an hour is not seen to end.
    const main = `
      const { once } = require('node:events');
      const client = ${newClient(server, { ...options, timeout: 300 })};
      await client.set('key', 'value', { timeout: 10_000 });
      for (let round = 0; round < 2; round++) {
        process.kill(${server.pid}, 'SIGSTOP');
        const down = once(client, 'serverDown');
        const failed = async () => {
          const { code } = await client.get('key').catch((error) => error);
          if (!/^(TIMEOUT|SERVER_DOWN)$/.test(code)) throw new Error(code);
        };
        let isDown = false;
        down.then(() => { isDown = true; });
        while (!isDown) { await failed(); await sleep(1); }
        await failed();
        const up = once(client, 'serverUp');
        process.kill(${server.pid}, 'SIGCONT');
        const idle = setInterval(() => {}, 1000); // an idle client does not keep the program alive
        await up;
        clearInterval(idle);
        console.log(await client.get('key', { timeout: 10_000 }));
      }`;
    const ending = await runMain(main, { preload }).finally(() =>
      process.kill(server.pid, 'SIGCONT'),
    );
    expect(ending).toEqual(quietEnd('value\nvalue\n'));
  });
});
