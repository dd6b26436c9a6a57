import { readFileSync } from 'node:fs';
import { presets } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { cli } from './support';

const shared = [
  '--servers',
  '--preset',
  '--prefix',
  '--hash',
  '--distribution',
  '--ketama',
  '--timeout',
  '--username',
  '--password',
  '--json',
];

/** The arguments and options of each command. */
const commands: Readonly<Record<string, readonly string[]>> = {
  get: ['<keys...>', '--raw', ...shared],
  set: ['<key>', '<value>', '--ttl', '--json-value', ...shared],
  delete: ['<keys...>', ...shared],
  incr: ['<key>', '[delta]', '--initial', ...shared],
  touch: ['<key>', '<ttl>', ...shared],
  ping: shared,
  stats: ['[section]', '--watch', '--interval', '--count', ...shared],
  bench: ['--seconds', '--callers', '--size', ...shared],
  locate: ['<keys...>', ...shared],
  ring: ['--svg', ...shared],
  build: ['--help'],
};

describe('--help', () => {
  test.each(Object.entries(commands))('of %s names its options', async (command, words) => {
    const run = await cli([command, '--help']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const word of words) expect(run.stdout).toContain(word);
    expect(run.stdout).not.toContain('\x1b');
  });

  test('names every command, exit code and variable', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    for (const command of Object.keys(commands))
      expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    for (const exitCode of [0, 1, 2, 3, 130])
      expect(stdout).toMatch(new RegExp(`^ +${exitCode} +\\w`, 'm'));
    for (const name of ['MEMCACHED_SERVERS', 'MEMCACHED_PASSWORD', 'NO_COLOR']) {
      expect(stdout).toContain(name);
    }
    for (const preset of Object.keys(presets)) expect(stdout).toContain(`"${preset}"`);
  });

  test('needs no addon', async () => {
    // Node refuses to load any.
    const run = await cli(['--help'], { env: { NODE_OPTIONS: '--no-addons' } });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const get = await cli(['get', 'key', '--json'], { env: { NODE_OPTIONS: '--no-addons' } });
    expect(get).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(get.stdout).error.message).not.toBe('');
  });
});

describe('wrong usage', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['fetch']],
    ['an unknown option', ['get', 'key', '--bogus']],
    ['a missing argument', ['set', 'key']],
    ['an argument too many', ['touch', 'key', '1', '2']],
    ['an option without its value', ['get', 'key', '--prefix']],
    ['a TTL that is no number', ['touch', 'key', 'soon']],
    ['a negative TTL', ['touch', 'key', '-5']],
    ['a hash that does not exist', ['locate', 'key', '--hash', 'sha1']],
    ['a preset that does not exist', ['locate', 'key', '--preset', 'nobody']],
    ['a distribution without its map', ['locate', 'key', '--distribution', 'virtual-bucket']],
    ['a bench without end', ['bench', '--seconds', '1000']],
  ])('is told on stderr, with exit code 2: %s', async (_, words) => {
    const run = await cli(words);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).not.toBe('');
  });

  test('suggests what was meant', async () => {
    expect((await cli(['stat'])).stderr).toContain('Did you mean stats?');
    expect((await cli(['get', 'key', '--server', 'a'])).stderr).toContain(
      'Did you mean --servers?',
    );
  });
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});
