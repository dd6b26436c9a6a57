// Runs the examples of docs/cli.md in a terminal and writes down what it shows: `node scripts/cli-docs.mjs`.
// With --check it only tells whether they still show the same, numbers aside.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { asProgram, root, StepError } from './run.mjs';

const file = join(root, 'docs', 'cli.md');
const columns = '100';
const rows = '50';

async function cliDocs() {
  const text = readFileSync(file, 'utf8');
  const current = await withOutputs(text);
  if (!process.argv.includes('--check')) writeFileSync(file, current);
  else if (essence(current) !== essence(text)) throw new StepError('docs/cli.md is out of date');
}

/** The text with what its examples print now, on three servers of their own. */
async function withOutputs(text) {
  const { startMemcached } = createRequire(import.meta.url)('../dist/testing/index.js');
  const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  const directory = mkdtempSync(join(tmpdir(), 'cli-docs-'));
  try {
    writeCommand(directory);
    const addresses = servers.map(({ server }) => server);
    return text.replace(/(?<=^```console\n)[\s\S]*?(?=^```$)/gm, (block) =>
      commandsOf(block)
        .map((command) => `$ ${command}\n${outputOf(command, directory, addresses)}`)
        .join(''),
    );
  } finally {
    rmSync(directory, { recursive: true });
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function writeCommand(directory) {
  const command = join(directory, 'libmemcached');
  const program = join(root, 'dist', 'cli', 'main.js');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
}

function commandsOf(block) {
  return block
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
}

function outputOf(command, directory, addresses) {
  const terminal = [join(root, 'test', 'cli', 'terminal.py'), columns, rows];
  const { stdout, error } = spawnSync('python3', [...terminal, 'bash', '-c', command], {
    cwd: directory,
    env: {
      ...process.env,
      PATH: `${directory}:${process.env.PATH}`,
      TERM: 'xterm-256color',
      MEMCACHED_SERVERS: addresses.join(),
    },
    input: '',
    encoding: 'utf8',
  });
  if (error) throw new StepError(error.message);
  return addresses.reduce(
    (text, address, index) => text.replaceAll(address, `10.0.0.1${index}:11211`),
    whatIsLeft(stdout),
  );
}

/** What a person still sees of it: not what was drawn over. */
function whatIsLeft(output) {
  const lines = stripVTControlCharacters(output.split('\x1b[?1049l').at(-1)).split('\r\n');
  return lines.map((line) => line.split('\r').at(-1).trimEnd()).join('\n');
}

/** Without what differs from run to run. */
function essence(text) {
  return text
    .replace(/\d+(\.\d+)*[kMG]?/g, '0')
    .replace(/[▏▎▍▌▋▊▉█]+/g, '█')
    .replace(/ +/g, ' ');
}

await asProgram(import.meta.url, cliDocs);
