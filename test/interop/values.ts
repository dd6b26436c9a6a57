// The vectors' values, said in JavaScript.
import type { PresetName } from 'libmemcached';
import { vectors } from './ring';

/** What a client stored, and what it reads back where that is something else. */
export interface Row {
  config: string;
  value: unknown;
  flags: number;
  not_stored?: string;
  raw_b64?: string;
  raw_repeat?: [base64: string, times: number];
  reads_back?: unknown;
}

/** Bytes and flags, as a reader gets what it cannot take for a value. */
export const foreign = Symbol('foreign');

export function storedRows(client: string): Row[] {
  const { vectors: rows } = vectors<{ vectors: Row[] }>(`values-${client}`);
  return rows.filter((row) => row.not_stored === undefined);
}

export function rawOf(row: Pick<Row, 'raw_b64' | 'raw_repeat'>): Buffer {
  const [base64, times] = row.raw_repeat ?? [row.raw_b64 ?? '', 1];
  return Buffer.concat(Array.from({ length: times }, () => Buffer.from(base64, 'base64')));
}

/** How the vectors write what JSON has no word for. */
const tags: Record<string, (tagged: Record<string, unknown>) => unknown> = {
  $bytes_b64: (tagged) => Buffer.from(tagged.$bytes_b64 as string, 'base64'),
  $bytes_repeat: (tagged) => repeatedBytes(tagged.$bytes_repeat as [string, number]),
  $int: (tagged) => integer(tagged.$int as string),
  $float: (tagged) => Number((tagged.$float as string).replace('inf', 'Infinity')),
  $repeat: (tagged) => repeated(tagged.$repeat as [string, number]),
  $date: (tagged) => new Date(tagged.$date as number),
  $java: (tagged) => javaValue(tagged.$java as string, tagged.text as string),
  $text: (tagged) => String(tagged.$text),
  $python: (tagged) => languageValue(tagged.$python as string),
  $php: (tagged) => languageValue(tagged.$php as string),
  $ruby: (tagged) => languageValue(tagged.$ruby as string),
  $perl: () => foreign,
  $perl_text: (tagged) => tagged.$perl_text,
  $stdClass: (tagged) => natural(tagged.$stdClass),
};

export function natural(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(natural);
  const [first = ''] = Object.keys(value);
  const read = tags[first];
  if (read !== undefined) return read(value as Record<string, unknown>);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, natural(part)]));
}

/** As a client gives it that knows scalars only, and does not tell text from bytes. */
export function naturalText(value: unknown): unknown {
  const scalar = natural(value);
  if (Buffer.isBuffer(scalar)) return textOrBytes(scalar);
  return typeof scalar === 'object' || scalar === foreign ? foreign : String(scalar);
}

export function textOrBytes(bytes: Buffer): string | Buffer {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

function integer(digits: string): number | bigint {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
}

function repeated([text, times]: [string, number]): string {
  return text.repeat(times);
}

function repeatedBytes([base64, times]: [string, number]): Buffer {
  return rawOf({ raw_repeat: [base64, times] });
}

function javaValue(type: string, text: string): unknown {
  if (type === 'list' || type === 'map') return foreign;
  if (type === 'boolean') return text === 'true';
  return type === 'date' ? new Date(Number(text)) : Number(text);
}

function languageValue(expression: string): unknown {
  const plain: Record<string, unknown> = {
    '(1, 2)': [1, 2],
    '[1 => "one", 5 => "five"]': { 1: 'one', 5: 'five' },
    ':sym': 'sym',
    '"bin\\xff".b': Buffer.from('bin\xff', 'latin1'),
  };
  return plain[expression] ?? foreign;
}

/** Which preset reads a client's vectors. */
export const presetOf: Readonly<Record<string, PresetName>> = {
  pylibmc: 'pylibmc',
  'python-memcached': 'python-memcached',
  pymemcache: 'pymemcache',
  'php-memcached': 'php-memcached',
  dalli: 'dalli',
  spymemcached: 'spymemcached',
  'npm-memcached': 'memcached',
  'memcache-client': 'memcache-client',
  memjs: 'memjs',
  'npm-memcache': 'memcache',
  'memcached-libmemcached': 'libmemcached',
  'cache-memcached': 'cache-memcached',
  'cache-memcached-fast': 'cache-memcached-fast',
};
