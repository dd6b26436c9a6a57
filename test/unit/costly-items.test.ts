// What an item may cost its reader: a few stored bytes must not take seconds or gigabytes.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';
import { expectRefused } from './refusal';

const MiB = 2 ** 20;

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function isForeign(value: unknown): boolean {
  return Buffer.isBuffer((value as { data?: unknown }).data);
}

/** What a pickle's LONG4, BINUNICODE and the like begin with. */
function uint32(length: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes.toString('latin1');
}

/** A length of Marshal's. */
function marshalLength(length: number): string {
  return `\x04${uint32(length)}`;
}

/** A length of MessagePack's. */
function bigEndian(length: number): string {
  return Buffer.from(uint32(length), 'latin1').reverse().toString('latin1');
}

describe('an item of 1 MiB that is almost a number is told from one at once', () => {
  const almost = `${'1'.repeat(MiB)}x`;

  test.each([
    ['pylibmc', 1, `F${almost}\n.`],
    ['php-memcached', 4, `d:${almost};`],
    ['dalli', 1, `\x04\x08f${marshalLength(almost.length)}${almost}`],
  ])('of %s, as foreign', (preset, flags, text) => {
    expect(valuesOf(preset).read(latin1(text), flags)).toSatisfy(isForeign);
  });

  test('of php-memcached, as DECODE', () => {
    const { read } = valuesOf('php-memcached');
    expectRefused(() => read(almost, 2), 'DECODE', 'floating point number');
    for (const float of ['1', '1.', '.5', '1.5', '-1.0E+25', '1e5']) {
      expect(read(float, 2)).toBe(Number(float));
    }
    for (const other of ['.', '', 'e5', '1.5.5', '1e']) {
      expectRefused(() => read(other, 2), 'DECODE');
    }
  });
});

describe('1,048,576 values are read, more are foreign', () => {
  const most = MiB;

  test.each<[string, string, number, (count: number) => string]>([
    ['instructions of a pickle', 'pylibmc', 1, (count) => `(${'}'.repeat(count - 3)}l.`],
    [
      'values of MessagePack',
      'php-memcached',
      7,
      (count) => `\xdd${bigEndian(count - 1)}${'\x80'.repeat(count - 1)}`,
    ],
    [
      'keys and values of PHP',
      'php-memcached',
      4,
      (count) => `a:1:{i:0;a:${(count - 3) >> 1}:{${pairs((count - 3) >> 1)}}}`,
    ],
    [
      'values of Marshal',
      'dalli',
      1,
      (count) => `\x04\x08[${marshalLength(count - 1)}${'{\0'.repeat(count - 1)}`,
    ],
  ])('as %s', (_what, preset, flags, write) => {
    const { read } = valuesOf(preset);
    expect(Array.isArray(read(latin1(write(most)), flags))).toBe(true);
    expect(read(latin1(write(most + 2)), flags)).toSatisfy(isForeign);
  });

  function pairs(count: number): string {
    return Array.from({ length: count }, (_, index) => `i:${index};N;`).join('');
  }

  test('as arrays and objects of JSON; more are a DECODE', () => {
    const { read } = valuesOf('memcache-client');
    const lists = (count: number) => `[${'[],'.repeat(count - 2)}{}]`;
    expect(read(lists(most), 2)).toHaveLength(most - 1);
    expectRefused(() => read(lists(most + 1), 2), 'DECODE', 'at most 1048576 arrays and objects');
  });

  const lists = (count: number) => ({ '': Array.from({ length: count }, () => []) });

  test.each([
    ['memcache-client', 'arrays and objects', most - 2],
    ['dalli', 'values', most - 3],
  ])(
    'and what would not be read back is not written: %s',
    (preset, what, length) => {
      const { codec } = valuesOf(preset, { maxValueSize: 64 * MiB });
      const { data, flags } = codec.encode(lists(length));
      expect(codec.decode(Buffer.from(data as string), flags)).not.toSatisfy(isForeign);
      expectRefused(() => codec.encode(lists(length + 1)), 'SERIALIZE', `at most 1048576 ${what}`);
    },
    60_000,
  );
});

describe('a pickle', () => {
  const { read } = valuesOf('pylibmc');

  test('may number what it will name again in any order, up to its own length', () => {
    expect(read(latin1('(]q\x07K\x01a]q\x03h\x07h\x03l.'), 1)).toEqual([[1], [], [1], []]);
    for (const number of ['100', '-1', '1.5', '99999999999999999999']) {
      expect(read(`(lp${number}\n.`, 1)).toSatisfy(isForeign);
      expect(read(`(lg${number}\n.`, 1)).toSatisfy(isForeign);
    }
  });

  test('has numbers for names that cannot be chosen to collide', () => {
    const numbers = Array.from({ length: 50_000 }, (_, n) => `p${n * 2 ** 34}\n`).join('');
    expect(read(`(l${numbers}.`, 1)).toSatisfy(isForeign);
  });

  test('cannot make bytes of one text again and again', () => {
    const first = `(c_codecs\nencode\nq\x01X${uint32(MiB)}${'x'.repeat(MiB)}X${uint32(6)}latin1\x86q\x02R`;
    const pickle = (times: number) => latin1(`${first}${'h\x01h\x02R'.repeat(times - 1)}l.`);
    expect((read(pickle(3), 1) as Buffer[]).map(({ length }) => length)).toEqual([MiB, MiB, MiB]);
    expect(read(pickle(100), 1)).toSatisfy(isForeign);
  });

  test('has at most so many escapes in its texts as it may have values', () => {
    expect(read('V\\u4e2d\\U0001f600\\n\\.\\u00e9z\n.', 1)).toBe('中😀\\n\\.éz');
    expect(read(`V${'\\u4e2d'.repeat(MiB - 2)}\n.`, 1)).toBe('中'.repeat(MiB - 2));
    expect(read(`V${'\\u4e2d'.repeat(MiB)}\n.`, 1)).toSatisfy(isForeign);
  });
});

