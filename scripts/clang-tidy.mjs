// Runs clang-tidy over src/ and native/ with the flags they are built with. The sources of a folder are looked at as
// one, which includes them all: most of its time goes into the headers, which are then read once. So names without
// linkage are unique in a folder. A folder that passed is not looked at again until one of its files, a header, a
// flag or the configuration changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cppFiles } from './cpp-files.mjs';
import { nodeGyp } from './node-gyp.mjs';
import { asProgram, root, run, StepError } from './run.mjs';

const built = join('build', 'Release', 'compile_commands.json');
const directory = join(root, 'build', 'clang-tidy');

/** Throws a StepError with the findings, if there are any. */
export async function clangTidy() {
  await nodeGyp('compile-commands');
  mkdirSync(directory, { recursive: true });
  const units = unitsOf(JSON.parse(content(built)));
  const commands = units.map(({ path, command }) => ({ directory: root, file: path, command }));
  writeFileSync(join(directory, 'compile_commands.json'), JSON.stringify(commands));
  const left = units.filter(({ passed }) => !existsSync(passed));
  const findings = [];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let unit = left.pop(); unit; unit = left.pop()) findings.push(await check(unit));
  });
  await Promise.all(workers);
  const text = findings.join('');
  if (text) throw new StepError('clang-tidy has findings', text);
}

/** One for each folder: the source that includes those of the folder, and the mark that it passed as it is now. */
function unitsOf(commands) {
  const common = createHash('sha256').update(content('.clang-tidy'));
  for (const header of cppFiles(['src', 'native'], ['.h'])) common.update(content(header));
  const folderOf = ({ file }) => relative(root, dirname(file));
  return [...new Set(commands.map(folderOf))].map((folder) => {
    const sources = commands.filter((source) => folderOf(source) === folder);
    const path = join(directory, `${folder.replaceAll('/', '-')}.cc`);
    const text = sources.map(({ file }) => `#include "${file}"\n`).join('');
    writeFileSync(path, text);
    const command = sources[0].command.replace(sources[0].file, path);
    const state = common.copy().update(command).update(text);
    for (const { file } of sources) state.update(readFileSync(file));
    return { path, command, passed: join(directory, state.digest('hex')) };
  });
}

async function check({ path, passed }) {
  // Whatever runs beside it may look at the clock.
  const tidy = ['nice', '-n', '19', 'clang-tidy', '--quiet', '--warnings-as-errors=*'];
  const { status, output } = await run([...tidy, '-p', directory, path]);
  if (status !== 0) return output;
  writeFileSync(passed, '');
  return '';
}

function content(path) {
  return readFileSync(join(root, path), 'utf8');
}

await asProgram(import.meta.url, clangTidy);
