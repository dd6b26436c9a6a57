// The values of spymemcached's SerializingTranscoder (docs/values.md).
import { types } from 'node:util';
import type { ValueFormat } from '../codec';
import { markedGzip } from '../compressionMethods';
import { jsonText } from './jsonText';
import {
  decodeText,
  type Encoded,
  encodableText,
  exactInteger,
  foreignValue,
  ownBytes,
  undecodable,
  unserializable,
  viewOf,
} from './serializer';

const stringFlags = 0;
const serializedBit = 1;
const gzipBit = 2;
const booleanFlags = 0x100;
const intFlags = 0x200;
const longFlags = 0x300;
const dateFlags = 0x400;
const byteFlags = 0x500;
const floatFlags = 0x600;
const doubleFlags = 0x700;
const bytesFlags = 0x800;
const typeMask = 0xff00;

const largestLong = 2n ** 63n - 1n;

/**
 * Strings, byte[], Boolean, Date; integers as Long, other numbers as Double; the rest as JSON in a
 * string. What Java serialized comes back as `{ data, flags }`.
 */
export const spymemcached: ValueFormat = Object.freeze({
  serializer: { serialize, deserialize },
  textFlags: stringFlags,
  flagBits: serializedBit | gzipBit | typeMask,
  compress: (level: number) => markedGzip(gzipBit, level),
  decompress: [markedGzip(gzipBit)],
  trusted: true,
});

function serialize(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { data: encodableText(value), flags: stringFlags };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { data: integerBytes(BigInt(value)), flags: longFlags }
        : { data: doubleBytes(value), flags: doubleFlags };
    case 'bigint':
      if (value > largestLong || value < -largestLong - 1n) {
        throw unserializable('be an integer of 64 bits, as a Long', value);
      }
      return { data: integerBytes(value), flags: longFlags };
    case 'boolean':
      return { data: value ? '1' : '0', flags: booleanFlags };
    case 'object':
      return serializeObject(value);
    default:
      throw unserializable(
        'be a string, Buffer, number, bigint, boolean, Date or JSON value',
        value,
      );
  }
}

function serializeObject(value: object | null): Encoded {
  if (types.isUint8Array(value)) return { data: viewOf(value), flags: bytesFlags };
  if (!types.isDate(value)) return { data: jsonText(value), flags: stringFlags };
  const time = Date.prototype.getTime.call(value);
  if (Number.isNaN(time)) throw unserializable('be a valid Date', value);
  return { data: integerBytes(BigInt(time)), flags: dateFlags };
}

function deserialize(data: Buffer, flags: number): unknown {
  switch (flags) {
    case stringFlags:
      return decodeText(data);
    case booleanFlags:
      return data.toString('latin1') === '1';
    case intFlags:
      return widened(data, 4).readInt32BE();
    case longFlags:
      return exactInteger(widened(data, 8).readBigInt64BE());
    case dateFlags:
      return decodeDate(data);
    case byteFlags:
      return widened(data, 1).readInt8();
    case floatFlags:
      return widened(data, 4).readFloatBE();
    case doubleFlags:
      return widened(data, 8).readDoubleBE();
    case bytesFlags:
      return ownBytes(data);
    default:
      return foreignValue(data, flags);
  }
}

function decodeDate(data: Buffer): Date {
  const date = new Date(Number(widened(data, 8).readBigInt64BE()));
  if (Number.isNaN(date.getTime())) throw undecodable('be a Date of JavaScript', 'a later one');
  return date;
}

/** Big-endian, without the leading zeros: nothing for 0, all eight bytes for what is negative. */
function integerBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return withoutZeros(bytes);
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return withoutZeros(bytes);
}

function withoutZeros(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? Buffer.alloc(0) : bytes.subarray(start);
}

/** With the zeros again that spymemcached cut off in front. */
function widened(data: Buffer, size: number): Buffer {
  if (data.length > size) throw undecodable(`be at most ${size} bytes`, `${data.length} bytes`);
  return Buffer.concat([Buffer.alloc(size - data.length), data]);
}
