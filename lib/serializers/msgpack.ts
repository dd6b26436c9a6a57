// MessagePack as php-memcached's serializer msgpack writes it. Objects of PHP, which are maps with a
// nil key, and extension types make the whole value foreign.
import { type Cursor, NotPlain, setEntry } from './plainData';
import { decodeTextOrBytes, exactInteger } from './serializer';

export function readMsgpack(cursor: Cursor): unknown {
  cursor.count();
  const head = cursor.byte();
  if (head < 0x80) return head;
  if (head < 0x90) return readMap(cursor, head & 15);
  if (head < 0xa0) return readArray(cursor, head & 15);
  if (head < 0xc0) return decodeTextOrBytes(cursor.view(head & 31));
  if (head >= 0xe0) return head - 0x100;
  const read = types[head];
  if (read === undefined) throw new NotPlain();
  return read(cursor);
}

const types: Readonly<Record<number, ((cursor: Cursor) => unknown) | undefined>> = {
  192: () => null,
  194: () => false,
  195: () => true,
  196: (cursor) => cursor.bytes(readSize(cursor, 1)),
  197: (cursor) => cursor.bytes(readSize(cursor, 2)),
  198: (cursor) => cursor.bytes(readSize(cursor, 4)),
  202: (cursor) => cursor.view(4).readFloatBE(),
  203: (cursor) => cursor.view(8).readDoubleBE(),
  204: (cursor) => readSize(cursor, 1),
  205: (cursor) => readSize(cursor, 2),
  206: (cursor) => readSize(cursor, 4),
  207: (cursor) => exactInteger(cursor.view(8).readBigUInt64BE()),
  208: (cursor) => cursor.view(1).readInt8(),
  209: (cursor) => cursor.view(2).readInt16BE(),
  210: (cursor) => cursor.view(4).readInt32BE(),
  211: (cursor) => exactInteger(cursor.view(8).readBigInt64BE()),
  217: (cursor) => decodeTextOrBytes(cursor.view(readSize(cursor, 1))),
  218: (cursor) => decodeTextOrBytes(cursor.view(readSize(cursor, 2))),
  219: (cursor) => decodeTextOrBytes(cursor.view(readSize(cursor, 4))),
  220: (cursor) => readArray(cursor, readSize(cursor, 2)),
  221: (cursor) => readArray(cursor, readSize(cursor, 4)),
  222: (cursor) => readMap(cursor, readSize(cursor, 2)),
  223: (cursor) => readMap(cursor, readSize(cursor, 4)),
};

function readArray(cursor: Cursor, size: number): unknown[] {
  return cursor.nested(() => {
    const array: unknown[] = [];
    for (let left = size; left > 0; left--) array.push(readMsgpack(cursor));
    return array;
  });
}

function readMap(cursor: Cursor, size: number): object {
  return cursor.nested(() => {
    const object: Record<string, unknown> = {};
    for (let left = size; left > 0; left--) {
      setEntry(object, readMsgpack(cursor), readMsgpack(cursor));
    }
    return object;
  });
}

function readSize(cursor: Cursor, bytes: number): number {
  return cursor.view(bytes).readUIntBE(0, bytes);
}
