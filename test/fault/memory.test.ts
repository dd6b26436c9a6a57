import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { runMain } from '../lifecycle/program';
import { variants } from '../support/variants';

const patience = 120_000;

describe.each(variants)('$name', ({ options }) => {
  const cache = oneServer(options);

  test(
    'F49 a million results: memory settles',
    async () => {
      // 100 results of 100 bytes 1,000 times are 10 MB of data in each of ten parts.
      const main = `
        const client = new Client(${JSON.stringify(cache.server.server)}, ${JSON.stringify(options)});
        const keys = Array.from({ length: 100 }, (_, n) => 'key-' + n);
        await client.setMulti(keys.map((key) => [key, Buffer.alloc(100, key)]));
        const resident = [];
        for (let part = 0; part < 10; part++) {
          for (let n = 0; n < 1000; n++) {
            const found = await client.getMulti(keys);
            if (found.size !== 100) throw new Error('found ' + found.size);
          }
          gc();
          resident.push(Math.round(process.memoryUsage().rss / 2 ** 20));
        }
        console.log(JSON.stringify(resident));`;
      const { stdout, ...ending } = await runMain(main, { flags: ['--expose-gc'], patience });
      expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
      const megabytes: number[] = JSON.parse(stdout);
      // Half of the results kept would be 35 MB and more: the data of seven parts.
      const [early, late] = [Math.max(...megabytes.slice(0, 3)), Math.max(...megabytes.slice(3))];
      expect(late - early, stdout).toBeLessThan(30);
    },
    patience,
  );
});
