import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { oneServer, ownServer, runScript, whileStopped } from './helpers';

describe.each(variants)('worker threads, $name', ({ options }) => {
  const cache = oneServer(options);

  /** A script whose workers run `work`, with a `client` of their own. */
  function withWorkers(work: string, main: string, server = cache.server, more = {}): string {
    const made = `new Client(${JSON.stringify(server.server)}, ${JSON.stringify({ ...options, ...more })})`;
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { Client } = require('libmemcached');
      const client = ${made};
      ${work}`;
    return `
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(source)};
      const start = (workerData) => new Worker(source, { eval: true, workerData });
      const makeClient = () => ${made};
      (async () => { ${main} })();`;
  }

  const ended = { code: 0, signal: null, stderr: '' };

  test('use clients side by side, each with its own answers', async () => {
    const work = `
      (async () => {
        for (let n = 0; n < 200; n++) {
          const key = 'worker-' + workerData + '-' + n;
          await client.set(key, key);
          if ((await client.get(key)) !== key) throw new Error('wrong answer');
        }
        parentPort.postMessage('right');
      })();`;
    const main = `
      const client = makeClient();
      const workers = [1, 2, 3, 4].map(start);
      const answers = workers.map(async (worker) => (await once(worker, 'message'))[0]);
      for (let n = 0; n < 200; n++) await client.incr('shared', 1, { initial: 1 });
      console.log((await Promise.all(answers)).join(), await client.incr('shared', 0));`;
    expect(await runScript(withWorkers(work, main))).toEqual({
      ...ended,
      stdout: 'right,right,right,right 200\n',
    });
  });

  test('end by themselves when their client is idle', async () => {
    const work = `client.set('from-worker', 1);`;
    const main = `
      const worker = start();
      const [code] = await once(worker, 'exit');
      console.log(code, await makeClient().get('from-worker'));`;
    expect(await runScript(withWorkers(work, main))).toEqual({ ...ended, stdout: '0 1\n' });
  });

  test('may end before the thread that started them has loaded the package or after it', async () => {
    const work = `client.get('key').then(() => parentPort.postMessage('done'));`;
    const main = `
      for (let n = 0; n < 3; n++) await once(start(), 'exit');
      const client = makeClient();
      await client.set('key', 'main');
      for (let n = 0; n < 3; n++) await once(start(), 'exit');
      console.log(await client.get('key'));`;
    expect(await runScript(withWorkers(work, main))).toEqual({ ...ended, stdout: 'main\n' });
  });

  test('may be terminated with operations under way, and leave the others unharmed', async () => {
    const work = `
      const forever = () => client.set('key', 'x'.repeat(5000)).then(() => client.get('key')).then(forever);
      for (let n = 0; n < 50; n++) forever();
      client.get('key').then(() => parentPort.postMessage('busy'));`;
    const main = `
      const client = makeClient();
      await client.set('other', 'unharmed');
      for (let round = 0; round < 10; round++) {
        const workers = [1, 2, 3].map(start);
        await Promise.all(workers.map((worker) => once(worker, 'message')));
        const reads = Array.from({ length: 50 }, () => client.get('other'));
        await Promise.all(workers.map((worker) => worker.terminate()));
        if ((await Promise.all(reads)).some((value) => value !== 'unharmed')) process.exit(3);
      }
      console.log(await client.get('other'));`;
    expect(await runScript(withWorkers(work, main))).toEqual({ ...ended, stdout: 'unharmed\n' });
  });

  test('may be terminated while their server does not answer', async () => {
    const server = await ownServer();
    const work = `
      for (let n = 0; n < 20; n++) client.get('key-' + n).catch(() => {});
      setTimeout(() => parentPort.postMessage('waiting'), 50);`;
    const main = `
      for (let round = 0; round < 3; round++) {
        const worker = start();
        await once(worker, 'message');
        await worker.terminate();
      }
      console.log('ended');`;
    const script = withWorkers(work, main, server, { timeout: 600_000 });
    expect(await whileStopped(server, () => runScript(script))).toEqual({
      ...ended,
      stdout: 'ended\n',
    });
  });

  test('cannot be handed a client: it does not clone', async () => {
    const main = `
      const client = makeClient();
      let clone;
      try { clone = structuredClone(client); } catch (error) { clone = error; }
      console.log(typeof clone.get, await client.set('key', 'works on'));`;
    expect(await runScript(withWorkers('', main))).toEqual({
      ...ended,
      stdout: 'undefined true\n',
    });
  });
});
