// Brings a machine that has Node and npm to where the project builds, and its tests run.
// `npm run setup`, or `npm run setup -- --tests` for what the tests need too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingRequirements, program } from './requirements.mjs';
import { asProgram, doing, done, mustRun, root, run, StepError } from './run.mjs';

const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet'];

const managers = [
  {
    name: 'apt',
    program: 'apt-get',
    refresh: [...apt, 'update'],
    install: [...apt, '--yes', '--no-install-recommends', 'install'],
  },
  { name: 'dnf', program: 'dnf', install: ['dnf', '-y', 'install'] },
  { name: 'apk', program: 'apk', refresh: ['apk', 'update'], install: ['apk', 'add'] },
  { name: 'brew', program: 'brew', install: ['brew', 'install'], ofUser: true },
];

/**
 * Installs what is missing; `tests` and `clients` tell what of the tests is needed too. The npm packages come first:
 * many a check needs no more.
 */
export async function setup(needed = {}) {
  await setUpPackages();
  await setUpSystem(needed);
}

/** The same without the npm packages. Throws a StepError that tells what is still missing. */
export async function setUpSystem(needed) {
  const missing = await missingRequirements(needed);
  if (missing.length > 0) {
    const manager = managers.find((candidate) => program(candidate.program));
    const complaint = manager && (await install(missing, manager));
    const left = await missingRequirements(needed);
    if (left.length > 0) throw new StepError(remedy(left, manager), complaint);
  }
  done('compiler, libraries and tools');
}

/** Resolves to what the manager said if it failed. */
async function install(missing, manager) {
  const packages = packagesOf(missing, manager);
  const prefix = await privilege(manager);
  if (!prefix || packages.length === 0) return undefined;
  doing(`installing ${names(missing)}`);
  // One broken source of many must not stop the others: what is then missing, the installation says.
  if (manager.refresh) await run([...prefix, ...manager.refresh]);
  const { status, output } = await run([...prefix, ...manager.install, ...packages]);
  return status === 0 ? undefined : output;
}

function packagesOf(requirements, { name }) {
  return [...new Set(requirements.flatMap(({ packages }) => packages[name]?.split(' ') ?? []))];
}

/** What is missing, and what a person can do about it: not every manager has a package for everything. */
function remedy(missing, manager) {
  const lines = [`missing: ${names(missing)}`];
  const packages = manager ? packagesOf(missing, manager) : [];
  if (packages.length > 0) {
    const role = manager.ofUser ? '' : ', as root';
    lines.push(`Please run${role}: ${[...manager.install, ...packages].join(' ')}`);
  }
  const others = missing.filter((requirement) => !requirement.packages[manager?.name]);
  if (others.length > 0) {
    const known = others.map(
      (requirement) => `${requirement.name} (Debian: ${requirement.packages.apt})`,
    );
    lines.push(`Please install by other means: ${known.join(', ')}`);
  }
  return lines.join('\n');
}

/** What to put before a command of the manager so that it may install, `undefined` if it may not. */
async function privilege({ ofUser = false }) {
  if (ofUser || process.getuid() === 0) return [];
  const sudo = await run(['sudo', '-n', 'true']);
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

async function setUpPackages() {
  if (!packagesAreCurrent()) {
    doing('installing the npm packages');
    await mustRun(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  done('npm packages');
}

/** Whether all of package-lock.json is there: npm can be asked to leave the tools of development out. */
function packagesAreCurrent() {
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || optional || installed[path]?.version === version,
  );
}

/** npm writes the one of node_modules at the end of each installation. */
function packagesIn(lock) {
  const file = join(root, lock);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

function names(requirements) {
  return requirements.map(({ name }) => name).join(', ');
}

await asProgram(import.meta.url, async () => {
  const tests = process.argv.includes('--tests');
  await setup({ tests, clients: tests });
});
