import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { variants } from '../support/variants';
import { compile } from './compile';

const signalThreads = compile('signal-threads');

describe.each(variants)('$name', ({ options }) => {
  test('F47 signals to all threads every 50 ms, and a profiler', async () => {
    const server = await ownServer();
    const profiles = mkdtempSync(join(tmpdir(), 'profiles-'));
    onTestFinished(() => rmSync(profiles, { recursive: true }));
    // A poll that a signal prolongs by its whole timeout never ends: the program is then killed.
    const main = `
      let signals = 0;
      process.on('SIGUSR2', () => { signals++; });
      const { once } = require('node:events');
      const helper = require('node:child_process').spawn(${JSON.stringify(signalThreads)}, [process.pid]);
      const client = ${newClient(server, { ...options, timeout: 300 })};
      await client.set('key', 'value', { timeout: 10_000 });
      process.kill(${server.pid}, 'SIGSTOP');
      const codes = new Set();
      for (let round = 0; round < 3; round++) {
        const asked = [client.get('key'), client.set('key', 'other'), client.touch('key', 60)];
        for (const outcome of await Promise.allSettled(asked)) codes.add(outcome.reason?.code);
      }
      process.kill(${server.pid}, 'SIGCONT');
      while (!(await client.set('key', 'value').catch(() => false))) await sleep(10);
      helper.kill();
      await once(helper, 'exit');
      console.log([...codes].every((code) => /^(TIMEOUT|SERVER_DOWN)$/.test(code)), signals >= 5);
      process.exit();`;
    const flags = ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const ending = await runMain(main, { flags }).finally(() =>
      process.kill(server.pid, 'SIGCONT'),
    );
    expect(ending).toEqual(quietEnd('true true\n'));
    expect(readdirSync(profiles)).toHaveLength(1);
  });
});
