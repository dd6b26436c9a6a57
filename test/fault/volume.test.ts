import { describe, expect, test } from 'vitest';
import { ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { raw } from '../support/raw';
import { variants } from '../support/variants';

describe.each(variants)('$name', ({ options }) => {
  test('F40 200,000 operations in one turn: those above the limit are OVERLOADED, in bounded memory', {
    timeout: 60_000,
  }, async () => {
    const server = await ownServer();
    const main = `
      const client = ${newClient(server, { ...options, timeout: 60_000 })};
      await client.set('key', 'value');
      const before = process.memoryUsage.rss();
      const counts = {};
      const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };
      const calls = Array.from({ length: 200_000 }, (_, n) =>
        (n % 20 === 0 ? client.set('key-' + n, 'x'.repeat(100)) : client.get('key')).then(
          (answer) => count(answer === true || answer === 'value' ? 'right' : 'wrong'),
          ({ code, maybeApplied }) => count(code + ' ' + maybeApplied),
        ));
      await Promise.all(calls);
      console.log(counts);
      console.log(client.metrics().pending, client.metrics().pendingBytes);
      const megabytes = process.resourceUsage().maxRSS / 1024 - before / 2 ** 20;
      console.log(megabytes < 400 ? 'bounded' : megabytes);
      await client.set('key', 'again');`;
    expect(await runMain(main)).toEqual(
      quietEnd("{ 'OVERLOADED false': 100000, right: 100000 }\n0 0\nbounded\n"),
    );
  });

  test('F41 5,000 values of 100 KB at once: complete, in bounded memory', {
    timeout: 60_000,
  }, async () => {
    const server = await ownServer({ memory: 1024 });
    const value = 'x'.repeat(100_000);
    for (let start = 0; start < 5000; start += 500) {
      const items = Array.from({ length: 500 }, (_, n) => {
        const data = String(start + n).padEnd(value.length, '.');
        return `set key-${start + n} 0 0 ${value.length}\r\n${data}\r\n`;
      });
      expect(await raw(server, items.join(''))).toBe('STORED\r\n'.repeat(500));
    }
    const main = `
      const client = ${newClient(server, { ...options, timeout: 30_000 })};
      await client.set('key', 'value');
      const before = process.memoryUsage.rss();
      const keys = Array.from({ length: 5000 }, (_, n) => 'key-' + n);
      const found = await client.getMulti(keys);
      const isRight = (key, n) => found.get(key) === String(n).padEnd(${value.length}, '.');
      console.log(found.size, found.missing.length, found.errors.size, keys.every(isRight));
      // The values, and less than a second copy of them all.
      const megabytes = process.resourceUsage().maxRSS / 1024 - before / 2 ** 20;
      console.log(megabytes < 1000 ? 'bounded' : megabytes);
      await client.set('key', 'again');`;
    expect(await runMain(main, { patience: 50_000 })).toEqual(quietEnd('5000 0 0 true\nbounded\n'));
  });
});
