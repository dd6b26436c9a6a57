// clang-format over all C++ of the project: `--check` tells what is not formatted, without it is formatted.
import { cppFiles } from './cpp-files.mjs';
import { asProgram, mustRun } from './run.mjs';

export async function clangFormat({ check }) {
  const mode = check ? ['--dry-run', '--Werror'] : ['-i'];
  await mustRun([
    'clang-format',
    ...mode,
    ...cppFiles(['src', 'native', 'test/native', 'test/fuzz']),
  ]);
}

await asProgram(import.meta.url, () => clangFormat({ check: process.argv.includes('--check') }));
