// Text in, text out.
import { textFlags } from './flags';
import {
  decodeText,
  type Encoded,
  encodableText,
  type Serializer,
  unserializable,
} from './serializer';

/** Takes and gives strings, as UTF-8. Writes flags 0, reads whatever the flags. */
export const string: Serializer = Object.freeze({ serialize, deserialize: decodeText });

function serialize(value: unknown): Encoded {
  if (typeof value !== 'string') throw unserializable('be a string', value);
  return { data: encodableText(value), flags: textFlags };
}
