import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MemcachedServer } from 'libmemcached/testing';
import { launchMemcached } from '../../dist/testing/memcachedServer.js';

export interface Credentials {
  user: string;
  password: string;
}

/** A memcached that answers nobody but `user` (SASL PLAIN, binary protocol), from a user file of its own. */
export async function startSaslMemcached(credentials: Credentials): Promise<MemcachedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'memcached-sasl-'));
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  try {
    await writeConfiguration(directory, credentials);
    const server = await launchMemcached({ args: ['-S'] }, { SASL_CONF_PATH: directory });
    const stop = () => server.stop().then(removeDirectory);
    return { ...server, kill: stop, stop };
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function writeConfiguration(
  directory: string,
  { user, password }: Credentials,
): Promise<void> {
  const users = join(directory, 'sasldb');
  await writeFile(
    join(directory, 'memcached.conf'),
    `mech_list: plain\npwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${users}\n`,
  );
  // -p: the password from standard input, -c: create the user, -u: the realm memcached looks in.
  const saslpasswd2 = promisify(execFile)(
    'saslpasswd2',
    ['-p', '-c', '-f', users, '-a', 'memcached', '-u', hostname(), user],
    { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
  );
  saslpasswd2.child.stdin?.end(password);
  await saslpasswd2;
}
