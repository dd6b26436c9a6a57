// Results as JSON: what JSON lacks stands as an object with one name.
import { types } from 'node:util';
import { MemcachedError } from '../errors';
import { escapeJson } from './escape';
import { UsageError } from './exitCodes';

/**
 * One line of JSON. Bytes become `{"base64": ...}`, bigints `{"bigint": ...}`, dates `{"date": ...}`, NaN and the
 * infinities `{"number": ...}`, Maps arrays of pairs; undefined becomes null.
 */
export function toJson(document: unknown): string {
  return escapeJson(JSON.stringify(plain(document)));
}

/** Deeper values would exhaust the stack, here or in what reads the JSON. */
const deepest = 1000;

/** Whether `value` has no end, or one too far down to be printed. */
export function isTooDeep(value: unknown, levels = deepest): boolean {
  if (typeof value !== 'object' || value === null || types.isUint8Array(value)) return false;
  if (levels === 0) return true;
  const members: Iterable<unknown> = types.isMap(value) ? value : Object.values(value);
  return Array.from(members).some((member) => isTooDeep(member, levels - 1));
}

export interface ErrorDocument {
  readonly code?: string;
  readonly message: string;
  readonly server?: string;
  readonly key?: string;
  /** Left out where the write cannot have happened. */
  readonly maybeApplied?: true;
}

export function errorDocument(error: Error): ErrorDocument {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message };
  if (!(error instanceof MemcachedError)) return { message: error.message };
  const { code, message, server, key, maybeApplied } = error;
  return {
    code,
    message,
    ...(server === undefined ? {} : { server }),
    ...(key === undefined ? {} : { key }),
    ...(maybeApplied ? { maybeApplied: true as const } : {}),
  };
}

/** Not by a replacer, which would see Buffers and Dates after their toJSON. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'bigint':
      return { bigint: value.toString() };
    case 'number':
      return Number.isFinite(value) ? value : { number: String(value) };
    case 'object':
      return value === null ? null : plainObject(value);
    default:
      return value;
  }
}

function plainObject(value: object): unknown {
  if (types.isUint8Array(value)) {
    return {
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    };
  }
  if (types.isDate(value)) return { date: dateText(value) };
  if (types.isMap(value)) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}
