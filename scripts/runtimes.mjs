// `npm run test:runtimes [-- file...]`: the TypeScript tests, or those of some files, under each Node that
// the package supports, all with the one addon that is built.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { asProgram, doing, done, mustRun, root, StepError } from './run.mjs';

const versions = ['20', '22', '24'];

const suites = ['test/contract', 'test/unit'];

/** What touches the addon and Node in every way there is. */
const quick = ['exports', 'reading', 'multi-read', 'workers'].map(
  (name) => `test/contract/${name}.test.ts`,
);

/** Counts the runtimes that pass a few tests and those that do not. */
export async function quickly() {
  return underEach(quick);
}

async function underEach(files) {
  const failures = [];
  for (const version of versions) {
    try {
      await under(version, files);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      failures.push(`Node.js ${version}: ${error.message}\n${error.output}`);
    }
  }
  const failed = failures.length;
  return { passed: versions.length - failed, failed, output: failures.join('\n') };
}

async function under(version, files) {
  const node = await installed(version);
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const output = await mustRun([node, vitest, 'run', ...files, '--reporter=dot']);
  const [, passed] = /Tests .*?(\d+ passed)/.exec(output) ?? [];
  done(`Node.js ${(await mustRun([node, '--version'])).trim()}: ${passed}`);
}

/** The packages behind `node` on npm are the executable, and need no install script. */
async function installed(version) {
  const { platform, arch } = process;
  const name = `node-${platform === 'darwin' && arch === 'arm64' ? 'bin-' : ''}${platform}-${arch}`;
  const directory = join(root, 'build', 'runtimes', version);
  const node = join(directory, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    doing(`installing Node.js ${version}`);
    mkdirSync(directory, { recursive: true });
    const npm = ['npm', 'install', '--no-save', '--no-audit', '--no-fund', `--prefix=${directory}`];
    await mustRun([...npm, `${name}@${version}`]);
  }
  return node;
}

await asProgram(import.meta.url, async () => {
  const files = process.argv.slice(2);
  const { failed, output } = await underEach(files.length > 0 ? files : suites);
  if (failed > 0) throw new StepError(`${failed} of ${versions.length} runtimes failed`, output);
});
