/** Private memcached servers, for tests, examples and benchmarks. */
export { type MemcachedServer, startMemcached } from './memcachedServer';
export type { StartOptions } from './startOptions';
