import { Client } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { ownServer, serversFor } from '../contract/helpers';
import { startSaslMemcached } from '../support/sasl';
import { cli, cliJson, nobody, startCli } from './support';

describe('ping', () => {
  const fixture = serversFor({}, 2);

  test('tells the round trip to each server', async () => {
    const run = await cli(['ping'], { servers: fixture.names });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const name of fixture.names)
      expect(run.stdout).toMatch(new RegExp(`^${name} +[\\d.]+$`, 'm'));
    const { document } = await cliJson(['ping'], { servers: fixture.names });
    expect(Object.keys(document.servers)).toEqual(fixture.names);
    for (const name of fixture.names)
      expect(document.servers[name].milliseconds).toBeGreaterThan(0);
  });

  test('is 1 where a server does not answer', async () => {
    const servers = [...fixture.names, nobody];
    const run = await cli(['ping'], { servers });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^127\.0\.0\.1:1 +no answer: .*ECONNREFUSED$/m);
    const { code, document } = await cliJson(['ping'], { servers });
    expect(code).toBe(1);
    expect(document.servers[nobody].error.code).toBe('CONNECTION');
  });
});

describe('servers and credentials', () => {
  test('--servers goes before $MEMCACHED_SERVERS', async () => {
    const { server } = await ownServer();
    const run = await cli(['ping', '--servers', `${server}, ${server}`], { servers: nobody });
    expect(run.code).toBe(2); // named twice: the environment was not asked
    expect((await cli(['ping', '--servers', server], { servers: nobody })).code).toBe(0);
  });

  test('the password may stand in $MEMCACHED_PASSWORD', async () => {
    const credentials = { user: 'app', password: 'correct horse' };
    const server = await startSaslMemcached(credentials);
    const options = { servers: server.server, env: { MEMCACHED_PASSWORD: credentials.password } };
    const right = await cli(
      ['set', 'key', 'x', '--username', 'app', '--timeout', '10000'],
      options,
    );
    const wrong = await cli(['get', 'key', '--username', 'app', '--password', 'wrong'], options);
    await server.stop();
    expect(right).toMatchObject({ code: 0, stdout: 'stored\n' });
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(wrong.stderr).toContain('AUTHENTICATION');
    expect(wrong.stderr).not.toContain(credentials.password);
  });

  test('a username needs one, and is told where to put it', async () => {
    const run = await cli(['get', 'key', '--username', 'ada'], { servers: nobody });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('--password');
    expect(run.stderr).toContain('$MEMCACHED_PASSWORD');
  });

  test('a password without a username is for others', async () => {
    const { server } = await ownServer();
    const env = { MEMCACHED_PASSWORD: 'secret' };
    expect((await cli(['ping'], { servers: server, env })).code).toBe(0);
  });
});

describe('stats', () => {
  const fixture = serversFor({}, 2);

  test('prints a block a server', async () => {
    const run = await cli(['stats'], { servers: fixture.names });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout.split('\n\n').map((block) => block.split('\n')[0])).toEqual(fixture.names);
    expect(run.stdout).toMatch(/^ {2}pid +\d+$/m);
  });

  test('takes a section, and says which there are', async () => {
    const { document } = await cliJson(['stats', 'settings'], { servers: fixture.names });
    expect(document.servers[fixture.names[0] as string].maxbytes).toBe(64 * 1024 * 1024);
    const wrong = await cli(['stats', 'setings'], { servers: fixture.names });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('did you mean settings?');
  });

  test('is 3 where a server fails, and shows the others', async () => {
    const { code, document } = await cliJson(['stats'], { servers: [...fixture.names, nobody] });
    expect(code).toBe(3);
    expect(document.servers[fixture.names[0] as string].pid).toBe(fixture.servers[0]?.pid);
    expect(document.servers[nobody].error.code).toBe('CONNECTION');
  });
});

