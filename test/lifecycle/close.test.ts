import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { moments } from './moments';
import { newClient, quietEnd, runMain } from './program';

/** Every operation of a client. What they store is text, which append and prepend leave readable. */
const operations = `
  const operations = {
    get: (client) => client.get('key'),
    gets: (client) => client.gets('key'),
    getRaw: (client) => client.getRaw('key'),
    getAndTouch: (client) => client.getAndTouch('key', 60),
    has: (client) => client.has('key'),
    getMulti: (client) => client.getMulti(['key', 'other', 'absent']),
    getsMulti: (client) => client.getsMulti(['key', 'other', 'absent']),
    getMultiStream: async (client) => {
      for await (const pair of client.getMultiStream(['key', 'other', 'absent']));
    },
    set: (client) => client.set('key', 'x'.repeat(100_000)),
    add: (client) => client.add('key', 'added'),
    replace: (client) => client.replace('key', 'replaced'),
    append: (client) => client.append('key', 'a'),
    prepend: (client) => client.prepend('key', 'p'),
    cas: (client) => client.cas('key', 'swapped', 1n),
    setRaw: (client) => client.setRaw('raw', Buffer.alloc(10), 5),
    update: (client) => client.update('key', (value) => String(value) + '.'),
    getOrSet: (client) => client.getOrSet('loaded-' + Math.random(), 60, () => sleep(1, 'loaded')),
    setMulti: (client) => client.setMulti({ key: 'a', other: 'b' }),
    addMulti: (client) => client.addMulti({ key: 'a', other: 'b' }),
    replaceMulti: (client) => client.replaceMulti({ key: 'a', other: 'b' }),
    deleteMulti: (client) => client.deleteMulti(['key', 'other']),
    touchMulti: (client) => client.touchMulti(['key', 'other'], 60),
    incr: (client) => client.incr('counter', 1, { initial: 1 }),
    decr: (client) => client.decr('counter'),
    incrMulti: (client) => client.incrMulti(['counter', 'absent']),
    touch: (client) => client.touch('key', 60),
    delete: (client) => client.delete('key'),
    flush: (client) => client.flush({ delay: 3600 }),
    version: (client) => client.version(),
    ping: (client) => client.ping(),
    stats: (client) => client.stats(),
  };`;

/**
 * For each operation, a client of its own that is closed at the moment, twice at once. Prints the codes of
 * the failures, after everything has settled and every thread and descriptor is given back.
 */
function closing(client: string, lines: string, closeOptions: string): string {
  return `
    ${operations}
    const codes = new Set();
    const told = (error) => codes.add(error instanceof MemcachedError ? error.code : String(error));
    await Promise.all(Object.values(operations).map(async (operation) => {
      const client = ${client};
      let settled;
      const begin = () => {
        const outcomes = Array.from({ length: 5 }, () => operation(client));
        settled = Promise.all(outcomes.map((outcome) => outcome.catch(told)));
        return outcomes[0].catch(() => {});
      };
      await new Promise((resolve) => {
        const end = () => resolve(Promise.all([client.close(${closeOptions}), client.close()]));
        ${lines}
      });
      await settled;
      await client.close();
    }));
    await untilGivenBack();
    console.log([...codes].sort().join());`;
}

describe.each(variants)('close, $name', ({ options }) => {
  const more = { ...options, shared: false, connections: 2, timeout: 400 };
  const failures = /^((CLOSED|CONNECTION|SERVER_DOWN|TIMEOUT)(,|$))*$/;

  describe.each(moments)('with every operation under way, $name', ({ withServer, lines }) => {
    test.each([
      ['at once', '{ timeout: 0 }'],
      ['after the deadlines at the latest', ''],
    ])('settles each of them, %s, and gives everything back', async (_when, closeOptions) => {
      const { stdout, ...ending } = await withServer((server) =>
        runMain(closing(newClient(server, more), lines, closeOptions)),
      );
      expect({ ...ending, stdout: '' }).toEqual(quietEnd());
      expect(stdout.trim()).toMatch(failures);
    });
  });
});
