// The values that are exchanged, each by the name it has in the table.
import type { Description } from './description';

const text = (content: string): Description => ({ type: 'text', content });
const integer = (content: bigint | number): Description => ({
  type: 'integer',
  content: String(content),
});
const float = (content: number): Description => ({ type: 'float', content: String(content) });
const boolean = (content: boolean): Description => ({ type: 'boolean', content });
const list = (...content: Description[]): Description => ({ type: 'list', content });
const map = (content: Record<string, Description>): Description => ({ type: 'map', content });
const bytes = (content: Uint8Array): Description => ({
  type: 'bytes',
  content: Buffer.from(content).toString('base64'),
});
const nothing: Description = { type: 'null' };

const row = map({ id: integer(7), name: text('Ada Lovelace'), tags: list(text('é'), text('b')) });

/** Over the length from which any of the clients compresses: 16 KiB, spymemcached's. */
const long = 20_000;

export const values: Readonly<Record<string, Description>> = {
  'text, ASCII': text('hello, world'),
  'text, empty': text(''),
  'text, digits': text('42'),
  'text, Unicode': text('café 日本 😀'),
  'text with CR LF': text('line 1\r\nline 2\r\n'),
  'text, 20 KB': text('The quick brown fox. '.repeat(long / 20)),
  'bytes, all 256': bytes(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
  'bytes, empty': bytes(Buffer.alloc(0)),
  'bytes that are UTF-8': bytes(Buffer.from('raw')),
  'bytes, 20 KB': bytes(Buffer.alloc(long, 0xff)),
  'integer 0': integer(0),
  'integer 42': integer(42),
  'integer -1': integer(-1),
  'integer 2^31': integer(2 ** 31),
  'integer 2^53 + 1': integer(2n ** 53n + 1n),
  'integer 2^63 - 1': integer(2n ** 63n - 1n),
  'integer -2^63': integer(-(2n ** 63n)),
  'float 0.1': float(0.1),
  'float -1.5e300': float(-1.5e300),
  'float 5e-324': float(5e-324),
  'float ∞': float(Number.POSITIVE_INFINITY),
  'float NaN': float(Number.NaN),
  true: boolean(true),
  false: boolean(false),
  null: nothing,
  list: list(integer(1), text('two'), float(0.5), boolean(true), nothing),
  'list, empty': list(),
  map: map({ a: integer(1), b: text('é'), c: boolean(false), d: nothing }),
  'map, empty': map({}),
  nested: map({ rows: list(row, row), count: integer(2), next: map({ page: nothing }) }),
  'list, 20 KB': list(...Array.from({ length: 300 }, () => row)),
};
