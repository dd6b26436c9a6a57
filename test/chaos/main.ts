// npm run chaos -- [--minutes N] [--seed S] [--engine pipelined|libmemcached] [--protocol text|binary]
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { ClientOptions } from 'libmemcached';
import { runChaos } from './chaos';
import { type Report, total } from './report';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      engine: { type: 'string', default: 'pipelined' },
      protocol: { type: 'string', default: 'text' },
    },
  });
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  const seconds = Number(values.minutes) * 60;
  if (!Number.isSafeInteger(seed) || !(seconds > 0)) {
    throw new Error('--seed must be a whole number and --minutes a number above 0');
  }
  // The client itself says what engine and protocol may be.
  const client = { engine: values.engine, protocol: values.protocol } as ClientOptions;
  console.log(`seed ${seed}, ${values.engine}, ${values.protocol}, ${seconds} s`);
  const report = await runChaos({ seed, seconds, client, onRound: progress() });
  console.log(String(report));
  process.exitCode = report.violations.length > 0 ? 1 : 0;
}

/** Prints a line now and then, and violations as they come. */
function progress(): (report: Report) => void {
  const start = performance.now();
  let printed = 0;
  let shown = start;
  return ({ operations, failures, faults, violations }) => {
    for (const violation of violations.slice(printed)) console.log(`violation: ${violation}`);
    printed = violations.length;
    if (performance.now() - shown < 10_000) return;
    shown = performance.now();
    const counts = `${total(operations)} operations, ${total(failures)} failures`;
    const seconds = Math.round((shown - start) / 1000);
    console.log(`${seconds} s: ${counts}, ${total(faults)} faults, ${printed} violations`);
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
