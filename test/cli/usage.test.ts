import { readFileSync } from 'node:fs';
import { presets } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { cli, cliJson } from './support';

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

  test.each([
    ['no command', []],
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['get', 'key', '--bogus']],
    ['a missing argument', ['get']],
    ['a number that is none', ['incr', 'key', 'abc']],
    ['a TTL that is none', ['touch', 'key', 'x']],
    ['an option of all commands that is none', ['get', 'key', '--timeout', 'soon']],
    ['options that exclude each other', ['stats', 'items', '--watch']],
  ])('is a document with --json, wherever that stands: %s', async (_, words) => {
    const { code, document } = await cliJson(words);
    expect(code).toBe(2);
    expect(document).toEqual({ error: { code: 'USAGE', message: expect.stringMatching(/\w/) } });
    expect((await cli(['--json', ...words])).stdout).toBe(`${JSON.stringify(document)}\n`);
  });

  test('says in the document what it says on stderr', async () => {
    const { document, stderr } = await cliJson(['incr', 'key', 'abc']);
    expect(document.error.message).toMatch(/argument 'delta'.*It must be a whole number\.$/);
    expect(stderr).toContain(document.error.message);
  });

  test('is no document where --json is a key', async () => {
    expect(await cli(['touch', '--', '--json'])).toMatchObject({ code: 2, stdout: '' });
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
  const inJson = { code: 0, stdout: `{"version":"${version}"}\n`, stderr: '' };
  expect(await cli(['--version', '--json'])).toMatchObject(inJson);
  expect(await cli(['--json', '--version'])).toMatchObject(inJson);
});
