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
import { asProgram, mustRun, root, run, StepError } from './run.mjs';
import { setup } from './setup.mjs';
import { soak } from './soak.mjs';

const stages = [
  ['Set-up', check(() => setup({ tests: true }))],
  ['Build', check(build)],
  ['TypeScript: format and lint', check(() => mustRun(['biome', 'check', '--error-on-warnings']))],
  ['TypeScript: types', check(types)],
  ['C++: format', check(() => clangFormat({ check: true }))],
  ['C++: clang-tidy', check(clangTidy)],
  ['C++ tests under AddressSanitizer and UBSan', () => nativeTests('address')],
  ['C++ tests under ThreadSanitizer', () => nativeTests('thread')],
  ['C++ tests under valgrind', () => nativeTests('valgrind')],
  ['Fuzzing under AddressSanitizer and UBSan', () => fuzz()],
  ['TypeScript tests', () => typeScriptTests()],
  ['Lifecycle tests under AddressSanitizer', lifecycleUnderAddressSanitizer],
  ['Soak', check(() => soak(['--minutes', '2'], { show: true }))],
];

async function runStages() {
  const total = { passed: 0, failed: 0 };
  for (const [title, stage] of stages) {
    console.log(`\n── ${title}`);
    const { passed, failed, output = '' } = await stage();
    if (failed > 0 && output) console.log(output.trimEnd());
    console.log(failed > 0 ? `✘ ${passed} passed, ${failed} failed` : `✔ ${passed} passed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
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

async function nativeTests(target) {
  const jobs = `-j${availableParallelism()}`;
  const { status, output } = await run(['make', '-C', 'test/native', jobs, target]);
  const summaries = output.matchAll(/test cases: +\d+ \| +(\d+) passed \| +(\d+) failed/g);
  const counts = { passed: 0, failed: 0 };
  for (const [, passed, failed] of summaries) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return { ...settled(counts, status), output };
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
