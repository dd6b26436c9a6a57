import { MemcachedError } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { batches } from './bad-input/batches';
import { calls } from './bad-input/calls';
import { keys } from './bad-input/keys';
import { numbers } from './bad-input/numbers';
import type { Attempt, BadInput } from './bad-input/row';
import { servers } from './bad-input/servers';
import { settings } from './bad-input/settings';
import { values } from './bad-input/values';
import { commandCounts, freshKey, freshKeys, oneServer } from './helpers';

const rows: BadInput[] = [
  ...keys,
  ...values,
  ...numbers,
  ...batches,
  ...servers,
  ...settings,
  ...calls,
].sort((a, b) => a.name.localeCompare(b.name));

test('every row of the matrix is there, once', () => {
  const numbered = Array.from({ length: 44 }, (_, n) => `B${String(n + 1).padStart(2, '0')}`);
  expect(rows.map(({ name }) => name.slice(0, 3))).toEqual(numbered);
});

describe.each(variants)('bad input, $name', ({ options }) => {
  const cache = oneServer({ ...options, connections: 1 });

  async function outcomeOf(attempt: Attempt): Promise<unknown> {
    try {
      return await attempt(cache.client, freshKey());
    } catch (error) {
      return error;
    }
  }

  /** The attempt stands in a turn with two good writes: they alone must reach the server. */
  async function expectRefused(input: string, attempt: Attempt, code: string): Promise<void> {
    const [before, after] = freshKeys(2) as [string, string];
    const counts = await commandCounts(cache);
    const first = cache.client.set(before, 'before');
    const refusal = outcomeOf(attempt);
    const second = cache.client.set(after, 'after');

    const error = await refusal;
    expect.soft(await Promise.all([first, second]), input).toEqual([true, true]);
    expect.soft(error, input).toBeInstanceOf(MemcachedError);
    expect.soft(error, input).toMatchObject({ code, maybeApplied: false });
    expect.soft(await commandCounts(cache), input).toEqual({
      ...counts,
      cmd_set: (counts.cmd_set as number) + 2,
    });
  }

  test.each(rows)('$name', async ({ refused = {}, code = 'INVALID_ARGUMENT', also }) => {
    for (const [input, attempt] of Object.entries(refused)) {
      await expectRefused(input, attempt, code);
    }
    await also?.({ ...cache, options });
  });
});
