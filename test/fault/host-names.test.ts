import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MemcachedServer, startMemcached, startProxy } from 'libmemcached/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { failure, openClient, ownServer } from '../contract/helpers';
import { newClient, quietEnd, runMain } from '../lifecycle/program';
import { raw } from '../support/raw';
import { variants } from '../support/variants';
import { compile } from './compile';
import { fillBacklog } from './fillBacklog';

const preload = [compile('name-service', ['-shared', '-fPIC'])];

/**
 * Listens on another address of this machine, and passes everything on to the server. Ends connections
 * that nobody uses for `idle` ms, unless that is 0.
 */
function alias(
  host: string,
  port: number,
  { port: target }: { port?: number },
  idle = 3000,
): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(target as number, '127.0.0.1');
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.setTimeout(idle, () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server));
  });
}

interface Places {
  port: number;
  /** Another server than the one at this port. */
  other: number;
}

/** One port of two addresses, and which is which: the item `who` of each tells. */
function twoPlaces(): Places {
  const places = {} as Places;
  let servers: MemcachedServer[] = [];
  let elsewhere: Server;
  beforeAll(async () => {
    servers = await Promise.all([startMemcached(), startMemcached()]);
    const [first, second] = servers as [MemcachedServer, MemcachedServer];
    places.port = first.port as number;
    places.other = second.port as number;
    elsewhere = await alias('127.0.0.2', places.port, second);
    await raw(first, 'set who 0 0 5\r\nfirst\r\n');
    await raw(second, 'set who 0 0 6\r\nsecond\r\n');
  });
  afterAll(async () => {
    elsewhere.close();
    await Promise.all(servers.map((server) => server.stop()));
  });
  return places;
}

/** Runs `main` where names end in `.test` are what the lines say; `rename` changes them. */
function withNames(lines: string, main: string, patience = 20_000) {
  const directory = mkdtempSync(join(tmpdir(), 'names-'));
  const file = join(directory, 'names');
  writeFileSync(file, lines);
  const ending = runMain(`process.env.NAMES_FILE = ${JSON.stringify(file)};\n${main}`, {
    preload,
    patience,
  }).finally(() => rmSync(directory, { recursive: true }));
  return { ending, rename: (renamed: string) => writeFileSync(file, renamed) };
}

/** Tells, in a program, for how long the event loop stood still at most. */
const watchedLoop = `
  let longest = 0, last = performance.now();
  const ticks = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);`;

