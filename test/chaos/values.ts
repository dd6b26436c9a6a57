// Values that tell whose they are: a wrong one explains itself.
import { createHash } from 'node:crypto';

/** What is stored as version `version` of `key`, of about `size` characters. */
export function versionOf(key: string, version: number, size: number): string {
  const text = `${key}#${version}#${'.'.repeat(size)}`;
  return `${text}#${checksum(text)}`;
}

/** A value in words, for a report. */
export function described(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const [, text = '', key, version, sum] = /^(([^#]+)#(\d+)#\.*)#([0-9a-f]{8})$/.exec(value) ?? [];
  if (key === undefined) {
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}...` : JSON.stringify(value);
  }
  return `version ${version} of ${key}${sum === checksum(text) ? '' : ', damaged'}`;
}

function checksum(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 8);
}
