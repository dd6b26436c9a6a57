// `npm run soak -- --minutes 60`: load for as long as asked while the server restarts; see test/soak.
import { build } from './build.mjs';
import { asProgram, mustRun } from './run.mjs';

/** Throws a StepError when the process comes to use more and more. Resolves with the report. */
export async function soak(args, options) {
  await mustRun(['tsc', '-p', 'test/soak']);
  return mustRun(['node', '--expose-gc', 'build/soak/soak/main.js', ...args], options);
}

await asProgram(import.meta.url, async () => {
  await build();
  await soak(process.argv.slice(2), { show: true });
});
