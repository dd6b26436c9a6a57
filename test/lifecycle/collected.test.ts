import { describe, expect, test } from 'vitest';
import { oneServer, ownServer, whileStopped } from '../contract/helpers';
import { variants } from '../support/variants';
import { quietEnd, runMain } from './program';

const flags = ['--expose-gc'];

describe.each(variants)('a client that is forgotten, not closed, $name', ({ options }) => {
  const cache = oneServer(options);
  /** A program that makes clients by `newClient()` in a function of which nothing is left afterwards. */
  const forgetting = (lines: string, server = cache.server, more = {}): string => `
    const given = ${JSON.stringify({ ...options, shared: false, ...more })};
    const newClient = (more) => new Client(${JSON.stringify(server.server)}, { ...given, ...more });
    await (async () => { ${lines} })();
    await untilGivenBack();
    console.log('given back');`;

  test.each([
    ['was never used', 'for (let n = 0; n < 20; n++) newClient();'],
    ['was used', `for (let n = 0; n < 20; n++) await newClient().set('key-' + n, n);`],
    [
      'listens to its own events',
      `for (let n = 0; n < 20; n++) {
        const client = newClient();
        client.on('serverDown', () => client);
        await client.get('key');
      }`,
    ],
    [
      'shares its connections',
      `const clients = Array.from({ length: 20 }, () => newClient({ shared: true }));
      await Promise.all(clients.map((client) => client.set('key', 1)));`,
    ],
    [
      'has moved to other servers',
      `for (let n = 0; n < 20; n++) {
        const client = newClient();
        await client.get('key');
        client.setServers('127.0.0.1:1');
      }`,
    ],
  ])('gives its threads and descriptors back when it %s', async (_what, lines) => {
    expect(await runMain(forgetting(lines), { flags })).toEqual(quietEnd('given back\n'));
  });

  test('answers first what was asked of it', async () => {
    const lines = `
      let answered = 0;
      for (let n = 0; n < 20; n++) newClient().set('key-' + n, n).then(() => { answered++; });
      while (answered < 20) { gc(); await sleep(1); }`;
    expect(await runMain(forgetting(lines), { flags })).toEqual(quietEnd('given back\n'));
  });

  test('fails first what a silent server does not answer in time', async () => {
    const server = await ownServer();
    const lines = `
      const outcomes = Array.from({ length: 20 }, (_, n) => newClient().get('key-' + n));
      gc();
      const codes = outcomes.map((outcome) => outcome.catch(({ code }) => code));
      console.log(new Set(await Promise.all(codes)));`;
    const program = forgetting(lines, server, { timeout: 200 });
    const ending = await whileStopped(server, () => runMain(program, { flags }));
    expect(ending).toEqual(quietEnd(`Set(1) { 'TIMEOUT' }\ngiven back\n`));
  });

  test('lives on in its views', async () => {
    const lines = `
      const view = (() => newClient().withPrefix('view:'))();
      for (let n = 0; n < 5; n++) { gc(); await sleep(1); }
      console.log(await view.set('key', 'value'), await view.get('key'));`;
    const ending = await runMain(forgetting(lines), { flags });
    expect(ending).toEqual(quietEnd('true value\ngiven back\n'));
  });
});
