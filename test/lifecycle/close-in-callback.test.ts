import { describe, expect, test } from 'vitest';
import { oneServer } from '../contract/helpers';
import { variants } from '../support/variants';
import { newClient, quietEnd, runMain } from './program';

/** Every callback of the user's that a client calls: `close()` in it closes the client. */
const callbacks = [
  {
    name: 'serialize',
    options: `{ serializer: { serialize: () => { close(); return { data: 'x', flags: 0 }; }, deserialize: String } }`,
    lines: `await client.set('key', 1);`,
  },
  {
    name: 'deserialize',
    options: `{ serializer: { serialize: (data) => ({ data, flags: 0 }), deserialize: () => close() } }`,
    lines: `client.set('key', 'x'); await client.get('key');`,
  },
  {
    name: 'deserialize of one of many',
    options: `{ serializer: { serialize: (data) => ({ data, flags: 0 }), deserialize: () => close() } }`,
    lines: `client.set('a', 'x'); client.set('b', 'x'); await client.getMulti(['a', 'b', 'c']);`,
  },
  {
    name: 'compress',
    options: `{ compression: { threshold: 1, algorithm:
      { name: 'own', flag: 1 << 20, compress: (data) => { close(); return data; }, decompress: (data) => data } } }`,
    lines: `await client.set('key', 'x'.repeat(100));`,
  },
  {
    name: 'the load of getOrSet',
    lines: `await client.getOrSet('absent', 60, () => { close(); return 1; });`,
  },
  {
    name: 'the function of update',
    lines: `await client.update('absent', () => { close(); return 1; });`,
  },
  {
    name: 'a listener of an abort signal',
    lines: `
      const controller = new AbortController();
      controller.signal.addEventListener('abort', close);
      const outcome = client.get('key', { signal: controller.signal });
      controller.abort();
      await outcome;`,
  },
  {
    name: 'the pairs given to setMulti',
    lines: `await client.setMulti((function* () { yield ['a', 1]; close(); yield ['b', 2]; })());`,
  },
  {
    name: 'the body of a getMultiStream',
    lines: `
      await client.setMulti({ a: 1, b: 2 });
      for await (const pair of client.getMultiStream(['a', 'b'])) close();`,
  },
  {
    name: `a listener of 'serverDown'`,
    lines: `
      client.setServers('127.0.0.1:1');
      const down = new Promise((resolve) => client.on('serverDown', () => { close(); resolve(); }));
      for (let n = 0; n < 100; n++) await client.get('key').catch(() => {});
      await down;`,
  },
  {
    name: `a listener of 'error'`,
    options: `{ failures: 'miss' }`,
    lines: `
      client.setServers('127.0.0.1:1');
      const told = new Promise((resolve) => client.on('error', () => { close(); resolve(); }));
      await client.get('key');
      await told;`,
  },
];

describe.each(variants)('close, called inside a callback, $name', ({ options }) => {
  const cache = oneServer(options);

  test.each(callbacks)('$name', async ({ options: ofCallback = '{}', lines }) => {
    const main = `
      let closing;
      const close = () => { closing = Promise.all([client.close(), client.close()]); };
      const given = { ...${JSON.stringify({ ...options, shared: false })}, ...${ofCallback} };
      const client = new Client(${JSON.stringify(cache.server.server)}, given);
      const others = Array.from({ length: 20 }, (_, n) => client.getRaw('other-' + n).catch(() => {}));
      const use = async () => { ${lines} };
      await use().catch((error) => { if (!(error instanceof MemcachedError)) throw error; });
      await Promise.all(others);
      await closing;
      console.log(closing !== undefined, await client.get('key').catch(({ code }) => code));`;
    expect(await runMain(main)).toEqual(quietEnd('true CLOSED\n'));
  });

  test('a second client goes on', async () => {
    const client = newClient(cache.server, options);
    const main = `
      const [first, second] = [${client}, ${client}];
      await second.set('key', 'value');
      const others = Array.from({ length: 20 }, () => second.get('key'));
      await first.get('key').then(() => first.close());
      console.log(new Set(await Promise.all(others)), await second.get('key'));`;
    expect(await runMain(main)).toEqual(quietEnd(`Set(1) { 'value' } value\n`));
  });
});
