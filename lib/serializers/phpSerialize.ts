// What PHP's serialize() makes of plain values: null, booleans, integers, floats, strings, arrays.
// Objects, enums and references make the whole value foreign.
import { type Cursor, NotPlain, plainFloat, plainInteger, setEntry } from './plainData';
import { decodeTextOrBytes } from './serializer';

export function readPhp(cursor: Cursor): unknown {
  cursor.count();
  const type = String.fromCharCode(cursor.byte());
  if (type === 'N') {
    cursor.expect(';');
    return null;
  }
  cursor.expect(':');
  switch (type) {
    case 'b':
      return readBoolean(cursor.until(';'));
    case 'i':
      return plainInteger(cursor.until(';'));
    case 'd':
      return plainFloat(cursor.until(';'));
    case 's':
      return readString(cursor);
    case 'a':
      return cursor.nested(() => readArray(cursor));
    default:
      throw new NotPlain();
  }
}

function readBoolean(text: string): boolean {
  if (text !== '0' && text !== '1') throw new NotPlain();
  return text === '1';
}

function readString(cursor: Cursor): string | Buffer {
  const length = readLength(cursor);
  cursor.expect('"');
  const bytes = cursor.view(length);
  cursor.expect('";');
  return decodeTextOrBytes(bytes);
}

/** A JavaScript array where the keys are 0, 1, 2 ...; else an object. */
function readArray(cursor: Cursor): unknown {
  const length = readLength(cursor);
  cursor.expect('{');
  const entries: [key: unknown, value: unknown][] = [];
  for (let index = 0; index < length; index++) entries.push([readPhp(cursor), readPhp(cursor)]);
  cursor.expect('}');
  if (entries.every(([key], index) => key === index)) return entries.map(([, value]) => value);
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries) setEntry(object, key, value);
  return object;
}

function readLength(cursor: Cursor): number {
  return Number(plainInteger(cursor.until(':')));
}
