// The other clients that `npm run interop` drives, each with what it runs in. Only Debian and its kin
// have packages of all of them.
import { run } from './run.mjs';

// Debian's own interpreters: another one in the path does not see Debian's modules.
const inPython = (module, apt) =>
  client(`${module} for Python`, ['/usr/bin/python3', '-c', `import ${module}`], apt);
const inPerl = (module, apt) =>
  client(`${module} for Perl`, ['/usr/bin/perl', `-M${module}`, '-e', '1'], apt);

export const otherClients = [
  inPython('pylibmc', 'python3-pylibmc'),
  inPython('memcache', 'python3-memcache'),
  inPython('pymemcache', 'python3-pymemcache'),
  inPython('twisted.protocols.memcache', 'python3-twisted'),
  client(
    'memcached for PHP',
    ['/usr/bin/php', '-r', 'exit(extension_loaded("memcached") ? 0 : 1);'],
    'php-cli php-memcached',
  ),
  inPerl('Memcached::libmemcached', 'libmemcached-libmemcached-perl'),
  inPerl('Cache::Memcached', 'libcache-memcached-perl'),
  inPerl('Cache::Memcached::Fast', 'libcache-memcached-fast-perl'),
  client('dalli for Ruby', ['/usr/bin/ruby', '-rdalli', '-e', ''], 'ruby ruby-dalli'),
  client('Java compiler', ['/usr/bin/javac', '--version'], 'default-jdk-headless'),
  client('spymemcached for Java', jar('spymemcached'), 'libspymemcached-java'),
  client('Gson for Java', jar('gson'), 'libgoogle-gson-java'), // Java itself reads no JSON
];

/** It is there if the command succeeds. */
function client(name, command, apt) {
  return { name, found: async () => (await run(command)).status === 0, packages: { apt } };
}

function jar(name) {
  return ['test', '-e', `/usr/share/java/${name}.jar`];
}
