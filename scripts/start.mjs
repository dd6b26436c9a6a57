// `npm start`: from a fresh clone to the tour of the package.
import { build } from './build.mjs';
import { asProgram, done, mustRun, run } from './run.mjs';
import { setup } from './setup.mjs';

await asProgram(import.meta.url, async () => {
  await setup();
  await build();
  await mustRun(['tsc', '-p', 'tsconfig.examples.json']);
  done('examples');
  const { status } = await run([process.execPath, 'build/examples/tour.js'], { show: true });
  process.exitCode = status;
});
