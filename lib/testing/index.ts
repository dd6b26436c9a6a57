/** Private memcached servers, scripted servers and faults, for tests, examples and benchmarks. */
export { type MemcachedServer, startMemcached } from './memcachedServer';
export { type Proxy, startProxy } from './proxy';
export type { ProxyFaults } from './proxyFaults';
export type { ScriptedConnection } from './scriptedConnection';
export {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from './scriptedServer';
export type { StartOptions } from './startOptions';