describe.each(variants)('F33 a host name, $name', ({ options }) => {
  const place = twoPlaces();

  const named = (name: string) => ({ server: `${name}:${place.port}` });

  test('that nobody knows is CONNECTION, at once, and never a miss', async () => {
    // An hour: what settles has not waited for its deadline.
    const timeout = 3_600_000;
    const patient = { ...options, timeout, connectTimeout: timeout };
    const { ending } = withNames(
      '',
      `const client = ${newClient(named('unknown.test'), patient)};
      const calls = [client.get('who'), client.set('new', 1)];
      for (const { reason } of await Promise.allSettled(calls)) {
        console.log(reason.code, reason.maybeApplied, /does not resolve/.test(reason.message));
      }`,
    );
    expect(await ending).toEqual(quietEnd('CONNECTION false true\nCONNECTION false true\n'));
  });

  test('is found soon after somebody knows it', async () => {
    const { ending, rename } = withNames(
      '',
      `const client = ${newClient(named('new.test'), { ...options, timeout: 10_000 })};
      client.once('serverDown', () => console.log('down'));
      let who;
      while (who === undefined) {
        who = await client.get('who').catch(() => undefined);
        await sleep(5);
      }
      console.log(who);`,
    );
    await sleep(1000);
    rename('new.test 127.0.0.1 0\n');
    expect(await ending).toEqual(quietEnd('down\nfirst\n'));
  });

  test('that takes seconds to look up fails nobody else, blocks nothing, and is used then', async () => {
    const { ending } = withNames(
      'slow.test 127.0.0.1 3000\n',
      `${watchedLoop}
      const servers = [${JSON.stringify(named('slow.test').server)}, '127.0.0.1:${place.other}'];
      const client = new Client(servers, ${JSON.stringify({ ...options, timeout: 300 })});
      const on = (server) => {
        for (let n = 0; ; n++) if (client.locate('key-' + n).server === server) return 'key-' + n;
      };
      const [slow, quick] = servers.map(on);
      await client.set(quick, 'there', { timeout: 10_000 });
      const start = performance.now();
      const failing = client.get(slow).then(
        () => 'answered',
        ({ code }) => (performance.now() - start < 2000 ? code : 'late ' + code),
      );
      for (let n = 0; n < 50; n++) {
        if ((await client.get(quick, { timeout: 10_000 })) !== 'there') throw new Error('lost');
      }
      console.log(await failing);
      while (!(await client.set(slow, 'back').catch(() => false))) await sleep(10);
      console.log(longest < 2500);
      clearInterval(ticks);`,
    );
    expect((await ending).stdout).toMatch(/^(CONNECTION|TIMEOUT)\ntrue\n$/);
    expect(await ending).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test.each([
    ['nobody takes connections at the first', fillBacklog],
    ['the first takes connections and says nothing', async () => {}],
  ])('of two addresses is used at the second where %s', async (_, occupy) => {
    const silent = await ownServer({ args: ['-b', '1'] });
    const proxy = await startProxy((await ownServer()).server, { delay: 20 });
    const elsewhere = await alias('127.0.0.2', silent.port as number, proxy);
    onTestFinished(async () => {
      elsewhere.close();
      await proxy.stop();
    });
    await silent.suspend();
    await occupy(silent);
    const server = { server: `two.test:${silent.port}` };
    const { ending } = withNames(
      'two.test 127.0.0.1 0\ntwo.test 127.0.0.2 0\n',
      `const client = ${newClient(server, { ...options, connectTimeout: 300, timeout: 1000 })};
      while (!(await client.set('key', 'value').catch(() => false))) await sleep(10);
      console.log(await client.get('key', { timeout: 10_000 }));`,
    );
    expect(await ending).toEqual(quietEnd('value\n'));
    silent.resume();
  });
});

// An answer of the name service is good for 20 seconds: all wait for it at the same time.
describe.concurrent('F33 a host name that gets another address', () => {
  const place = twoPlaces();

  test('is followed within 30 seconds, and one that is not found any more is kept', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const { ending, rename } = withNames(
      'moving.test 127.0.0.1 0\nvanishing.test 127.0.0.1 0\n',
      `const seconds = await Promise.all(${JSON.stringify(variants)}.map(async ({ options }) => {
        const client = new Client('moving.test:${place.port}', { ...options, timeout: 10_000 });
        const kept = new Client('vanishing.test:${place.port}', { ...options, timeout: 10_000 });
        const answers = [await client.get('who')];
        const start = performance.now();
        while (answers.at(-1) !== 'second' && performance.now() - start < 40_000) {
          await sleep(50);
          answers.push(await client.get('who'));
          if ((await kept.get('who')) !== 'first') throw new Error('it has moved');
        }
        if (answers[0] !== 'first') throw new Error('it was not there first');
        if (answers.some((answer) => !/^(first|second)$/.test(answer))) throw new Error('wrong');
        return (performance.now() - start) / 1000;
      }));
      console.log(seconds.every((taken) => taken < 32));`,
      55_000,
    );
    await sleep(2000);
    rename('moving.test 127.0.0.2 0\n');
    expect(await ending).toEqual(quietEnd('true\n'));
  });

  test('is used though somebody waits for hours at the old one', { timeout: 60_000 }, async ({
    expect,
  }) => {
    const silent = await startMemcached();
    const old = await alias('127.0.0.3', place.port, silent, 0);
    const { ending, rename } = withNames(
      'stale.test 127.0.0.3 0\n',
      `const client = new Client('stale.test:${place.port}', { connectTimeout: 500 });
      await client.set('who', 'silent', { timeout: 10_000 });
      console.log('there');
      await sleep(3000);
      client.get('who', { timeout: 3_600_000 }).then(console.log, console.log);
      await sleep(20_000);
      while ((await client.get('who').catch(() => {})) !== 'first') await sleep(50);`,
      55_000,
    );
    await sleep(2500);
    await silent.suspend();
    rename('stale.test 127.0.0.1 0\n');
    expect(await ending).toEqual(quietEnd('there\nfirst\n'));
    old.close();
    await silent.kill();
  });

  test('while nobody asks is not looked for at the old one', { timeout: 60_000 }, async ({
    expect,
  }) => {
    const { ending } = withNames(
      'moved.test 127.0.0.2 0\n',
      `const clients = ${JSON.stringify(variants)}.map(
        ({ options }) => new Client('moved.test:${place.port}', { ...options, timeout: 10_000 }),
      );
      const who = () => Promise.all(clients.map((client) => client.get('who')));
      console.log(...(await who()));
      require('node:fs').writeFileSync(process.env.NAMES_FILE, 'moved.test 127.0.0.1 20\\n');
      await sleep(24_000);
      console.log(...(await who()));`,
      55_000,
    );
    expect(await ending).toEqual(quietEnd('second second second\nfirst first first\n'));
  });
});

describe.each(variants)('F33 an IPv6 address, $name', ({ options }) => {
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );

  test(hasIpv6 ? 'is connected to' : 'is CONNECTION where there is no IPv6', async () => {
    const server = await startMemcached();
    const port = server.port as number;
    const ipv6 = hasIpv6 ? await alias('::1', port, server) : undefined;
    try {
      const client = openClient(`[::1]:${port}`, options);
      if (hasIpv6) {
        expect(await client.set('key', 'value')).toBe(true);
        expect(await client.get('key')).toBe('value');
        expect(client.locate('key').server).toBe(`[::1]:${port}`);
      } else {
        expect((await failure(client.set('key', 'value'))).code).toBe('CONNECTION');
      }
      await client.close();
    } finally {
      ipv6?.close();
      await server.stop();
    }
  });
});
