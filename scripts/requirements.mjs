// What a machine needs beyond Node and npm: how to find it, and the package that brings it.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { otherClients } from './interop-requirements.mjs';
import { run } from './run.mjs';

/** The oldest libmemcached whose routing works (the libmemcached engine asks for 1.1.4 itself). */
const libmemcachedVersion = '1.0.18';

/** As compilers call it. */
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

const building = [
  {
    name: 'C++ compiler',
    found: () => program('g++'),
    packages: { apt: 'g++', dnf: 'gcc-c++', apk: 'g++', brew: 'gcc' },
  },
  {
    name: 'make',
    found: () => program('make'),
    packages: { apt: 'make', dnf: 'make', apk: 'make', brew: 'make' },
  },
  {
    name: 'python3',
    found: () => program('python3'),
    packages: { apt: 'python3', dnf: 'python3', apk: 'python3', brew: 'python3' },
  },
  {
    name: 'pkg-config',
    found: () => program('pkg-config'),
    packages: { apt: 'pkg-config', dnf: 'pkgconf-pkg-config', apk: 'pkgconf', brew: 'pkgconf' },
  },
  {
    name: `libmemcached ${libmemcachedVersion} or later`,
    found: () => library(`libmemcached >= ${libmemcachedVersion}`),
    packages: {
      apt: 'libmemcached-dev libssl-dev', // whose libcrypto.pc Debian's libmemcached.pc asks for
      dnf: 'libmemcached-awesome-devel',
      apk: 'libmemcached-dev',
      brew: 'libmemcached',
    },
  },
  {
    name: 'libuv',
    found: () => library('libuv'),
    packages: { apt: 'libuv1-dev', dnf: 'libuv-devel', apk: 'libuv-dev', brew: 'libuv' },
  },
  {
    name: 'libsasl2',
    // macOS has it without pkg-config's knowing, and Homebrew hides its own.
    found: async () => (await library('libsasl2')) || (await header('sasl/sasl.h')),
    packages: { apt: 'libsasl2-dev', dnf: 'cyrus-sasl-devel', apk: 'cyrus-sasl-dev' },
  },
  {
    name: 'memcached',
    found: () => program('memcached'),
    packages: { apt: 'memcached', dnf: 'memcached', apk: 'memcached', brew: 'memcached' },
  },
];

const testing = [
  {
    name: 'clang-format',
    found: () => program('clang-format'),
    packages: {
      apt: 'clang-format',
      dnf: 'clang-tools-extra',
      apk: 'clang-extra-tools',
      brew: 'clang-format',
    },
  },
  {
    name: 'clang-tidy',
    found: () => program('clang-tidy'),
    packages: {
      apt: 'clang-tidy',
      dnf: 'clang-tools-extra',
      apk: 'clang-extra-tools',
      brew: 'llvm',
    },
  },
  {
    name: 'doctest',
    found: () => header('doctest/doctest.h'),
    packages: { apt: 'doctest-dev', dnf: 'doctest-devel', apk: 'doctest-dev', brew: 'doctest' },
  },
  {
    name: 'sanitizers',
    found: async () => (await runtime('libasan.so')) && (await runtime('libtsan.so')),
    packages: { apt: 'g++', dnf: 'libasan libubsan libtsan' },
  },
  {
    name: 'libFuzzer',
    found: () => program('clang++') && runtime(`libclang_rt.fuzzer-${machine}.a`, 'clang++'),
    packages: {
      apt: 'clang libclang-rt-dev',
      dnf: 'clang compiler-rt',
      apk: 'clang compiler-rt',
      brew: 'llvm',
    },
  },
  {
    name: 'valgrind',
    found: () => program('valgrind'),
    packages: { apt: 'valgrind', dnf: 'valgrind', apk: 'valgrind' },
  },
  {
    name: 'SASL PLAIN',
    found: () => saslPlugin('libplain'),
    packages: {
      apt: 'libsasl2-modules',
      dnf: 'cyrus-sasl-plain',
      apk: 'cyrus-sasl',
    },
  },
  {
    name: 'saslpasswd2',
    found: () => program('saslpasswd2'),
    packages: { apt: 'sasl2-bin', dnf: 'cyrus-sasl', apk: 'cyrus-sasl', brew: 'cyrus-sasl' },
  },
];

/** The requirements this machine does not meet, those of the tests and the other clients if asked for. */
export async function missingRequirements({ tests, clients }) {
  const required = [...building, ...(tests ? testing : []), ...(clients ? otherClients : [])];
  const found = await Promise.all(required.map((requirement) => requirement.found()));
  return required.filter((_, index) => !found[index]);
}

/** Where programs for administrators are, which is not on everybody's path. */
const administration = ['/usr/sbin', '/usr/local/sbin'];

export function program(name) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...administration];
  return directories.some((directory) => isExecutable(join(directory, name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function library(condition) {
  return (await run(['pkg-config', '--exists', condition])).status === 0;
}

async function saslPlugin(name) {
  const { status, output } = await run(['pkg-config', '--variable=libdir', 'libsasl2']);
  // macOS keeps them there.
  const directory = join(status === 0 ? output.trim() : '/usr/lib', 'sasl2');
  return existsSync(directory) && readdirSync(directory).some((file) => file.startsWith(name));
}

async function header(name) {
  const found = await run(['g++', '-E', '-x', 'c++', '-include', name, '/dev/null']);
  return found.status === 0;
}

/** Whether the compiler has a library of its own of that name: it answers with its path. */
async function runtime(name, compiler = 'g++') {
  const { status, output } = await run([compiler, `-print-file-name=${name}`]);
  return status === 0 && isAbsolute(output.trim());
}
