// `npm test`: sets the machine up, builds, and runs every check and every test, also after a failure. At the end
// it tells again what failed. The last line is the sum: `N passed, N failed`, where a check that has no tests
// counts as one.
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
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

/** Two processors are never idle: what does not look at the clock runs beside what waits for servers. */
const stages = inTurn(
  stage(
    'Set-up',
    check(() => setup({ tests: true })),
  ),
  stage('Build', check(build)),
  atOnce(
    stage(
      'TypeScript: format and lint',
      check(() => mustRun(['biome', 'check', '--error-on-warnings'])),
    ),
    stage('TypeScript: types', check(types)),
    stage(
      'Documentation: comments and links',
      check(() => mustRun(['node', 'scripts/docs.mjs'])),
    ),
    stage(
      'C++: format',
      check(() => clangFormat({ check: true })),
    ),
  ),
  atOnce(
    stage('Prebuilt addon', check(prebuild)),
    stage('Fuzzing under AddressSanitizer and UBSan', () => fuzz()),
    stage(
      'Soak',
      check(() => soak(['--minutes', '2'], { show: true })),
    ),
  ),
  stage('C++ tests under AddressSanitizer, UBSan, ThreadSanitizer and valgrind', nativeTests),
  atOnce(
    stage('C++: clang-tidy', check(clangTidy)), // takes what the others leave, to the end
    inTurn(
      stage('TypeScript tests', () => typeScriptTests(['--exclude=test/package/**'])),
      stage('Package', () => typeScriptTests(['test/package'])), // alone: it compiles
      stage('Other versions of Node.js', () => quickly()),
      stage('Lifecycle tests under AddressSanitizer', lifecycleUnderAddressSanitizer),
      stage('Other clients of a fleet', check(otherClients)),
    ),
  ),
);

/** Lines of a failed stage that the end tells again: who reads the end only shall learn what failed. */
const toldAgain = 40;
/** Lines of a failed test's message, its place in the file among them. */
const reasonLines = 8;

async function runStages() {
  const results = await stages();
  const bad = results.filter(({ failed }) => failed > 0);
  for (const { title, output } of bad) {
    console.log(`\n── Failed: ${title}\n${output.split('\n').slice(-toldAgain).join('\n')}`);
  }
  const sum = (count) => results.reduce((total, result) => total + result[count], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

function inTurn(...parts) {
  return async () => {
    const results = [];
    for (const part of parts) results.push(...(await part()));
    return results;
  };
}

function atOnce(...parts) {
  return async () => (await Promise.all(parts.map((part) => part()))).flat();
}

/** `run` resolves to how many passed and failed, and to an output that tells why. */
function stage(title, run) {
  return async () => {
    console.log(`\n── ${title}`);
    const began = Date.now();
    const result = await run();
    const { passed, failed } = result;
    const output = (result.output ?? '').trimEnd();
    if (failed > 0 && output) console.log(output);
    const seconds = `${((Date.now() - began) / 1000).toFixed(0)} s`;
    const counts = failed > 0 ? `✘ ${passed} passed, ${failed} failed` : `✔ ${passed} passed`;
    console.log(`${counts} in ${seconds} · ${title}`);
    return [{ title, passed, failed, output }];
  };
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
  const make = ['make', '--silent', '--no-print-directory', '-C', 'test/native'];
  const jobs = [`-j${availableParallelism() + 1}`, '--keep-going', '--output-sync=target'];
  const flavours = ['valgrind', 'address', 'thread']; // the slowest to run comes first
  const { status, output } = await run([...make, ...jobs, ...flavours]);
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
  const { output, ...counts } = readReport(report);
  return { ...settled(counts, status), output };
}

function readReport(path) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
    const output = testResults.flatMap(failuresOf).join('\n');
    return { passed: numPassedTests, failed: numFailedTests, output };
  } catch {
    return { passed: 0, failed: 0, output: 'vitest did not get as far as a report' };
  }
}

function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((result) => result.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`✘ ${file}\n${message}`] : [];
  return failed.map((result) => {
    const [reason = ''] = result.failureMessages;
    const told = reason.split('\n').slice(0, reasonLines).join('\n');
    return `✘ ${file} › ${result.fullName}\n${told}`;
  });
}

/** A run that ended badly without a failed test has failed all the same, as has one without tests. */
function settled({ passed, failed }, status) {
  const broken = status !== 0 || passed === 0;
  return { passed, failed: broken ? Math.max(failed, 1) : failed };
}

await asProgram(import.meta.url, runStages);
