// Runs clang-tidy over src/ and native/ with the flags they are built with. A file that passed is not
// looked at again until it, a header, a flag or the configuration changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cppFiles } from './cpp-files.mjs';
import { nodeGyp } from './node-gyp.mjs';
import { asProgram, root, run, StepError } from './run.mjs';

const database = 'build/Release';
const passedFiles = join(root, 'build', 'clang-tidy');

/** Throws a StepError with the findings, if there are any. */
export async function clangTidy() {
  await nodeGyp('compile-commands');
  mkdirSync(passedFiles, { recursive: true });
  const files = unchecked();
  const findings = [];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let file = files.pop(); file; file = files.pop()) findings.push(await check(file));
  });
  await Promise.all(workers);
  const text = findings.join('');
  if (text) throw new StepError('clang-tidy has findings', text);
}

async function check({ path, passed }) {
  // Whatever runs beside it may look at the clock.
  const tidy = [
    'nice',
    '-n',
    '19',
    'clang-tidy',
    '--quiet',
    '--warnings-as-errors=*',
    '-p',
    database,
    path,
  ];
  const { status, output } = await run(tidy);
  if (status !== 0) return output;
  writeFileSync(passed, '');
  return '';
}

/** The sources without a mark that they passed as they are now. */
function unchecked() {
  const common = createHash('sha256').update(content('.clang-tidy'));
  for (const header of cppFiles(['src', 'native'], ['.h'])) common.update(content(header));
  const commands = JSON.parse(content(join(database, 'compile_commands.json')));
  return commands
    .map(({ file, command }) => {
      const state = common.copy().update(command).update(readFileSync(file)).digest('hex');
      return { path: file, passed: join(passedFiles, state) };
    })
    .filter(({ passed }) => !existsSync(passed));
}

function content(path) {
  return readFileSync(join(root, path), 'utf8');
}

await asProgram(import.meta.url, clangTidy);
