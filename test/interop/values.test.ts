// What other clients stored, read by the codec of their preset; what it writes, as they read it.
import type { PresetName } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { toSettings } from '../../dist/options.js';
import { vectors } from './ring';
import {
  foreign,
  natural,
  naturalText,
  presetOf,
  type Row,
  rawOf,
  storedRows,
  textOrBytes,
} from './values';

/** Clients that know scalars only. */
const perlClients = ['cache-memcached', 'cache-memcached-fast'];
const textClients = ['memjs', 'npm-memcache', 'memcached-libmemcached', ...perlClients];

function expected(client: string, row: Row): unknown {
  const raw = rawOf(row);
  if (textClients.includes(client)) {
    const bits = perlClients.includes(client) ? row.flags : 0;
    if ((bits & 1) !== 0) return foreign; // Storable
    return (bits & 2) !== 0 ? naturalText(row.value) : textOrBytes(raw); // gzip
  }
  // Bytes to its own reader, whatever they were.
  if (client === 'pymemcache' && row.flags === 0) return raw;
  if (client === 'dalli' && row.flags === 0) return textOrBytes(raw);
  if (client === 'pylibmc' && typeof row.value === 'boolean') return row.reads_back;
  if (client === 'php-memcached') return expectedOfPhp(row);
  if (client === 'memcache-client' && raw.equals(Buffer.from('null')) && row.flags === 4)
    return NaN;
  if (typeof row.reads_back === 'string') return row.reads_back;
  return natural(row.value);
}

function expectedOfPhp(row: Row): unknown {
  const type = row.flags & 15;
  if (type === 5) return foreign; // igbinary
  if (type === 0) return naturalText(row.value);
  if (type !== 6 || row.reads_back === undefined) return natural(row.value);
  return (row.reads_back as { $stdClass: unknown }).$stdClass;
}

describe.each(Object.entries(presetOf))('what %s stored', (client, preset) => {
  const { codec } = toSettings('a', { preset });
  const rows = storedRows(client);

  test('is read as the natural value of JavaScript, or as bytes and flags', () => {
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const value = codec.decode(rawOf(row), row.flags);
      const wanted = expected(client, row);
      const what = `${row.config}: ${JSON.stringify(row.value).slice(0, 80)}, flags ${row.flags}`;
      if (wanted === foreign) {
        expect(value, what).toHaveProperty('data');
        expect(value, what).toHaveProperty('flags');
      } else if (typeof wanted === 'string' && wanted.includes('xx...xx')) {
        expect(value, what).toMatch(/^\{"k":"x{16000,}/);
      } else {
        expect(value, what).toStrictEqual(wanted);
      }
    }
  });
});

interface Reading {
  flags: number;
  raw_b64?: string;
  read_by: Record<string, { value?: unknown; error?: string }>;
}

/** The readers of the vectors, by the preset that writes for them. */
const readers: readonly (readonly [reader: string, preset: PresetName])[] = [
  ['pylibmc', 'pylibmc'],
  ['python-memcached', 'python-memcached'],
  ['pymemcache (python_memcache_serializer)', 'pymemcache'],
  ['php-memcached', 'php-memcached'],
  ['php-memcached', 'php-memcached-json'],
  ['dalli', 'dalli'],
  ['Memcached::libmemcached', 'libmemcached'],
  ['npm memcached', 'memcached'],
  ['memcache-client', 'memcache-client'],
  ['memjs', 'memjs'],
  ['npm memcache', 'memcache'],
  ['spymemcached', 'spymemcached'],
  ['Cache::Memcached', 'cache-memcached'],
  ['Cache::Memcached::Fast', 'cache-memcached-fast'],
];

describe.each(readers)('what %s reads of the preset %s', (reader, preset) => {
  const { rows } = vectors<{ rows: Reading[] }>('values-readback');
  const { codec } = toSettings('a', { preset });
  const values = ['hello', '', '42', 'caf\u00e9', 42, -7, 0, 256, 1.5, true, false, { a: 1 }];

  /** The row of the vectors that has what is written for a value. */
  function reading(value: unknown): unknown {
    const { data, flags } = codec.encode(value);
    const raw = Buffer.from(data as string).toString('base64');
    const row = rows.find((candidate) => candidate.flags === flags && candidate.raw_b64 === raw);
    return row?.read_by[reader] && { read: natural(row.read_by[reader].value) };
  }

  test('is what was written, in its own types or as text', () => {
    const readings = values.map((value) => [value, reading(value)] as const);
    const known = readings.filter(([, found]) => found !== undefined);
    expect(known.length).toBeGreaterThan(preset === 'dalli' ? 0 : 2);
    for (const [value, found] of known) {
      const { read } = found as { read: unknown };
      if (typeof value === 'object') expect(parsed(read)).toEqual(value);
      // Python and Perl have 1 and 0 for them.
      else if (typeof value === 'boolean')
        expect([String(value), String(+value)]).toContain(`${read}`);
      else expect(String(read)).toBe(String(value));
    }
  });
});

function parsed(read: unknown): unknown {
  return typeof read === 'string' || Buffer.isBuffer(read) ? JSON.parse(String(read)) : read;
}
