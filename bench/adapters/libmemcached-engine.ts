import type { BenchClient } from './adapter';
import { createBenchClient } from './libmemcached';

// The library's own protocol engine, which the default leaves aside.
export const client: BenchClient = createBenchClient({ engine: 'libmemcached' });
