// The version that was driven, for the documentation.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LiveClient } from './clients';

export function nameAndVersion(client: LiveClient): string {
  return `${client.name} ${versionOf(client)}`;
}

function versionOf({ package: source }: LiveClient): string {
  if ('npm' in source) {
    const description = readFileSync(`node_modules/${source.npm}/package.json`, 'utf8');
    return (JSON.parse(description) as { version: string }).version;
  }
  const [, version] = execFileSync('dpkg-query', ['-W', source.debian], { encoding: 'utf8' }).split(
    '\t',
  );
  return (version as string).trim();
}
