import { beforeAll, describe, expect, test } from 'vitest';
import { oneServer, ownServer, whileStopped } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { stalls } from '../support/stalls';
import { variants } from '../support/variants';
import { timed, watch } from './elapsed';

/** Milliseconds that closing takes at most. */
const soon = 100;

beforeAll(() => stalls.ready);

describe.each(variants)('$name', ({ options }) => {
  const cache = oneServer(options);
  const own = { ...options, shared: false };

  test('F43 close with 10,000 operations in flight', async () => {
    const main = `
      const client = ${newClient(cache.server, { ...own, timeout: 10_000 })};
      const check = ${newClient(cache.server, { ...options, timeout: 10_000 })};
      await Promise.all([client.set('first', 1), check.ping()]);
      let settled = 0;
      const count = () => { settled++; };
      const ask = async (n) => {
        const key = 'key-' + n;
        const outcome = n % 2 === 0 ? client.set(key, n) : client.add(key, n);
        outcome.then(count, count);
        const told = ({ code, maybeApplied }) => (code === 'CLOSED' ? maybeApplied && 'maybe' : code);
        return [key, await outcome.catch(told)];
      };
      const outcomes = Array.from({ length: 10_000 }, (_, n) => ask(n));
      await sleep(1);
      await client.close({ timeout: 0 });
      await new Promise(setImmediate);
      const settledByClose = settled;
      const stored = new Map(await Promise.all(outcomes));
      // What was sent when the client was closed may arrive at the server a moment later.
      await sleep(200);
      const found = await check.getMulti([...stored.keys()]);
      for (const [key, said] of stored) {
        if (said !== 'maybe' && said !== found.has(key)) throw new Error(key + ' ' + said);
      }
      await check.close();
      await untilGivenBack();
      console.log(settledByClose, settled);`;
    expect(await runMain(main)).toEqual(quietEnd('10000 10000\n'));
  });

  test('F44 close against a stopped server', async () => {
    const server = await ownServer();
    // An hour: whatever waits for a deadline is not seen to end.
    const main = `${watch}
      const client = ${newClient(server, { ...own, timeout: 3_600_000, connectTimeout: 3_600_000 })};
      await client.set('first', 1);
      process.kill(${server.pid}, 'SIGSTOP');
      const large = 'x'.repeat(500_000);
      const outcomes = Array.from({ length: 100 }, (_, n) => client.set('key-' + n, large));
      outcomes.push(client.get('first'), client.stats(), client.getMulti(['a', 'b']));
      const codes = outcomes.map((outcome) => outcome.catch(({ code }) => code));
      await sleep(50);
      const start = now();
      await client.close({ timeout: 0 });
      tellElapsed(start);
      console.log(new Set((await Promise.all(codes)).filter((code) => typeof code === 'string')));
      await untilGivenBack();`;
    const run = await runMain(main).finally(() => process.kill(server.pid, 'SIGCONT'));
    const { elapsed, ending } = timed(run);
    expect(ending).toEqual(quietEnd(`Set(1) { 'CLOSED' }\n`));
    expect(elapsed).toBeLessThanOrEqual(soon);
  });

  test('F44 close while connecting to a stopped server', async () => {
    const server = await ownServer();
    const main = `${watch}
      const client = ${newClient(server, { ...own, timeout: 3_600_000, connectTimeout: 3_600_000 })};
      const outcome = client.get('key').catch(({ code }) => code);
      await sleep(50);
      const start = now();
      await client.close({ timeout: 0 });
      tellElapsed(start);
      console.log(await outcome);
      await untilGivenBack();`;
    const { elapsed, ending } = timed(await whileStopped(server, () => runMain(main)));
    expect(ending).toEqual(quietEnd('CLOSED\n'));
    expect(elapsed).toBeLessThanOrEqual(soon);
  });
});
