// Compiles the addon of an installed package.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const packageRoot = join(__dirname, '..');

/**
 * Into build/Release of the package. By an npm script: npm then brings its node-gyp, and its settings
 * reach it.
 */
export function startCompiler(stdio: StdioOptions): ChildProcess {
  return spawn('npm', ['run', 'rebuild:native'], {
    cwd: packageRoot,
    env: { ...headers(), ...process.env },
    stdio,
  });
}

/** Names Node's own headers where they came with it: node-gyp then need not fetch them. */
function headers(): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(process.execPath));
  const installed = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return installed ? { npm_config_nodedir: prefix } : {};
}
