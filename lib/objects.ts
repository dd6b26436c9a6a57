// Telling objects that are meant as data from those that only happen to be objects.
import { types } from 'node:util';

/** An object literal or an array: what most objects are, and what needs none of the slow checks. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/**
 * True for a promise, and for what `await` would take for one, where a value has to be there at once.
 * The promise is dropped, and so is its rejection, which would otherwise end the process.
 */
export function dropPromise(value: unknown): boolean {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (!isObject || typeof (value as { then?: unknown }).then !== 'function') return false;
  Promise.resolve(value).catch(() => undefined);
  return true;
}

/** A Map, Promise, Date, Buffer ...: its content is not in its own properties. */
export function isBuiltIn(value: object): boolean {
  if (isPlain(value)) return false;
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isPromise(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  );
}
