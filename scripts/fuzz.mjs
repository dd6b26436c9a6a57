// `npm run fuzz -- [--seconds N] [target...]`: feeds the targets of test/fuzz/ with made-up input, all
// of them at once, for N seconds (60). What is new to a target is kept in build/fuzz/ for the next
// run; an input that breaks it is named in the output, and `build/fuzz/<target>/fuzzer <input>` tries
// it again.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asProgram, done, root, run, StepError } from './run.mjs';

const suffix = '_fuzz.cc';

export const targets = readdirSync(join(root, 'test', 'fuzz'))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));

/** Counts the targets that held and those that did not; `output` tells why. */
export async function fuzz({ seconds = 60, chosen = targets } = {}) {
  const jobs = `-j${availableParallelism()}`;
  const built = await run(['make', '-C', 'test/fuzz', jobs]);
  if (built.status !== 0) return { passed: 0, failed: chosen.length, output: built.output };
  const runs = await Promise.all(chosen.map((target) => fuzzTarget(target, seconds)));
  const failed = runs.filter(({ status }) => status !== 0);
  return {
    passed: runs.length - failed.length,
    failed: failed.length,
    output: failed.map(({ output }) => output).join('\n'),
  };
}

async function fuzzTarget(target, seconds) {
  const directory = join('build', 'fuzz', target);
  const found = join(directory, 'corpus');
  const findings = join(directory, 'findings');
  for (const path of [found, findings]) mkdirSync(join(root, path), { recursive: true });
  const dictionary = join('test', 'fuzz', `${target}.dict`);
  const { status, output } = await run([
    join(root, directory, 'fuzzer'),
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${findings}/`,
    '-malloc_limit_mb=64', // no input asks for more at once
    '-timeout=10',
    '-print_final_stats=1',
    ...(existsSync(join(root, dictionary)) ? [`-dict=${dictionary}`] : []),
    found, // what is new goes to the first
    join('test', 'fuzz', 'corpus', target),
  ]);
  if (status === 0) done(`${target}: ${summaryOf(output)}`);
  return { status, output: `${target} has a finding:\n${output}` };
}

function summaryOf(output) {
  const [, executions = '?'] = /number_of_executed_units: (\d+)/.exec(output) ?? [];
  const [, rate = '?'] = /average_exec_per_sec: +(\d+)/.exec(output) ?? [];
  const [, edges = '?'] = /.*\bcov: (\d+)/s.exec(output) ?? [];
  return `${executions} executions, ${rate} a second, ${edges} edges`;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { seconds: { type: 'string', default: '60' } },
    allowPositionals: true,
  });
  const seconds = Number(values.seconds);
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new StepError(`--seconds must be a whole number from 1, got ${values.seconds}`);
  }
  const unknown = positionals.find((target) => !targets.includes(target));
  if (unknown) throw new StepError(`no target ${unknown}; there are ${targets.join(', ')}`);
  return { seconds, chosen: positionals.length > 0 ? positionals : targets };
}

async function main() {
  const { failed, output } = await fuzz(readArguments());
  if (failed > 0) throw new StepError('fuzz targets failed', output);
}

await asProgram(import.meta.url, main);
