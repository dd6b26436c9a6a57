import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command as it ships. */
export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const terminal = fileURLToPath(new URL('terminal.py', import.meta.url));

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Exactly what came. */
  bytes: Buffer;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  servers?: string | string[];
  env?: NodeJS.ProcessEnv;
  /** What stdin holds. */
  input?: string | Buffer;
}

/** A command that runs, with pipes for its input and output. */
export function startCli(words: string[], options: RunOptions = {}) {
  return start([process.execPath, program, ...words], options);
}

export async function cli(words: string[], options: RunOptions = {}): Promise<Run> {
  const { child, ended } = startCli(words, options);
  child.stdin.end(options.input ?? '');
  return ended;
}

/** The same, and what it printed as JSON. */
export async function cliJson(words: string[], options: RunOptions = {}) {
  const run = await cli([...words, '--json'], options);
  return { ...run, document: JSON.parse(run.stdout) };
}

/** A command in a terminal of its own: what is written to stdin is typed. */
export function startInTerminal(words: string[], options: RunOptions & { columns?: number } = {}) {
  const { columns = 100 } = options;
  const command = ['python3', terminal, `${columns}`, '24', process.execPath, program, ...words];
  return start(command, { ...options, env: { TERM: 'xterm-256color', ...options.env } });
}

export async function inTerminal(words: string[], options: RunOptions & { columns?: number } = {}) {
  const { child, ended } = startInTerminal(words, options);
  child.stdin.end(options.input ?? '');
  return ended;
}

function start([command, ...words]: string[], { servers = [], env = {} }: RunOptions) {
  const list = [servers].flat().join(',');
  const { NO_COLOR: _, MEMCACHED_PASSWORD: __, ...inherited } = process.env;
  const child = spawn(command as string, words, {
    env: { ...inherited, MEMCACHED_SERVERS: list, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // it may end before it has read everything
  const ended = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const bytes = Buffer.concat(stdout);
      const texts = { stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString() };
      resolve({ code, signal, bytes, ...texts });
    });
  });
  return { child, ended, shown: () => Buffer.concat(stdout).toString() };
}

/** A directory for one test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'libmemcached-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Where nobody listens. */
export const nobody = '127.0.0.1:1';
