import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import lock from '../../package-lock.json';

const root = join(__dirname, '..', '..');

function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'libmemcached-setup-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

interface Ended {
  status: unknown;
  output: string;
}

function run(command: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [program, ...words] = command;
  return new Promise((resolve) => {
    execFile(program as string, words, { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

type Packages = Record<string, { version?: string }>;

/** Asks for no password. */
const sudo = '[ "$2" = true ] || { shift; "$@"; }';

/** A clone on a machine that has these programs only: they write down how they were called. */
class FreshMachine {
  readonly #clone = scratchDirectory();
  readonly #path = scratchDirectory();
  readonly #log = join(this.#path, 'log');

  constructor(programs: Record<string, string>) {
    cpSync(join(root, 'scripts'), join(this.#clone, 'scripts'), { recursive: true });
    cpSync(join(root, 'package-lock.json'), join(this.#clone, 'package-lock.json'));
    symlinkSync('/usr/bin/env', join(this.#path, 'env'));
    for (const [name, script] of Object.entries({ npm: '', sudo, ...programs })) {
      const program = join(this.#path, name);
      writeFileSync(program, `#!/bin/sh\necho "${name} $*" >>${this.#log}\n${script}\n`);
      chmodSync(program, 0o755);
    }
  }

  /** Writes down, as npm does, what is in node_modules. */
  hasInstalled(packages: Packages): void {
    mkdirSync(join(this.#clone, 'node_modules'));
    const file = join(this.#clone, 'node_modules', '.package-lock.json');
    writeFileSync(file, JSON.stringify({ packages }));
  }

  setUp(...words: string[]): Promise<Ended> {
    const command = [process.execPath, 'scripts/setup.mjs', ...words];
    return run(command, this.#clone, { PATH: this.#path });
  }

  get calls(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
  }
}

describe('set-up where the package manager installs nothing', () => {
  const offline = { 'apt-get': 'echo "E: no network"; exit 100' };

  test('installs the npm packages all the same', async () => {
    const machine = new FreshMachine(offline);
    expect(await machine.setUp()).toMatchObject({ status: 1 });
    expect(machine.calls).toContain('npm ci --include=dev');
  });

  test('says what is missing, how to install it, and why it was not', async () => {
    const { output } = await new FreshMachine(offline).setUp();
    expect(output).toContain('missing: C++ compiler, make, python3');
    expect(output).toMatch(/Please run, as root: .*apt-get .* install g\+\+ make python3/);
    expect(output).toContain('E: no network');
  });

  test('names what the manager has no package of', async () => {
    const machine = new FreshMachine({ apk: '' });
    const { status, output } = await machine.setUp('--tests');
    expect(status).toBe(1);
    expect(output).toContain('Please run, as root: apk add g++');
    expect(output).toMatch(/Please install by other means: .*sanitizers \(Debian: g\+\+\)/);
  });
});

describe('set-up installs the npm packages', () => {
  const { '': _, ...all }: Packages = lock.packages;
  const without = (mark: string) =>
    Object.fromEntries(Object.entries(all).filter(([, entry]) => !(mark in entry)));

  test.each([
    ['after npm install --omit=dev', without('dev')],
    ['after an update', { ...all, 'node_modules/typescript': { version: '1.0.0' } }],
  ])('%s', async (_when, packages) => {
    const machine = new FreshMachine({ 'apt-get': '' });
    machine.hasInstalled(packages);
    await machine.setUp();
    expect(machine.calls).toContain('npm ci --include=dev');
  });

  test('not where they are there, but for those of other systems', async () => {
    const machine = new FreshMachine({ 'apt-get': '' });
    machine.hasInstalled(without('optional'));
    expect((await machine.setUp()).output).toContain('✔ npm packages');
    expect(machine.calls).not.toContain('npm');
  });
});

describe('with Homebrew, where pkg-config does not know libsasl2', () => {
  /** What pkg-config knows there. */
  function homebrew(): NodeJS.ProcessEnv {
    const directory = scratchDirectory();
    for (const [library, version] of [
      ['libmemcached', '1.1.4'],
      ['libuv', '1.48.0'],
    ]) {
      const lines = [
        `Name: ${library}`,
        'Description: as Homebrew has it',
        `Version: ${version}`,
        `Cflags: -I/opt/homebrew/${library}/include`,
        `Libs: -L/opt/homebrew/${library}/lib`,
      ];
      writeFileSync(join(directory, `${library}.pc`), `${lines.join('\n')}\n`);
    }
    return { ...process.env, PKG_CONFIG_LIBDIR: directory, PKG_CONFIG_PATH: '' };
  }

  test('nothing is missing, since the compiler finds its header', async () => {
    const program = `
      import { missingRequirements } from './scripts/requirements.mjs';
      console.log((await missingRequirements({})).map(({ name }) => name).join());`;
    const command = [process.execPath, '--input-type=module', '--eval', program];
    expect(await run(command, root, homebrew())).toEqual({ status: 0, output: '\n' });
  });

  test('the build looks where the other libraries are', { timeout: 60_000 }, async () => {
    const copy = scratchDirectory();
    for (const directory of ['src', 'native']) {
      mkdirSync(join(copy, directory));
      writeFileSync(join(copy, directory, 'empty.cc'), '');
    }
    cpSync(join(root, 'binding.gyp'), join(copy, 'binding.gyp'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const nodeGyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    const prefix = dirname(dirname(process.execPath));
    const hasHeaders = existsSync(join(prefix, 'include', 'node', 'common.gypi'));
    const headers = hasHeaders ? [`--nodedir=${prefix}`] : [];
    const { output } = await run(
      [process.execPath, nodeGyp, 'configure', ...headers],
      copy,
      homebrew(),
    );
    const targets = ['engine', 'libmemcached'].map((target) =>
      join(copy, 'build', `${target}.target.mk`),
    );
    for (const target of targets) {
      expect(existsSync(target), output).toBe(true);
      for (const library of ['libmemcached', 'libuv'])
        expect(readFileSync(target, 'utf8')).toContain(`-I/opt/homebrew/${library}/include`);
    }
    expect(readFileSync(targets[1] as string, 'utf8')).toContain(
      '-L/opt/homebrew/libmemcached/lib',
    );
  });
});