describe('stats --watch', () => {
  const fixture = serversFor({}, 1);
  const watch = (...more: string[]) => ['stats', '--watch', '--interval', '0.1', ...more];

  test('prints a line a server and look into a pipe', async () => {
    const run = await cli(watch('--count', '3'), { servers: fixture.names });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const [head, ...lines] = run.stdout.trimEnd().split('\n');
    expect(head?.split('\t').slice(0, 4)).toEqual(['time', 'server', 'hitRate', 'operations']);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line.split('\t')[1]).toBe(fixture.names[0]);
      expect(line.split('\t')).toHaveLength(head?.split('\t').length as number);
    }
    expect(run.stdout).not.toContain('\x1b');
  });

  test('prints a JSON document a look, rates from the second on', async () => {
    const { child, ended, shown } = startCli(watch('--json'), { servers: fixture.names });
    await fixture.client.set('watched', 'x');
    const loads = () =>
      shown()
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line).servers[fixture.names[0] as string]);
    await expect.poll(() => loads().length, { timeout: 10_000 }).toBeGreaterThan(1);
    await fixture.client.get('watched');
    await expect
      .poll(() => loads().at(-1).hitRate ?? loads().at(-2)?.hitRate, { interval: 20 })
      .toBe(1);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, signal: null, stderr: '' });
    expect(loads()[0]).toMatchObject({ hitRate: null, gets: null, limit: 64 * 1024 * 1024 });
    expect(loads().some(({ gets }) => gets > 0)).toBe(true);
  });

  test('shows a server that goes down and comes back', async () => {
    const { port, server, kill } = await ownServer();
    const { child, ended, shown } = startCli(watch('--json'), {
      servers: [server, ...fixture.names],
    });
    const last = () => JSON.parse(shown().trimEnd().split('\n').at(-1) as string).servers[server];
    await expect.poll(last, { timeout: 10_000 }).toHaveProperty('items', 0);
    await kill();
    await expect.poll(last, { timeout: 10_000 }).toHaveProperty('error.code');
    await ownServer({ port });
    await expect.poll(last, { timeout: 10_000 }).toHaveProperty('items', 0);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  test('does not wait for a server that hangs', async () => {
    const hanging = await ownServer();
    await hanging.suspend();
    const run = await cli(watch('--count', '2', '--json'), {
      servers: [hanging.server, ...fixture.names],
    });
    expect(run.code).toBe(3);
    const documents = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(2);
    expect(documents[0].servers[hanging.server].error.code).toBe('TIMEOUT');
    expect(documents[0].servers[fixture.names[0] as string].items).toBeTypeOf('number');
  });

  test('ends at SIGTERM as at Ctrl-C, with an exit code of its own', async () => {
    const { child, ended, shown } = startCli(watch(), { servers: fixture.names });
    await expect.poll(shown, { timeout: 10_000 }).toContain(fixture.names[0]);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143, signal: null, stderr: '' });
  });

  test('ends quietly when its reader has gone', async () => {
    const { child, ended, shown } = startCli(watch(), { servers: fixture.names });
    await expect.poll(shown, { timeout: 10_000 }).toContain(fixture.names[0]);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('takes no section, and only sensible numbers', async () => {
    for (const words of [
      ['stats', 'items', '--watch'],
      ['stats', '--watch', '--interval', '0'],
      ['stats', '--watch', '--count', 'x'],
    ]) {
      const run = await cli(words, { servers: fixture.names });
      expect(run, words.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });
});

describe('bench', () => {
  const fixture = serversFor({}, 2);
  const bench = (...more: string[]) => ['bench', '--seconds', '0.2', '--callers', '5', ...more];

  const itemCount = async () => {
    const stats = [...(await fixture.client.stats()).values()];
    return stats.reduce((sum, one) => sum + Number((one as { curr_items: number }).curr_items), 0);
  };

  test('measures each operation, and leaves nothing behind', async () => {
    await fixture.client.set('mine', 'x');
    const run = await cli(bench(), { servers: fixture.names });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const rows = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows.map(([name]) => name)).toEqual([
      'OPERATION',
      'set',
      'get',
      'getMulti of 100',
      'incr',
    ]);
    for (const row of rows) expect(row).toHaveLength(6);
    expect(await itemCount()).toBe(1);
  });

  test('gives its figures as JSON', async () => {
    const { code, document } = await cliJson(bench('--size', '1000'), { servers: fixture.names });
    expect(code).toBe(0);
    expect(document).toMatchObject({ seconds: 0.2, callers: 5, size: 1000 });
    expect(Object.keys(document.operations)).toEqual(['set', 'get', 'getMulti', 'incr']);
    for (const figures of Object.values<Record<string, number>>(document.operations)) {
      expect(figures).toMatchObject({ misses: 0, errors: 0 });
      expect(figures.perSecond).toBeGreaterThan(0);
      expect(figures.p99).toBeGreaterThanOrEqual(figures.p50 as number);
    }
  });

  test('deletes what it wrote at Ctrl-C too', async () => {
    const before = await itemCount();
    const { child, ended } = startCli(bench('--seconds', '30'), { servers: fixture.names });
    await expect.poll(itemCount, { timeout: 10_000 }).toBeGreaterThan(before);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, signal: null });
    expect(await itemCount()).toBe(before);
  });

  test('tells of keys that may be left on a server that failed', async () => {
    const failing = await ownServer();
    const { child, ended } = startCli(bench('--seconds', '2'), {
      servers: [...fixture.names, failing.server],
    });
    const client = new Client(failing.server);
    const held = async () => [...(await client.stats()).values()][0] as { curr_items: number };
    await expect
      .poll(async () => (await held()).curr_items, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await client.close();
    await failing.kill();
    child.kill('SIGINT');
    expect((await ended).stderr).toMatch(/\d+ keys may be left; they expire within 10 minutes\n$/);
  });

  test('is 3 where nobody answers, and where some do not', async () => {
    expect(await cli(bench(), { servers: nobody })).toMatchObject({ code: 3, stdout: '' });
    const servers = [...fixture.names, nobody];
    const { code, document, stderr } = await cliJson(bench(), { servers });
    expect(code).toBe(3);
    expect(document.operations.get.errors).toBeGreaterThan(0);
    expect(document.operations.get.error).toMatchObject({
      server: nobody,
      key: expect.any(String),
    });
    // A server that took no key has none left.
    expect(stderr).toBe('');
  });
});
