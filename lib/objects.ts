// Telling objects that are meant as data from those that only happen to be objects.
import { types } from 'node:util';

/** An object literal or an array: what most objects are, and what needs none of the slow checks. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
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
