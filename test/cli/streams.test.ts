import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKey, oneServer } from '../contract/helpers';
import { program } from './support';

const fixture = oneServer({});

/** The command, with a shell's redirections. */
function shell(line: string) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const env = { ...process.env, MEMCACHED_SERVERS: fixture.names.join() };
    const child = spawn('bash', ['-c', `${process.execPath} ${program} ${line}`], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdin.end();
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Open for reading only, which fails at every write, as a full disk does. */
const unwritable = '</dev/null';

describe('output that cannot be written', () => {
  test.each([
    'get present',
    'set stored value',
    '--help',
    'bench --seconds 0.1 --json',
    'stats --watch --interval 0.1',
  ])('is 3, and told: %s', async (words) => {
    await fixture.client.set('present', 'value');
    const run = await shell(`${words} 1${unwritable}`);
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr: 'libmemcached: cannot write: EBADF\n',
    });
  });

  test('is nothing to a command that fails otherwise', async () => {
    const { code, stdout } = await shell(`get 'bad key' 2${unwritable}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('bench deletes its keys all the same', async () => {
    await fixture.client.flush();
    expect((await shell(`bench --seconds 0.1 1${unwritable}`)).code).toBe(3);
    const [stats] = (await fixture.client.stats()).values();
    expect(stats).toMatchObject({ curr_items: 0 });
  });
});

describe('a stdin that cannot be read', () => {
  test.each([
    ['a directory', `<${tmpdir()}`],
    ['a file open for writing', '0>/dev/null'],
  ])('stores nothing: %s', async (_, redirection) => {
    const key = freshKey();
    await fixture.client.set(key, 'before');
    const { code, stdout, stderr } = await shell(`set ${key} - ${redirection}`);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^libmemcached: cannot read stdin: .+\n$/);
    expect(await fixture.client.get(key)).toBe('before');
  });
});

test('a value that this client cannot send is 2', { timeout: 60_000 }, async () => {
  const key = freshKey();
  const run = await shell(`set ${key} - < <(head -c 300000000 /dev/zero)`);
  expect(run).toEqual({
    code: 2,
    stdout: '',
    stderr: 'libmemcached: VALUE must be at most 256 MiB\n',
  });
});
