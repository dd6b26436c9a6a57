// Values in a form that no language has for itself: what the clients of a fleet exchange is told in it.
import { isDeepStrictEqual } from 'node:util';

export type Description =
  | { readonly type: 'null' }
  | { readonly type: 'text'; readonly content: string }
  /** In base64. */
  | { readonly type: 'bytes'; readonly content: string }
  /** In decimal: not every language has great ones as numbers. */
  | { readonly type: 'integer'; readonly content: string }
  /** In decimal, or an infinity or a NaN in any language's spelling. */
  | { readonly type: 'float'; readonly content: string }
  | { readonly type: 'boolean'; readonly content: boolean }
  | { readonly type: 'list'; readonly content: readonly Description[] }
  | { readonly type: 'map'; readonly content: Readonly<Record<string, Description>> }
  /** Something else; the content names it. */
  | { readonly type: 'other'; readonly content: string };

/** What came of a read. */
export type Found =
  | Description
  | { readonly type: 'missing' }
  | { readonly type: 'error'; readonly content: string };

/** The value that a JavaScript program would store. */
export function natural(description: Description): unknown {
  switch (description.type) {
    case 'null':
      return null;
    case 'bytes':
      return Buffer.from(description.content, 'base64');
    case 'integer':
      return integer(description.content);
    case 'float':
      return Number(description.content);
    case 'list':
      return description.content.map(natural);
    case 'map':
      return Object.fromEntries(
        Object.entries(description.content).map(([key, item]) => [key, natural(item)]),
      );
    default:
      return description.content;
  }
}

function integer(content: string): number | bigint {
  const number = Number(content);
  return Number.isSafeInteger(number) ? number : BigInt(content);
}

/** What a JavaScript program would see. */
export function describe(value: unknown): Description {
  switch (typeof value) {
    case 'string':
      return { type: 'text', content: value };
    case 'boolean':
      return { type: 'boolean', content: value };
    case 'bigint':
      return { type: 'integer', content: String(value) };
    case 'number':
      return { type: Number.isSafeInteger(value) ? 'integer' : 'float', content: String(value) };
    default:
      return describeObject(value);
  }
}

function describeObject(value: unknown): Description {
  if (value === null) return { type: 'null' };
  if (Buffer.isBuffer(value)) return { type: 'bytes', content: value.toString('base64') };
  if (Array.isArray(value)) return { type: 'list', content: value.map(describe) };
  if (value?.constructor !== Object) {
    return { type: 'other', content: value?.constructor?.name ?? typeof value };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, describe(item)] as const);
  return { type: 'map', content: Object.fromEntries(entries) };
}

export function same(one: Found, other: Found): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

/** With its floats as numbers: each language prints them in its own way. */
function comparable(found: Found): unknown {
  switch (found.type) {
    case 'float':
      return { ...found, content: numberOf(found.content) };
    case 'list':
      return { ...found, content: found.content.map(comparable) };
    case 'map': {
      const entries = Object.entries(found.content).map(([key, item]) => [key, comparable(item)]);
      return { ...found, content: Object.fromEntries(entries) };
    }
    default:
      return found;
  }
}

/** As JavaScript, C (`inf`), PHP (`INF`, `NAN`) and Perl (`Inf`) print it. */
export function numberOf(content: string): number {
  const infinity = /^(-?)inf(?:inity)?$/i.exec(content);
  return infinity ? Number(`${infinity[1]}Infinity`) : Number(content);
}
