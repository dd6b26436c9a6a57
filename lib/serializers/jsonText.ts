// JSON of a value, or a refusal: never the `{}` that JSON.stringify makes of what it does not know.
import { types } from 'node:util';
import { MemcachedError } from '../errors';
import { unserializable } from './serializer';

export function jsonText(value: unknown): string {
  if (typeof value === 'object' && value !== null && !isPlain(value) && hasNoJson(value)) {
    throw unserializable('have a JSON form', value);
  }
  const text = stringify(value);
  // What a toJSON that returns undefined gives.
  if (text === undefined) throw unserializable('have a JSON form', value);
  return text;
}

/** An object literal or an array: what most values are, and what needs none of the slow checks. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const message = 'value must have a JSON form, got an object that JSON.stringify fails on';
    throw new MemcachedError('SERIALIZE', message, { cause: error });
  }
}

function hasNoJson(value: object): boolean {
  if ('toJSON' in value) return false;
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isPromise(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  );
}
