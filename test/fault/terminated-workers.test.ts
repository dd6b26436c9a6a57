import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { newClient, quietEnd, runMain, sanitized } from '../lifecycle/program';
import { variants } from '../support/variants';

/** Of each row of the table below. */
const rounds = sanitized ? 12 : 100;
const atOnce = 4;
const patience = 120_000;

describe.each(variants)('$name', ({ options }) => {
  const cache = oneServer(options);

  test.each([
    { where: 'in the workers only', loaded: false },
    { where: 'in the main thread too', loaded: true },
  ])(
    'F46 workers terminated with operations in flight, the addon $where',
    async ({ loaded }) => {
      const worker = `
        const { Client } = require('libmemcached');
        const { parentPort } = require('node:worker_threads');
        const client = ${newClient(cache.server, options)};
        const repeat = async (operation) => { for (;;) await operation().catch(() => {}); };
        for (let n = 0; n < 50; n++) {
          repeat(() => client.set('key-' + n, 'x'.repeat(100 * n)));
          repeat(() => client.get('key-' + n));
        }
        client.get('key').then(() => parentPort.postMessage('busy'));`;
      const main = `
        const { once } = require('node:events');
        const { Worker } = require('node:worker_threads');
        const client = ${loaded ? newClient(cache.server, options) : 'undefined'};
        const source = ${JSON.stringify(worker)};
        let left = ${rounds};
        const terminateSome = async () => {
          while (left-- > 0) {
            const worker = new Worker(source, { eval: true });
            await once(worker, 'message');
            const answer = client?.set('of-main', left);
            await worker.terminate();
            if ((await answer) === false) throw new Error('not stored');
          }
        };
        await Promise.all(Array.from({ length: ${atOnce} }, terminateSome));
        await client?.close();
        await untilGivenBack();
        console.log('given back');`;
      expect(await runMain(main, { loaded, patience })).toEqual(quietEnd('given back\n'));
    },
    patience,
  );
});
