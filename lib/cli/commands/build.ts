// Compiles the addon where no prebuilt one fits.
import { packageRoot, startCompiler } from '../../compile';
import { installationLines } from '../../systemPackages';
import type { Context } from '../context';
import { CommandError, exitCodes } from '../exitCodes';

export async function build({ output }: Context): Promise<number> {
  // With --json, stdout is for the document.
  const code = await runNodeGyp(output.json ? 'stderr' : 'stdout');
  if (code !== 0) throw new CommandError(failure(code));
  output.result({ built: true }, () => ['The addon is built.']);
  return exitCodes.ok;
}

function runNodeGyp(shownOn: 'stdout' | 'stderr'): Promise<number> {
  return new Promise((resolve, reject) => {
    const npm = startCompiler(['ignore', shownOn === 'stdout' ? 1 : 2, 2]);
    npm.once('error', (error) => reject(new CommandError(`npm does not run: ${error.message}`)));
    npm.once('close', (code) => resolve(code ?? 1));
  });
}

function failure(code: number): string {
  return [
    `node-gyp ended with status ${code} in ${packageRoot}. It needs these packages:`,
    ...installationLines('build').map((line) => `  ${line}`),
  ].join('\n');
}
