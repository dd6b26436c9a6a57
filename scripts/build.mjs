// `npm run build`: the addon from src/ and native/, then dist/ from lib/.
import { nodeGyp } from './node-gyp.mjs';
import { asProgram, doing, done, mustRun } from './run.mjs';

export async function build() {
  doing('building');
  await nodeGyp('build:native');
  done('native addon');
  await mustRun(['npm', 'run', '--silent', 'build:lib']);
  done('TypeScript');
}

await asProgram(import.meta.url, build);
