// `npm test`: sets the machine up, builds, and runs every check and every test, also after a failure.
// The last line is the sum: `N passed, N failed`, where a check that has no tests counts as one.
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  buildSanitized,
  sanitizedEnvironment,
  sanitizedTests,
} from '../test/lifecycle/sanitized.mjs';
import { build } from './build.mjs';
import { clangFormat } from './clang-format.mjs';
import { clangTidy } from './clang-tidy.mjs';
import { fuzz } from './fuzz.mjs';
import { interop } from './interop.mjs';
import { prebuild } from './prebuild.mjs';
import { asProgram, mustRun, root, run, StepError } from './run.mjs';
import { quickly } from './runtimes.mjs';
import { setUpSystem, setup } from './setup.mjs';
import { soak } from './soak.mjs';

/**
 * One after the other; those of an inner list at once, because all of them but one do not look at the clock, and leave
 * the processor to that one.
 */
const stages = [
  ['Set-up', check(() => setup({ tests: true }))],
  ['Build', check(build)],
  [
    [
      'TypeScript: format and lint',
      check(() => mustRun(['biome', 'check', '--error-on-warnings'])),
    ],
    ['TypeScript: types', check(types)],
    ['Documentation: comments and links', check(() => mustRun(['node', 'scripts/docs.mjs']))],
    ['C++: format', check(() => clangFormat({ check: true }))],
  ],
  [
    ['Prebuilt addon', check(prebuild)],
    ['Fuzzing under AddressSanitizer and UBSan', () => fuzz()],
    ['Soak', check(() => soak(['--minutes', '2'], { show: true }))],
  ],
  ['C++ tests under AddressSanitizer, UBSan, ThreadSanitizer and valgrind', nativeTests],
  [
    ['TypeScript tests', () => typeScriptTests(['--exclude=test/package/**'])],
    ['C++: clang-tidy', check(clangTidy)],
  ],
  ['Package', () => typeScriptTests(['test/package'])], // alone: it compiles
  ['Other versions of Node.js', () => quickly()],
  ['Lifecycle tests under AddressSanitizer', lifecycleUnderAddressSanitizer],
  ['Other clients of a fleet', check(otherClients)],
].map((stage) => (Array.isArray(stage[0]) ? stage : [stage]));

async function runStages() {
  const total = { passed: 0, failed: 0 };
  for (const group of stages) {
    console.log(`\n── ${group.map(([title]) => title).join(' · ')}`);
    for (const { passed, failed } of await Promise.all(group.map(runStage))) {
      total.passed += passed;
      total.failed += failed;
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

async function runStage([title, stage]) {
  const began = Date.now();
  const { passed, failed, output = '' } = await stage();
  if (failed > 0 && output) console.log(output.trimEnd());
  const seconds = `${((Date.now() - began) / 1000).toFixed(0)} s`;
  const counts = failed > 0 ? `✘ ${passed} passed, ${failed} failed` : `✔ ${passed} passed`;
  console.log(`${counts} in ${seconds} · ${title}`);
  return { passed, failed };
}

/** A stage of one check, which fails by a StepError. */
function check(steps) {
  return async () => {
    try {
      await steps();
      return { passed: 1, failed: 0 };
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      return { passed: 0, failed: 1, output: `${error.message}\n${error.output}` };
    }
  };
}

async function types() {
  await mustRun(['tsc']);
  await mustRun(['tsc', '-p', 'bench', '--noEmit']);
}

/** All at once: one flavour is compiled while the tests of another wait for their servers. */
async function nativeTests() {
  const jobs = [`-j${availableParallelism() + 1}`, '--keep-going', '--output-sync=target'];
  const flavours = ['valgrind', 'address', 'thread']; // the slowest to run comes first
  const { status, output } = await run(['make', '-C', 'test/native', ...jobs, ...flavours]);
  const summaries = output.matchAll(/test cases: +\d+ \| +(\d+) passed \| +(\d+) failed/g);
  const counts = { passed: 0, failed: 0 };
  for (const [, passed, failed] of summaries) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return { ...settled(counts, status), output };
}

/** They are set up here: not every system has packages of them, and only this stage needs them. */
async function otherClients() {
  await setUpSystem({ clients: true });
  await interop(['--quick']);
}

async function lifecycleUnderAddressSanitizer() {
  const built = await check(buildSanitized)();
  return built.failed > 0 ? built : typeScriptTests(sanitizedTests, sanitizedEnvironment);
}

async function typeScriptTests(chosen = [], env = {}) {
  const report = join(root, 'build', 'vitest.json');
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = await run(['vitest', 'run', ...chosen, ...reporters], { show: true, env });
  return settled(countsOf(report), status);
}

function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 }; // vitest did not get as far as a report
  }
}

/** A run that ended badly without a failed test has failed all the same, as has one without tests. */
function settled({ passed, failed }, status) {
  const broken = status !== 0 || passed === 0;
  return { passed, failed: broken ? Math.max(failed, 1) : failed };
}

await asProgram(import.meta.url, runStages);
