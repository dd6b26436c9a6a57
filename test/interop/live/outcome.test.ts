import { describe, expect, it } from 'vitest';
import type { Description, Found } from './description';
import { outcome } from './outcome';

const bytes = (content: string): Description => ({
  type: 'bytes',
  content: Buffer.from(content).toString('base64'),
});
const text = (content: string): Description => ({ type: 'text', content });
const integer = (content: string): Description => ({ type: 'integer', content });
const float = (content: string): Description => ({ type: 'float', content });
const list = (...content: Description[]): Description => ({ type: 'list', content });

const rows: readonly (readonly [name: string, sent: Description, found: Found, outcome: string])[] =
  [
    ['the same value', list(text('é'), integer('1')), list(text('é'), integer('1')), 'ok'],
    ['another spelling of a float', float('Infinity'), float('inf'), 'ok'],
    ['another value of the type', text('a'), text('b'), 'other text'],
    ['text for bytes', bytes('raw'), text('raw'), 'as text'],
    ['bytes for text', text('é'), bytes('é'), 'as bytes'],
    ['the text of a float', float('5e-324'), text('4.9406564584124654e-324'), 'as text'],
    ['the text of another float', float('0.1'), text('0.2'), 'other text'],
    ['a word for true', { type: 'boolean', content: true }, text('True'), 'as text `True`'],
    ['an integer for true', { type: 'boolean', content: true }, integer('1'), 'as integer'],
    ['an integer for false', { type: 'boolean', content: false }, integer('1'), 'wrong integer'],
    ['the JSON of a list', list(integer('1')), text('[1]'), 'as JSON text'],
    ['other JSON', list(integer('1')), text('[2]'), 'other text'],
    ['nothing for null', { type: 'null' }, text(''), 'as empty text'],
    ['a rounded integer', integer('9007199254740993'), float('9007199254740992'), 'rounded'],
    ['an empty list for an empty map', { type: 'map', content: {} }, list(), 'as list'],
    ['a map with other keys', { type: 'map', content: { a: text('') } }, list(), 'wrong list'],
    ['a miss', text('a'), { type: 'missing' }, 'missing'],
    ['an error', text('a'), { type: 'error', content: 'Error' }, 'unreadable'],
  ];

describe('what became of a value', () => {
  it.each(rows)('is told of %s', (_, sent, found, expected) => {
    expect(outcome(sent, found)).toBe(expected);
  });
});
