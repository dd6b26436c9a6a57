// Packs the package and installs it into directories of its own, from files only: no registry is asked.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import lock from '../../package-lock.json';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** npm takes seconds, a compiler the better part of a minute, and other tests run beside these. */
export const patience = { timeout: 300_000 };

/** Of what npm does not install with the package. */
const marks = ['dev', 'devOptional', 'peer'];

/** What npm installs with the package. */
const dependencies = Object.entries<object>(lock.packages)
  .filter(([path, entry]) => path !== '' && !marks.some((mark) => mark in entry))
  .map(([path]) => path.replace('node_modules/', ''));

interface Ended {
  status: number;
  /** What was written to stdout. */
  output: string;
  errors: string;
}

interface Surroundings {
  cwd: string;
  path?: string;
  variables?: Record<string, string>;
}

/** Runs a program with no more of npm's environment than a user's shell has. */
export function run(
  [program, ...args]: string[],
  { cwd, path, variables }: Surroundings,
): Promise<Ended> {
  const env = { HOME: process.env.HOME, PATH: path ?? process.env.PATH, ...variables };
  return new Promise((resolve) => {
    execFile(program as string, args, { cwd, env }, (error, output, errors) => {
      const status = typeof error?.code === 'number' ? error.code : Number(error !== null);
      resolve({ status, output, errors });
    });
  });
}

export async function mustRun(command: string[], surroundings: Surroundings): Promise<string> {
  const { status, output, errors } = await run(command, surroundings);
  expect(status, `${command.join(' ')}\n${output}${errors}`).toBe(0);
  return output;
}

/** A directory that is removed after the file's tests. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'libmemcached-package-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Packs the package in a directory, and resolves to the tarball's path. */
export async function pack(source: string, destination: string): Promise<string> {
  const npm = ['npm', 'pack', '--silent', '--ignore-scripts', `--pack-destination=${destination}`];
  const name = await mustRun([...npm, source], { cwd: destination });
  return join(destination, name.trim());
}

/** Packs what a tarball holds once more, after a change to it. */
export async function repack(tarball: string, change: (content: string) => void): Promise<string> {
  const directory = mkdtempSync(join(dirname(tarball), 'content-'));
  await mustRun(['tar', '-xzf', tarball, '-C', directory], { cwd: directory });
  const content = join(directory, 'package');
  change(content);
  return pack(content, directory);
}

export interface Tarballs {
  libmemcached: string;
  dependencies: Record<string, string>;
}

/** The package and what it depends on, as tarballs. */
export async function packAll(destination: string): Promise<Tarballs> {
  const packed = dependencies.map(async (name): Promise<[string, string]> => {
    return [name, await pack(join(root, 'node_modules', name), destination)];
  });
  return {
    libmemcached: await pack(root, destination),
    dependencies: Object.fromEntries(await Promise.all(packed)),
  };
}

interface Installation extends Ended {
  project: string;
}

interface InstallOptions {
  scripts?: boolean;
  path?: string;
  variables?: Record<string, string>;
}

/** `npm install` of the tarballs into an empty project. */
export async function install(
  { libmemcached, dependencies }: Tarballs,
  { scripts = true, ...surroundings }: InstallOptions = {},
): Promise<Installation> {
  const project = mkdtempSync(join(dirname(libmemcached), 'project-'));
  const manifest = {
    private: true,
    dependencies: { libmemcached: `file:${libmemcached}`, ...files(dependencies) },
    allowScripts: { [`file:${libmemcached}`]: true },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const npm = ['npm', 'install', '--offline', '--no-audit', '--no-fund'];
  const command = scripts ? npm : [...npm, '--ignore-scripts'];
  return { project, ...(await run(command, { cwd: project, ...surroundings })) };
}

/** `install` that must succeed: resolves to the project's directory. */
export async function installed(tarballs: Tarballs, options?: InstallOptions): Promise<string> {
  const { project, status, errors } = await install(tarballs, options);
  expect(status, errors).toBe(0);
  return project;
}

function files(tarballs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
}

/** Stores a value with the package that a project has, in a server that the package starts. */
const storing = `
  const server = await startMemcached();
  const client = new Client(server.server, { timeout: 10_000 });
  console.log(await client.set('key', 'value'), await client.get('key'));
  await client.close();
  await server.stop();`;

const programs = {
  'program.mjs': `
    import { Client } from 'libmemcached';
    import { startMemcached } from 'libmemcached/testing';
    ${storing}`,
  'program.cjs': `
    const { Client } = require('libmemcached');
    const { startMemcached } = require('libmemcached/testing');
    (async () => {${storing}})();`,
};

/** Uses the package as an ES module and as a CommonJS module would. */
export async function expectToWork(project: string): Promise<void> {
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(project, name), text);
    expect(await mustRun([process.execPath, name], { cwd: project })).toBe('true value\n');
  }
}

/** What Node says where the package does not load. */
export async function failureToLoad(project: string): Promise<string> {
  const { status, errors } = await run([process.execPath, '-e', "require('libmemcached')"], {
    cwd: project,
  });
  expect(status).toBe(1);
  return errors;
}

const compilers = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++'];

/** A PATH whose compilers answer as a shell does for a program that is not there. */
export function pathWithoutCompiler(): string {
  const directory = scratchDirectory();
  for (const name of compilers) {
    const absent = `#!/bin/sh\necho '${name}: not found' >&2\nexit 127\n`;
    writeFileSync(join(directory, name), absent, { mode: 0o755 });
  }
  return `${directory}${delimiter}${process.env.PATH}`;
}
