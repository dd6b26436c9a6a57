// `npm run chaos`: random faults under random operations, for as long as asked; see test/chaos.
import { build } from './build.mjs';
import { asProgram, mustRun, run } from './run.mjs';

async function chaos() {
  await build();
  await mustRun(['tsc', '-p', 'test/chaos']);
  const program = ['node', 'build/chaos/chaos/main.js', ...process.argv.slice(2)];
  const { status } = await run(program, { show: true });
  process.exitCode = status;
}

await asProgram(import.meta.url, chaos);
