import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { newClient, quietEnd, runMain } from './program';

describe.each(variants)('close that does not wait, $name', ({ options }) => {
  const cache = oneServer(options);

  test.each([
    `set('key-' + n, n)`,
    `update('key-' + n, () => n)`,
    `getOrSet('key-' + n, 60, () => n)`,
    `setMulti({ ['key-' + n]: n })`,
  ])('has told every caller of %s before it resolves', async (operation) => {
    const main = `
      const client = ${newClient(cache.server, { ...options, shared: false })};
      let told = 0;
      const count = () => { told++; };
      for (let n = 0; n < 100; n++) client.${operation}.then(count, count);
      await client.close({ timeout: 0 });
      console.log(told);`;
    expect(await runMain(main)).toEqual(quietEnd('100\n'));
  });
});
