import * as fc from 'fast-check';
import { MemcachedError } from 'libmemcached';
import { expect } from 'vitest';

/** Of one property of one variant. */
const milliseconds = 5_000;
/** A failure prints its seed: with it in FUZZ_SEED, the same calls are made again. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now());

/** Whatever holds, holds for any input, for a while; `holds` is stopped by the test's own time limit. */
export async function forAllCalls<Input>(
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => Promise<void>,
  interruptAfterTimeLimit = milliseconds,
): Promise<void> {
  await fc.assert(fc.asyncProperty(inputs, holds), {
    seed,
    numRuns: 1_000_000,
    interruptAfterTimeLimit,
  });
}

/** What `make` gives, or undefined where it refuses its arguments as the package promises to. */
export function made<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(MemcachedError);
    return undefined;
  }
}
