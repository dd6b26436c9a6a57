// V8's structured clone: Map, Set, RegExp, Error, typed arrays, cycles. Only Node reads it.
import { deserialize as fromV8, serialize as toV8 } from 'node:v8';
import { structuredCloneFlags, textFlags } from './flags';
import {
  decodeText,
  type Encoded,
  ownBytes,
  type Serializer,
  undecodable,
  unserializable,
} from './serializer';

/**
 * Takes what `structuredClone` takes, but undefined. Not for servers that others write to: V8
 * trusts its own format. Text with flags 0, such as a counter that `incr` created, is read too.
 */
export const v8: Serializer = Object.freeze({ serialize, deserialize });

function serialize(value: unknown): Encoded {
  if (value === undefined) throw unserializable('not be undefined', value);
  try {
    return { data: toV8(value), flags: structuredCloneFlags };
  } catch {
    // V8's own message quotes the value.
    throw unserializable('be what structuredClone takes', value);
  }
}

function deserialize(data: Buffer, flags: number): unknown {
  if (flags === textFlags) return decodeText(data);
  if (flags !== structuredCloneFlags) {
    throw undecodable('have flags of the v8 codec', `flags ${flags}`);
  }
  try {
    // Typed arrays in the result may share the memory they are read from.
    return fromV8(ownBytes(data));
  } catch {
    throw undecodable('be a structured clone', `${data.length} other bytes`);
  }
}
