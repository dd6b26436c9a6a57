import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { variants } from '../support/variants';
import { runChaos } from './chaos';
import { total } from './report';

/** All at once: each waits for its faults most of the time, and uses a quarter of a processor. */
const seconds = 60;

test.concurrent.each(variants)(
  'F51: chaos leads to no wrong answer, $name',
  { timeout: 120_000 },
  async ({ options }) => {
    const seed = randomInt(2 ** 31);
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
