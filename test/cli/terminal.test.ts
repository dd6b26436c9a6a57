import { startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownServer, serversFor } from '../contract/helpers';
import { inTerminal, nobody, startInTerminal } from './support';

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const enterScreen = '\x1b[?1049h';
const leaveScreen = '\x1b[?1049l';
const ctrlC = '\x03';

describe('on a terminal', () => {
  const fixture = serversFor({}, 1);
  const run = (words: string[], env: NodeJS.ProcessEnv = {}) =>
    inTerminal(words, { servers: fixture.names, env });

  test('values and keys do not reach it with control characters', async () => {
    const hostile = '\x1b[2Jclear\x07\r\n\x7f\u009b31m\u202etxt';
    const shown = String.raw`\x1b[2Jclear\x07\r\n\x7f\x9b31m\u202etxt`;
    const key = 'k\u009b1m';
    await fixture.client.set('hostile', hostile);
    await fixture.client.set(key, Buffer.from([0x1b, 0xff, 0x41]));
    expect((await run(['get', 'hostile'])).stdout).toBe(`${shown}\r\n`);
    const several = await run(['get', 'hostile', key]);
    expect(several.stdout).toBe(`hostile\t${shown}\r\nk\\x9b1m\t\\x1b\\xffA\r\n`);
    for (const words of [
      ['get', 'hostile', key, '--json'],
      ['get', 'hostile', '--raw'],
      ['delete', `${key}2`],
      ['get', `${key}2`],
      ['locate', key],
      ['set', 'key', 'x', '--prefix', key],
    ]) {
      const { stdout } = await run(words, { NO_COLOR: '1' });
      expect(stdout.replaceAll('\r\n', ''), words.join(' ')).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  test('words of servers do not either', async () => {
    const hostile = await startScriptedServer(async (connection) => {
      for (;;) {
        await connection.readLine();
        await connection.write(Buffer.from('SERVER_ERROR out of \u202eluck\r\n'));
      }
    });
    onTestFinished(() => hostile.stop());
    for (const words of [
      ['get', 'key'],
      ['ping'],
      ['stats'],
      ['stats', '--watch', '--count', '1'],
      ['bench'],
    ]) {
      const { stdout } = await inTerminal(words, { servers: hostile.server });
      expect(stdout, words.join(' ')).toContain('luck');
      expect(stdout, words.join(' ')).not.toContain('\u202e');
    }
  });

  test('there are colours, unless NO_COLOR or a dumb terminal forbids them', async () => {
    expect((await run(['stats'])).stdout).toContain('\x1b[1m');
    expect((await run(['stats'], { NO_COLOR: '' })).stdout).toContain('\x1b[1m');
    expect((await run(['stats'], { NO_COLOR: '1' })).stdout).not.toContain('\x1b');
    expect((await run(['stats'], { TERM: 'dumb' })).stdout).not.toContain('\x1b');
    // With CI set, Node takes a terminal of an unknown service for one without colours.
    expect((await run(['--help'], { CI: 'true' })).stdout).toContain('\x1b[1m');
    expect((await run(['--help'], { NO_COLOR: '1' })).stdout).not.toContain('\x1b');
  });

  test('--json has neither colours nor cursor moves', async () => {
    const { stdout } = await run([
      'stats',
      '--watch',
      '--count',
      '2',
      '--interval',
      '0.1',
      '--json',
    ]);
    expect(stdout).not.toContain('\x1b');
    expect(stdout.trimEnd().split('\r\n')).toHaveLength(2);
  });
});

describe('stats --watch on a terminal', () => {
  const fixture = serversFor({}, 2);
  const watch = ['stats', '--watch', '--interval', '0.1'];

  test('draws on a screen of its own, and leaves the last picture behind', async () => {
    const { code, stdout } = await inTerminal([...watch, '--count', '3'], {
      servers: fixture.names,
    });
    expect(code).toBe(0);
    expect(stdout.startsWith(enterScreen + hideCursor)).toBe(true);
    const [live, left] = stdout.split(showCursor + leaveScreen) as [string, string];
    expect(live.split('\x1b[H')).toHaveLength(4);
    for (const name of fixture.names) expect(left).toContain(name);
    expect(left).toMatch(/[▁▂▃▄▅▆▇█]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are
    expect(left.replace(/\x1b\[\d+m/g, '')).not.toContain('\x1b');
  });

  test('fits the width of the terminal', async () => {
    for (const columns of [40, 80, 200]) {
      const options = { servers: [...fixture.names, nobody], columns, env: { NO_COLOR: '1' } };
      const { stdout } = await inTerminal([...watch, '--count', '2'], options);
      const last = stdout.split(leaveScreen)[1] as string;
      const widths = last.split('\r\n').map((line) => [...line].length);
      expect(Math.max(...widths), last).toBeLessThanOrEqual(columns);
    }
  });

  test('gives the cursor back at Ctrl-C, and exits 130', async () => {
    const { child, ended, shown } = startInTerminal(watch, { servers: fixture.names });
    await expect.poll(shown, { timeout: 10_000 }).toContain(fixture.names[0]);
    child.stdin.write(ctrlC);
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor));
    expect(stdout).toContain(leaveScreen);
  });

  test('shows a server that is down', async () => {
    const { server, kill } = await ownServer();
    const servers = [...fixture.names, server];
    const { child, ended, shown } = startInTerminal(watch, { servers, env: { NO_COLOR: '1' } });
    await expect.poll(shown, { timeout: 10_000 }).toContain(server);
    await kill();
    await expect.poll(shown, { timeout: 10_000 }).toMatch(new RegExp(`${server} +down: `));
    child.stdin.write(ctrlC);
    expect((await ended).code).toBe(130);
  });
});

describe('bench on a terminal', () => {
  const fixture = serversFor({}, 1);

  test('draws a bar, and gives the cursor back', async () => {
    const { code, stdout } = await inTerminal(['bench', '--seconds', '0.3', '--callers', '2'], {
      servers: fixture.names,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\rset .*█/);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor));
  });

  test('gives it back at Ctrl-C too', async () => {
    const { child, ended, shown } = startInTerminal(['bench', '--seconds', '30'], {
      servers: fixture.names,
    });
    await expect.poll(shown, { timeout: 10_000 }).toContain('█');
    child.stdin.write(ctrlC);
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor));
  });
});
