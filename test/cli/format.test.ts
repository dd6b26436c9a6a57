import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeJson, escapeText } from '../../dist/cli/escape.js';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatPercent,
} from '../../dist/cli/figures.js';
import { toJson } from '../../dist/cli/json.js';
import { wantsColour } from '../../dist/cli/paint.js';
import { bar, sparkline } from '../../dist/cli/sparkline.js';
import { formatTable, pad, shorten, visibleWidth } from '../../dist/cli/table.js';
import { readStdin, readValue, valueText } from '../../dist/cli/values.js';
import { forAll } from '../unit/properties';

describe('figures', () => {
  test('have three digits and a unit', () => {
    const counts = [0, 7, 999, 1000, 12_345, 999_499, 999_500, 1.23e9, 12.34].map(formatCount);
    expect(counts).toEqual(['0', '7', '999', '1k', '12.3k', '999k', '1M', '1.23G', '12.3']);
    const bytes = [0, 512, 1023, 1024, 64 * 1024 * 1024, 1_500_000].map(formatBytes);
    expect(bytes).toEqual(['0B', '512B', '1023B', '1K', '64M', '1.43M']);
    const times = [0.0123, 0.5, 1.234, 12.34, 123.4].map(formatMilliseconds);
    expect(times).toEqual(['0.012', '0.5', '1.23', '12.3', '123']);
  });

  test('say 100 % only of all', () => {
    expect([0, 0.5, 0.9999, 1].map(formatPercent)).toEqual(['0.0%', '50.0%', '99.9%', '100%']);
  });

  test('fit their columns, whatever the number', () => {
    forAll(fc.double({ min: 0, max: 9.99e14, noNaN: true }), (number) => {
      expect(formatCount(number).length).toBeLessThanOrEqual(5);
      expect(formatBytes(Math.floor(number)).length).toBeLessThanOrEqual(5);
    });
  });
});

describe('a sparkline', () => {
  test('shows the last values, the newest at the right', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8, 7)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([9, 9, 7, 0], 2, 7)).toBe('█▁');
    expect(sparkline([7], 4, 7)).toBe('   █');
  });

  test('has a blank for what is not known, and a floor for nothing at all', () => {
    expect(sparkline([1, undefined, 1], 3, 1)).toBe('█ █');
    expect(sparkline([0, 0], 2, 0)).toBe('▁▁');
  });

  test('is always as wide as asked', () => {
    const figure = fc.double({ min: 0, noNaN: true });
    const values = fc.array(fc.option(figure, { nil: undefined }));
    forAll(fc.tuple(values, fc.integer({ min: 1, max: 50 }), figure), ([all, width, max]) => {
      expect([...sparkline(all, width, max)]).toHaveLength(width);
    });
  });

  test('a bar has eighths of a character', () => {
    expect([0, 0.5, 1, 2].map((share) => bar(share, 4))).toEqual(['', '██', '████', '████']);
    expect(bar(1 / 32, 4)).toBe('▏');
    expect(bar(31 / 32, 4)).toBe('███▉');
  });
});

describe('a table', () => {
  test('aligns its columns, colours or not', () => {
    const columns = [
      { heading: 'NAME' },
      { heading: 'N', align: 'right' },
      { heading: '' },
    ] as const;
    expect(
      formatTable(columns, [
        ['\x1b[31ma\x1b[39m', '10', 'x'],
        ['long name', '7', ''],
      ]),
    ).toEqual(['NAME        N', '\x1b[31ma\x1b[39m          10  x', 'long name   7']);
  });

  test('shortens in the middle', () => {
    expect(shorten('10.0.0.1:11211', 14)).toBe('10.0.0.1:11211');
    expect(shorten('10.0.0.1:11211', 9)).toBe('10.0…1211');
    expect(shorten('ab', 1)).toBe('…');
    expect(visibleWidth(pad('é', 3))).toBe(3);
  });
});

describe('escapes', () => {
  test('leave no control character, and all the rest', () => {
    expect(escapeText('Zoë 👩‍👩‍👧 \\ "x"')).toBe('Zoë 👩‍👩‍👧 \\ "x"');
    expect(escapeText('a\n\r\t\0\x1b\x7f\u009b\u2028\u202e')).toBe(
      String.raw`a\n\r\t\x00\x1b\x7f\x9b\u2028\u202e`,
    );
    expect(escapeText(Buffer.from([0x41, 0xff, 0x1b]))).toBe(String.raw`A\xff\x1b`);
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
    forAll(text, (any) => {
      expect(escapeText(any)).not.toMatch(/[\p{Cc}\u202e]/u);
    });
  });

  test('of JSON are JSON', () => {
    forAll(fc.string({ unit: 'binary' }), (text) => {
      const json = escapeJson(JSON.stringify(text));
      expect(json).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(JSON.parse(json)).toBe(text);
    });
  });
});

describe('JSON', () => {
  test('has an object for what JSON lacks', () => {
    const values = {
      bytes: Buffer.from('ab'),
      big: 2n ** 64n,
      date: new Date(0),
      infinite: -Infinity,
      map: new Map([[1, undefined]]),
      nested: [{ flags: 1, data: new Uint8Array([255]) }],
      __proto__: null,
    };
    expect(JSON.parse(toJson(values))).toEqual({
      bytes: { base64: 'YWI=' },
      big: { bigint: '18446744073709551616' },
      date: { date: '1970-01-01T00:00:00.000Z' },
      infinite: { number: '-Infinity' },
      map: [[1, null]],
      nested: [{ flags: 1, data: { base64: '/w==' } }],
    });
    expect(toJson(undefined)).toBe('null');
  });
});

describe('values', () => {
  test('are printed as one would write them down', () => {
    const values = ['text', 1.5, 7n, true, null, [1], new Date(0)];
    expect(values.map(valueText)).toEqual([
      'text',
      '1.5',
      '7',
      'true',
      'null',
      '[1]',
      '1970-01-01T00:00:00.000Z',
    ]);
    expect(valueText(Buffer.from([255]))).toEqual(Buffer.from([255]));
  });

  test('are read as text, or as JSON', () => {
    expect(readValue('1', false)).toBe('1');
    expect(readValue(' 1 ', true)).toBe(1);
    expect(readValue('-9007199254740993', true)).toBe(-9007199254740993n);
    expect(() => readValue(Buffer.from([255]), true)).toThrow('VALUE must be JSON');
  });

  test('from stdin are text only where their bytes are', async () => {
    const input = async function* () {
      yield Buffer.from([0xc3]);
      yield Buffer.from([0xab]);
    };
    expect(await readStdin(input())).toBe('ë');
    const bytes = async function* () {
      yield Buffer.from([0xc3]);
    };
    expect(await readStdin(bytes())).toEqual(Buffer.from([0xc3]));
  });
});

test('colours are for terminals that want them', () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
  expect(wantsColour(true, { NO_COLOR: '0' })).toBe(false);
  expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
  expect(wantsColour(false, {})).toBe(false);
});
