import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from './run.mjs';

/** Runs an npm script that calls node-gyp: through npm, so that npm's settings reach it. */
export async function nodeGyp(script, { args = [], env = {} } = {}) {
  const options = args.length > 0 ? ['--', ...args] : [];
  await mustRun(['npm', 'run', '--silent', script, ...options], { env: { ...headers(), ...env } });
}

/** Names Node's own headers where they came with it: node-gyp then need not fetch them. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  const installed = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return installed && !process.env.npm_config_nodedir ? { npm_config_nodedir: prefix } : {};
}
