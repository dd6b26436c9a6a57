import { describe, expect, test } from 'vitest';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import {
  connectionsOf,
  expectConnections,
  freshKeys,
  oneServer,
  openClient,
  ownServer,
  runScript,
  storedItem,
  whileStopped,
} from './helpers';

describe.each(variants)('a process with a client, $name', ({ options }) => {
  const cache = oneServer(options);

  function clientOf(server = cache.server, more = {}): string {
    const given = JSON.stringify({ ...options, ...more });
    return `const client = new Client(${JSON.stringify(server.server)}, ${given});\n`;
  }

  const ended = { code: 0, signal: null, stderr: '' };

  test('ends by itself when the client is idle and was never closed', async () => {
    const script = `${clientOf()} client.set('idle', 1).then((ok) => console.log(ok));`;
    expect(await runScript(script)).toEqual({ ...ended, stdout: 'true\n' });
  });

  test('ends by itself when the client was never used', async () => {
    expect(await runScript(`${clientOf()} console.log('made');`)).toEqual({
      ...ended,
      stdout: 'made\n',
    });
  });

  test('stays until an operation under way has settled, though nothing else keeps it', async () => {
    const server = await ownServer();
    const script = `${clientOf(server, { timeout: 500 })}
      client.get('key').catch(() => console.log('settled'));`;
    const ending = await whileStopped(server, () => runScript(script));
    expect(ending).toEqual({ ...ended, stdout: 'settled\n' });
  });

  test('has written what it did not wait for when it ends by itself', async () => {
    const script = `${clientOf()} for (let n = 0; n < 100; n++) client.set('unawaited-' + n, n);`;
    expect(await runScript(script)).toEqual({ ...ended, stdout: '' });
    for (let n = 0; n < 100; n += 1) {
      expect(await storedItem(cache.server, `unawaited-${n}`)).toBeDefined();
    }
  });

  test('may call process.exit with operations under way', async () => {
    const script = `${clientOf()}
      client.get('key').then(() => {
        for (let n = 0; n < 1000; n++) client.set('key-' + n, 'x'.repeat(1000));
        setImmediate(() => process.exit(7));
      });`;
    for (let round = 0; round < 5; round += 1) {
      expect(await runScript(script)).toMatchObject({ code: 7, signal: null, stderr: '' });
    }
  });

  test('may call process.exit while its server does not answer', async () => {
    const server = await ownServer();
    const script = `${clientOf(server, { timeout: 600_000 })}
      for (let n = 0; n < 100; n++) client.set('key-' + n, n).catch(() => {});
      setTimeout(() => process.exit(7), 100);`;
    const ending = await whileStopped(server, () => runScript(script));
    expect(ending).toEqual({ code: 7, signal: null, stdout: '', stderr: '' });
  });

  describe.each([2001, 9000])('goes on after a close that does not wait for %i keys', (count) => {
    test('of getMulti, each of them answered once', async () => {
      const script = `${clientOf(cache.server, { shared: false })}
        const keys = ${JSON.stringify(freshKeys(count))};
        (async () => {
          const read = client.getMulti(keys);
          await client.close({ timeout: 0 });
          const { missing, errors } = await read;
          const others = [...errors.values()].filter(({ code }) => code !== 'CLOSED');
          console.log(missing.length + errors.size, others);
        })();`;
      expect(await runScript(script)).toEqual({ ...ended, stdout: `${count} []\n` });
    });

    test('of setMulti, each of them answered once, and surely not applied where it was not sent', async () => {
      const script = `${clientOf(cache.server, { shared: false })}
        const keys = ${JSON.stringify(freshKeys(count))};
        (async () => {
          const written = client.setMulti(keys.map((key) => [key, 1]));
          await client.close({ timeout: 0 });
          const { applied, errors } = await written;
          const named = new Set([...applied, ...errors.keys()]);
          const others = [...errors.values()].filter(({ code }) => code !== 'CLOSED');
          const unsent = [...errors.keys()].filter((key) => !errors.get(key).maybeApplied);
          console.log(JSON.stringify({
            counts: [applied.length + errors.size, named.size],
            others,
            unsent,
          }));
        })();`;
      const { stdout, ...ending } = await runScript(script);
      expect(ending).toEqual(ended);
      const { counts, others, unsent } = JSON.parse(stdout);
      expect(counts).toEqual([count, count]);
      expect(others).toEqual([]);
      if (count === 9000) expect(unsent).not.toEqual([]);
      const check = openClient(cache.server.server, options);
      expect((await check.getMulti(unsent)).size).toBe(0);
    });
  });

  test('ends with the status of an uncaught error, not of a crash', async () => {
    const script = `${clientOf()}
      for (let n = 0; n < 1000; n++) client.set('key-' + n, n);
      client.get('key').then(() => setImmediate(() => { throw new Error('uncaught'); }));`;
    const ending = await runScript(script);
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.stderr).toContain('Error: uncaught');
  });

  test('is told of a rejection that nobody handles', async () => {
    const ending = await runScript(`${clientOf()} client.get('bad key');`);
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.stderr).toContain('INVALID_ARGUMENT');
  });

  test('is not told of rejections when the operations were handled, whatever the server does', async () => {
    const server = await ownServer();
    await server.stop();
    const script = `${clientOf(server)}
      (async () => {
        for (let n = 0; n < 20; n++) {
          await client.get('key').catch(() => {});
          await client.getMulti(['a', 'b']);
          await client.stats();
        }
        await client.close();
        console.log('quiet');
      })();`;
    expect(await runScript(script)).toEqual({ ...ended, stdout: 'quiet\n' });
  });

  test('may forget clients without closing them: collecting them harms nobody', async () => {
    const script = `
      const options = ${JSON.stringify({ ...options, shared: false })};
      async function useAndForget(n) {
        const client = new Client(${JSON.stringify(cache.server.server)}, options);
        await client.set('forgotten-' + n, n);
        client.get('forgotten-' + n).then((value) => { if (value !== n) process.exit(3); });
      }
      (async () => {
        for (let n = 0; n < 50; n++) {
          await useAndForget(n);
          if (n % 10 === 9) gc();
        }
        for (let turn = 0; turn < 5; turn++) {
          gc();
          await new Promise(setImmediate);
        }
        console.log('collected');
      })();`;
    const before = await connectionsOf(cache.server);
    expect(await runScript(script, ['--expose-gc'])).toEqual({ ...ended, stdout: 'collected\n' });
    await expectConnections(cache.server, before);
  });

  test('keeps a client alive while it waits for an answer, though nobody else does', async () => {
    const script = `
      let answered = 0;
      for (let n = 0; n < 20; n++) {
        (() => {
          ${clientOf(cache.server, { shared: false })}
          client.set('key-' + n, n).then(() => { answered += 1; });
        })();
      }
      gc();
      process.on('exit', () => console.log(answered));`;
    expect(await runScript(script, ['--expose-gc'])).toEqual({ ...ended, stdout: '20\n' });
  });

  test('may be ended by a signal with operations under way', async () => {
    const script = `${clientOf()}
      const forever = () => client.get('key').then(forever);
      client.get('key').then(() => { forever(); setTimeout(() => process.kill(process.pid), 50); });`;
    expect(await runScript(script)).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  });

  test('may use the client in its exit handlers, which can wait for nothing', async () => {
    const script = `${clientOf()}
      process.on('exit', () => { client.set('at-exit', 1).catch(() => {}); client.close(); });
      client.get('key');`;
    expect(await runScript(script)).toEqual({ ...ended, stdout: '' });
    expect(await raw(cache.server, 'version\r\n')).toMatch(/^VERSION/);
  });
});