test('an integer of more digits than Python would read is foreign', () => {
  for (const [preset, flags, before, behind] of [
    ['pylibmc', 1, 'L', 'L\n.'],
    ['pylibmc', 1, 'I', '\n.'],
    ['php-memcached', 4, 'i:', ';'],
  ] as const) {
    const { read } = valuesOf(preset);
    const digits = '7'.repeat(4300);
    expect(read(`${before}${digits}${behind}`, flags)).toBe(BigInt(digits));
    expect(read(`${before}${digits}7${behind}`, flags)).toSatisfy(isForeign);
  }
});

test('an integer of more than 1024 bits is no key', () => {
  const { read } = valuesOf('pylibmc');
  const dict = (bytes: number) => latin1(`}\x8b${uint32(bytes)}${'\x7f'.repeat(bytes)}Ns.`);
  expect(Object.keys(read(dict(128), 1) as object)).toEqual([
    BigInt(`0x${'7f'.repeat(128)}`).toString(),
  ]);
  expect(read(dict(4 * MiB), 1)).toSatisfy(isForeign);
});

test('the encoding of a Ruby string is a boolean and nothing else', () => {
  const { read } = valuesOf('dalli');
  expect(read(latin1('\x04\x08I"\x06a\x06:\x06ET'), 1)).toBe('a');
  expect(read(latin1('\x04\x08I"\x06a\x06:\x06EF'), 1)).toBe('a');
  const nested = latin1(`\x04\x08I"\0\x06:\x06E${'I"\0\x06;\0'.repeat(100_000)}T`);
  expect(read(nested, 1)).toSatisfy(isForeign);
});

describe('a key that is a number', () => {
  const count = 20_000;
  const objects = [
    ['pylibmc', 1, `(${'}M\xe7\x03Ns'.repeat(count)}l.`],
    ['php-memcached', 4, `a:${count}:{${phpObjects()}}`],
    ['php-memcached', 7, `\xdd${bigEndian(count)}${'\x81\xcd\x03\xe7\xc0'.repeat(count)}`],
    ['dalli', 1, `\x04\x08[${marshalLength(count)}${'{\x06i\x02\xe7\x030'.repeat(count)}`],
  ] as const;

  // Ordinary assignment makes V8 reserve 12 KB for each.
  test.each(objects)('takes no memory for the numbers below it: %s %i', (preset, flags, text) => {
    const before = process.memoryUsage().heapUsed;
    const value = valuesOf(preset).read(latin1(text), flags);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(count * 4000);
    expect(value).toHaveLength(count);
    expect((value as unknown[]).at(-1)).toStrictEqual({ 999: null });
  });

  function phpObjects(): string {
    return Array.from({ length: count }, (_, index) => `i:${index};a:1:{i:999;N;}`).join('');
  }

  test('can be assigned to, like any other', () => {
    const value = valuesOf('pylibmc').read(latin1('}K\x05K\x01s.'), 1) as Record<string, number>;
    value[5] = 2;
    expect(Object.entries(value)).toEqual([['5', 2]]);
    expect(delete value[5]).toBe(true);
  });
});

// The heap of V8 that runs full ends the process; that of a worker ends the worker.
describe('64 MiB out of a few thousand stored bytes leave a heap of 400 MB standing', () => {
  const size = 64 * MiB - 64;

  test.each<[string, string, number, string, string]>([
    ['empty dicts in a pickle', 'pylibmc', 9, '', '}'],
    ['marks in a pickle', 'pylibmc', 9, '', '('],
    ['empty bytes in a pickle', 'pylibmc', 9, '', 'C\0'],
    ['nothing in a pickle', 'pylibmc', 9, '(', 'N'],
    ['escapes in a pickle', 'pylibmc', 9, 'V', '\\u4e2d'],
    ['names in a pickle', 'pylibmc', 9, ']', '\x94'],
    ['empty hashes of Marshal', 'dalli', 3, `\x04\x08[${marshalLength(2 ** 25)}`, '{\0'],
    ['binary strings of Marshal', 'dalli', 3, `\x04\x08[${marshalLength(2 ** 25)}`, '"\0'],
    ['objects of JSON', 'memcache-client', 3, '[', '{},'],
    ['open arrays of JSON', 'memcache-client', 3, '', '['],
  ])('%s', async (_what, preset, flags, start, repeated) => {
    const plain = Buffer.alloc(size, repeated, 'latin1');
    plain.write(start, 'latin1');
    expect(await decodedInWorker(preset, flags, deflateSync(plain))).not.toBe('read');
  });
});

/** `'foreign'`, `'read'`, or the code of the error. */
function decodedInWorker(preset: string, flags: number, data: Buffer): Promise<string> {
  const options = fileURLToPath(new URL('../../dist/options.js', import.meta.url));
  const program = `
    const { parentPort, workerData: { preset, flags, data } } = require('node:worker_threads');
    const { codec } = require(${JSON.stringify(options)}).toSettings('a', { preset });
    try {
      const value = codec.decode(Buffer.from(data), flags);
      parentPort.postMessage(Buffer.isBuffer(value.data) ? 'foreign' : 'read');
    } catch (error) {
      parentPort.postMessage(error.code);
    }`;
  const worker = new Worker(program, {
    eval: true,
    workerData: { preset, flags, data },
    resourceLimits: { maxOldGenerationSizeMb: 400 },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}
