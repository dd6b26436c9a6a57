import { expect, test, vi } from 'vitest';
import { Random } from './random';
import { Report } from './report';
import { Saboteur } from './saboteur';
import type { ServedKeys } from './servedKeys';

const steps = vi.hoisted((): string[] => []);

// No time passes.
vi.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number) => void steps.push(`${milliseconds} ms`),
}));

/** What a saboteur does to its server and the way to it, and for how long. */
async function scheduleOf(seed: number): Promise<string[]> {
  steps.length = 0;
  const report = new Report();
  const step = (name: string) => async () => void steps.push(name);
  const target = {
    proxy: {
      setFaults: (faults: object) => steps.push(JSON.stringify(faults)),
      resetAll: step('reset'),
      endAll: step('end'),
    },
    server: { suspend: step('suspend'), resume: step('resume') },
    kill: step('kill'),
    restart: step('restart'),
  };
  let left = 200;
  const saboteur = new Saboteur(target as unknown as ServedKeys, new Random(seed), report);
  await saboteur.run(() => left-- === 0);
  expect(report.faults.size, 'all kinds of faults').toBe(14);
  return [...steps];
}

test('a seed decides what is broken, and for how long', async () => {
  const schedule = await scheduleOf(5);
  expect(await scheduleOf(5)).toEqual(schedule);
  expect(await scheduleOf(6)).not.toEqual(schedule);
});
