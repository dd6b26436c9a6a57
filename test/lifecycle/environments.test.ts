import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { newClient, quietEnd, runMain } from './program';

describe.each(variants)('many environments, $name', ({ options }) => {
  const cache = oneServer(options);

  /** Lines that define `start(n)`, which runs `lines` in a worker and resolves with its exit code. */
  const workers = (lines: string): string => {
    const source = `
      const { Worker, getEnvironmentData, workerData } = require('node:worker_threads');
      const { Client } = require('libmemcached');
      const client = ${newClient(cache.server, options)};
      (async () => { ${lines} })();`;
    return `
      const { Worker, setEnvironmentData } = require('node:worker_threads');
      const source = ${JSON.stringify(source)};
      const start = (n) =>
        new Promise((resolve) => {
          const worker = new Worker(source, { eval: true, workerData: n });
          worker.on('error', () => {}); // its exit code tells
          worker.on('exit', resolve);
        });
      const startMany = (count) => Promise.all(Array.from({ length: count }, (_, n) => start(n)));`;
  };

  const useIt = `
    const key = 'worker-' + workerData;
    await client.set(key, workerData);
    if ((await client.get(key)) !== workerData) throw new Error('wrong answer');`;

  test('workers in a row load the addon and give everything back', async () => {
    const main = `${workers(useIt)}
      for (let n = 0; n < 15; n++) if ((await start(n)) !== 0) throw new Error('worker ' + n);
      await untilGivenBack();
      console.log('given back');`;
    expect(await runMain(main)).toEqual(quietEnd('given back\n'));
  });

  test('workers at once load the addon and give everything back', async () => {
    const main = `${workers(useIt)}
      console.log(new Set(await startMany(15)));
      await untilGivenBack();`;
    expect(await runMain(main)).toEqual(quietEnd('Set(1) { 0 }\n'));
  });

  test('workers of workers do, too', async () => {
    const nested = `
      ${useIt}
      if (workerData < 4) {
        const options = { eval: true, workerData: workerData + 1 };
        const next = new Worker(getEnvironmentData('source'), options);
        next.once('exit', (code) => { process.exitCode = code; });
      }`;
    const main = `${workers(nested)}
      setEnvironmentData('source', source);
      console.log(await start(1), await ${newClient(cache.server, options)}.get('worker-4'));`;
    expect(await runMain(main)).toEqual(quietEnd('0 4\n'));
  });

  test.each([
    ['process.exit', 'process.exit(7)', 7],
    ['an uncaught error', `throw new Error('uncaught')`, 1],
    ['an unhandled rejection', `Promise.reject(new Error('unhandled'))`, 1],
  ])('a worker with operations under way may end by %s', async (_what, end, code) => {
    const lines = `
      const ask = () => client.get('key').catch(() => {});
      const forever = () => ask().then(forever);
      for (let n = 0; n < 50; n++) forever();
      await ask();
      for (let n = 0; n < 50; n++) ask();
      setImmediate(() => { ${end} });`;
    const main = `${workers(lines)}
      const codes = new Set(await startMany(10));
      console.log(codes, await ${newClient(cache.server, options)}.set('key', 1));`;
    expect(await runMain(main)).toEqual(quietEnd(`Set(1) { ${code} } true\n`));
  });

  test('a context of its own is served: its arrays, objects and errors are others', async () => {
    const main = `
      const { createContext, runInContext } = require('node:vm');
      const context = createContext({ require, console });
      await runInContext(\`(async () => {
        const { Client } = require('libmemcached');
        const client = new Client(['${cache.server.server}'], ${JSON.stringify(options)});
        await client.setMulti({ a: [1, { b: 2 }] });
        const found = await client.getMulti(['a', 'absent']);
        console.log(JSON.stringify([...found]), JSON.stringify(found.missing));
        await client.close();
      })()\`, context);`;
    expect(await runMain(main)).toEqual(quietEnd('[["a",[1,{"b":2}]]] ["absent"]\n'));
  });

  test('a second registry of modules loads the addon again, as test runners do', async () => {
    const main = `
      const first = ${newClient(cache.server, options)};
      await first.set('key', 'value');
      for (const file of Object.keys(require.cache)) delete require.cache[file];
      const again = require('libmemcached');
      if (again.Client === Client) throw new Error('the same module');
      const second = new again.Client(${JSON.stringify(cache.server.server)}, ${JSON.stringify(options)});
      console.log(await second.get('key'), await first.get('key'));
      await first.close();
      console.log(await second.get('key'));`;
    expect(await runMain(main)).toEqual(quietEnd('value value\nvalue\n'));
  });

  test('a child process inherits no connection', async () => {
    const main = `
      const client = ${newClient(cache.server, options)};
      await client.set('key', 1);
      const { execFileSync } = require('node:child_process');
      const links = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
      const inherited = links.split('\\n').filter((link) => /-> .*(socket|event)/.test(link));
      console.log(inherited.filter((link) => !/ [012] -> /.test(link)).join());`;
    expect(await runMain(main)).toEqual(quietEnd('\n'));
  });

  test('forked processes and those of a cluster work and end beside a busy parent', async () => {
    const child = `
      const { Client } = require('libmemcached');
      const client = ${newClient(cache.server, options)};
      client.set('key-' + process.pid, 1).then((ok) => process.exit(ok ? 7 : 1));`;
    const main = `
      const { fork } = require('node:child_process');
      const cluster = require('node:cluster');
      const { once } = require('node:events');
      const client = ${newClient(cache.server, options)};
      let over = false;
      const forever = async () => { while (!over) await client.get('key'); };
      const load = Promise.all(Array.from({ length: 20 }, forever));
      const given = { execArgv: ['-e', ${JSON.stringify(child)}] };
      cluster.setupPrimary({ exec: '', ...given });
      const children = [fork('', given), fork('', given), cluster.fork(), cluster.fork()];
      const endings = await Promise.all(children.map((child) => once(child, 'exit')));
      over = true;
      await load;
      console.log(JSON.stringify(endings));`;
    expect(await runMain(main)).toEqual(quietEnd('[[7,null],[7,null],[7,null],[7,null]]\n'));
  });
});
