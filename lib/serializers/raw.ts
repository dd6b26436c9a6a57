// Bytes in, bytes out.
import { types } from 'node:util';
import { textFlags } from './flags';
import { type Encoded, ownBytes, type Serializer, unserializable, viewOf } from './serializer';

/** Takes Buffers and Uint8Arrays, gives Buffers. Writes flags 0, reads whatever the flags. */
export const raw: Serializer = Object.freeze({ serialize, deserialize: ownBytes });

function serialize(value: unknown): Encoded {
  if (!types.isUint8Array(value)) throw unserializable('be a Buffer or Uint8Array', value);
  return { data: viewOf(value), flags: textFlags };
}
