import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../contract/helpers';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** As `runScript`, in a shell that has run `limit` before: `ulimit -n 64`. */
export function runLimited(limit: string, script: string): Promise<Ending> {
  const source = `const { Client, MemcachedError } = require('libmemcached');\n${script}`;
  return new Promise((resolve) => {
    const child = execFile(
      '/bin/sh',
      ['-c', `${limit}; exec "$@"`, 'sh', process.execPath, '-e', source],
      { cwd: packageRoot, timeout: 15_000, killSignal: 'SIGKILL' },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}
