import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { newClient, runMain } from './program';

describe.each(variants)('a caller that asks again at once, $name', ({ options }) => {
  const cache = oneServer(options);

  test.each([
    { what: 'answers', server: () => cache.server },
    { what: 'is down', server: () => ({ server: '127.0.0.1:1' }) },
  ])('leaves the event loop its turns while the server $what', async ({ server }) => {
    const main = `
      const client = ${newClient(server(), options)};
      let over = false;
      let answers = 0;
      const ask = async () => {
        while (!over) {
          await client.get('key').catch(() => {});
          answers++;
        }
      };
      ask();
      let most = 0;
      for (let turn = 0; turn < 500; turn++) {
        const before = answers;
        await new Promise(setImmediate);
        most = Math.max(most, answers - before);
      }
      over = true;
      console.log(most, answers);`;
    const { stdout, ...ending } = await runMain(main);
    expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
    const [most] = stdout.split(' ').map(Number);
    expect(most, stdout).toBeLessThan(50);
  });
});
