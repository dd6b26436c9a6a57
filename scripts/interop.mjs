// `npm run interop`: this client beside the other clients of a fleet; see test/interop/live.
import { build } from './build.mjs';
import { asProgram, mustRun } from './run.mjs';
import { setup } from './setup.mjs';

/** Throws a StepError when a cell is not as expected. Resolves with the tables. */
export async function interop(args, options) {
  await mustRun(['tsc', '-p', 'test/interop/live']);
  return mustRun(['node', 'build/interop/interop/live/main.js', ...args], options);
}

await asProgram(import.meta.url, async () => {
  await setup({ clients: true });
  await build();
  await interop(process.argv.slice(2), { show: true });
});
