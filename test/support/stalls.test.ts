import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { lateness, now, stalls } from './stalls';

/** Keeps the event loop from everything else. */
function block(milliseconds: number): void {
  const end = now() + milliseconds;
  while (now() < end);
}

describe('a bound that the machine itself may stretch', () => {
  beforeAll(() => stalls.ready);

  test('is kept by what settles before its deadline', async () => {
    expect(await stalls.settles(Promise.resolve(), now() + 10_000, lateness)).toBe(true);
  });

  test('is kept by what fails before its deadline', async () => {
    expect(await stalls.settles(Promise.reject(new Error()), now() + 10_000, lateness)).toBe(true);
  });

  test('is broken by what settles late for no reason', async () => {
    // More than any machine stalls of this time.
    expect(await stalls.settles(sleep(2000), now() + 10, lateness)).toBe(false);
  });

  test('is broken by what never settles', async () => {
    expect(await stalls.settles(new Promise(() => {}), now() + 10, lateness)).toBe(false);
  });

  test('is stretched while the event loop is blocked, and not for longer', async () => {
    const deadline = now() + 20;
    const answer = sleep(40);
    block(500);
    expect(await stalls.settles(answer, deadline, lateness)).toBe(true);
    expect(await stalls.settles(sleep(2000), deadline, lateness)).toBe(false);
  });
});
