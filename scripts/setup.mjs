// Brings a machine that has Node and npm to where the project builds, and its tests run.
// `npm run setup`, or `npm run setup -- --tests` for what the tests need too.
import { statSync } from 'node:fs';
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

/** Installs what is missing; `tests` and `clients` tell what of the tests is needed too. */
export async function setup({ tests = false, clients = tests } = {}) {
  await setUpSystem({ tests, clients });
  await setUpPackages();
}

async function setUpSystem(needed) {
  const missing = await missingRequirements(needed);
  if (missing.length > 0) {
    doing(`installing ${names(missing)}`);
    await install(missing);
    const left = await missingRequirements(needed);
    if (left.length > 0) throw new StepError(`still missing: ${names(left)}`);
  }
  done('compiler, libraries and tools');
}

async function install(missing) {
  const manager = managers.find((candidate) => program(candidate.program));
  if (!manager) throw new StepError(`please install: ${names(missing)}`);
  const packages = packagesFor(missing, manager.name);
  if (packages.length === 0) return;
  const install = [...manager.install, ...packages];
  const prefix = await privilege(manager);
  if (!prefix) {
    throw new StepError(`missing: ${names(missing)}. Please run, as root: ${install.join(' ')}`);
  }
  // One broken source of many must not stop the others: what is then missing, the installation says.
  if (manager.refresh) await run([...prefix, ...manager.refresh]);
  await mustRun([...prefix, ...install]);
}

/** Not every manager has all of them: what is then missing, the installation says. */
function packagesFor(missing, manager) {
  return [...new Set(missing.flatMap(({ packages }) => packages[manager]?.split(' ') ?? []))];
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

/** npm writes the second file at the end of each installation. */
function packagesAreCurrent() {
  const [wanted, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map(
    (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return installed >= wanted;
}

function names(requirements) {
  return requirements.map(({ name }) => name).join(', ');
}

await asProgram(import.meta.url, () => setup({ tests: process.argv.includes('--tests') }));
