// The default codec: text as it is, everything else as text that tells its type by the flags.
import { types } from 'node:util';
import { isPlain } from '../objects';
import { isWellFormed } from '../text';
import { bigintFlags, bytesFlags, dateFlags, jsonFlags, numberFlags, textFlags } from './flags';
import { jsonText } from './jsonText';
import {
  decodeInteger,
  decodeJson,
  decodeNumber,
  decodeText,
  type Encoded,
  numberText,
  ownBytes,
  type Serializer,
  undecodable,
  unserializable,
  viewOf,
} from './serializer';

/**
 * Round-trips strings, Buffers and Uint8Arrays (as Buffers), numbers with NaN, -0 and the
 * infinities, bigints, booleans, null, Dates, and objects and arrays of JSON; what is nested in
 * those follows `JSON.stringify`. Refuses undefined, functions, symbols, and objects that JSON
 * would empty, such as Maps.
 *
 * Numbers are decimal text, so that `incr` and `decr` work on them. A counter that outgrew what a
 * number can hold exactly comes back as a bigint.
 */
export const json: Serializer = Object.freeze({ serialize, deserialize });

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      // UTF-8 cannot carry a lone surrogate, JSON's escapes can.
      return isWellFormed(value)
        ? { data: value, flags: textFlags }
        : { data: JSON.stringify(value), flags: jsonFlags };
    case 'number':
      return { data: numberText(value), flags: numberFlags };
    case 'bigint':
      return { data: value.toString(), flags: bigintFlags };
    case 'boolean':
      return { data: value ? 'true' : 'false', flags: jsonFlags };
    case 'object':
      return serializeObject(value);
    default:
      throw unserializable(
        'be a string, Buffer, number, bigint, boolean, null, Date or JSON value',
        value,
      );
  }
}

function serializeObject(value: object | null): Encoded {
  if (value !== null && !isPlain(value)) {
    if (types.isUint8Array(value)) return { data: viewOf(value), flags: bytesFlags };
    if (types.isDate(value)) return { data: dateText(value), flags: dateFlags };
  }
  return { data: jsonText(value), flags: jsonFlags };
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case textFlags:
      return decodeText(data);
    case bytesFlags:
      return ownBytes(data);
    case numberFlags:
      return decodeNumber(data);
    case bigintFlags:
      return BigInt(decodeInteger(data));
    case jsonFlags:
      return decodeJson(data);
    case dateFlags:
      return decodeDate(data);
    default:
      throw undecodable('have flags of the JSON codec', `flags ${flags}`);
  }
}

function dateText(value: Date): string {
  return String(Date.prototype.getTime.call(value));
}

function decodeDate(data: Buffer): Date {
  const time = decodeNumber(data);
  const date = new Date(Number(time));
  if (date.getTime() !== time && !Number.isNaN(time)) {
    throw undecodable('be a Date in milliseconds', `${data.length} other bytes`);
  }
  return date;
}
