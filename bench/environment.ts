// What the figures were measured on.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform } from 'node:os';
import { OURS, PEERS } from './clients';

export interface Environment {
  node: string;
  system: string;
  cpu: string;
  cores: number;
  /** Of the minute before the run. On a machine in use only ratios mean anything. */
  load: number;
  memcached: string;
  packages: Record<string, string>;
}

export function describeEnvironment(): Environment {
  const packages = [OURS, ...PEERS].map((name) => [name, readVersion(name)]);
  return {
    node: process.version,
    system: platform(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: loadavg()[0] as number,
    memcached: execFileSync('memcached', ['-V'], { encoding: 'utf8' }).trim(),
    packages: Object.fromEntries(packages),
  };
}

function readVersion(name: string): string {
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
}

export function renderEnvironment({
  node,
  system,
  cpu,
  cores,
  load,
  memcached,
  packages,
}: Environment): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `Node ${node}, ${memcached}, ${system}, ${cores} x ${cpu}, load ${load.toFixed(2)}`,
    versions.join(', '),
  ].join('\n');
}
