// `npm start`: from a fresh clone to the tour of the package. `npm start -- NAME`: to another of examples/.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { asProgram, done, mustRun, root, run, StepError } from './run.mjs';
import { setup } from './setup.mjs';

const [example = 'tour'] = process.argv.slice(2);

await asProgram(import.meta.url, async () => {
  await setup();
  await build();
  await mustRun(['tsc', '-p', 'tsconfig.examples.json']);
  done('examples');
  const candidates = [`build/examples/${example}.js`, `examples/${example}.mjs`];
  const program = candidates.find((file) => existsSync(join(root, file)));
  if (program === undefined) throw new StepError(`examples/ has no ${example}`);
  const { status } = await run([process.execPath, program], { show: true });
  process.exitCode = status;
});
