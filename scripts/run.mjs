// Running programs, and telling the reader of the terminal what is going on.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const binaries = join(root, 'node_modules', '.bin');

/**
 * Runs a program in the root of the project, its npm packages' programs first in the path. Resolves to
 * its exit status and to what it wrote, which is nothing when `show` lets it write to the terminal.
 */
export function run([program, ...args], { env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}`, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (text) => {
      output += text;
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => resolve({ status: 127, output: error.message }));
    child.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

/** A step that failed: `output` is what the program that failed had to say. */
export class StepError extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

/** Runs a program that must succeed. */
export async function mustRun(command, options) {
  const { status, output } = await run(command, options);
  if (status !== 0) throw new StepError(`${command.join(' ')} ended with status ${status}`, output);
  return output;
}

export function done(text) {
  console.log(`✔ ${text}`);
}

export function doing(text) {
  console.log(`… ${text}`);
}

/**
 * Runs the steps of a script if it is the program, not a module of another one. A step that fails is
 * told without a stack: the script is not at fault.
 */
export async function asProgram(moduleUrl, steps) {
  if (moduleUrl !== pathToFileURL(process.argv[1]).href) return;
  try {
    await steps();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`✘ ${error.message}\n${error.output}`.trimEnd());
    process.exitCode = 1;
  }
}
