import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { variants } from '../support/variants';
import { runChaos } from './chaos';
import { total } from './report';

/** A minute in all: half of it for each engine. */
const secondsOf: Readonly<Record<string, number>> = { pipelined: 30, libmemcached: 15 };

test.each(variants)(
  'F51: chaos leads to no wrong answer, $name',
  { timeout: 120_000 },
  async ({ options }) => {
    const seed = randomInt(2 ** 31);
    const seconds = secondsOf[options.engine as string] as number;
    const report = await runChaos({ seed, seconds, client: options });
    expect(
      report.violations,
      `npm run chaos -- --seed ${seed} --engine ${options.engine} --protocol ${options.protocol}\n${report}`,
    ).toEqual([]);
    // It was chaos: most things were asked, and much of it failed.
    expect(total(report.operations)).toBeGreaterThan(1000);
    expect(total(report.failures)).toBeGreaterThan(10);
    expect(total(report.faults)).toBeGreaterThan(10);
  },
);
