import { describe, expect, test } from 'vitest';
import { MemcachedError } from '../../dist/errors.js';
import { guarded, oneOf, ownOptions, trueOrFalse } from '../../dist/ownOptions.js';
import { expectInvalid, refusal } from './refusal';

const known = ['timeout', 'prefix'] as const;

describe('an options object', () => {
  test('is copied, so that later changes do not count', () => {
    const options = { timeout: 5 };
    const own = ownOptions(options, known, 'options');
    options.timeout = 6;
    expect({ ...own }).toEqual({ timeout: 5 });
  });

  test('is read once', () => {
    let reads = 0;
    const options = {
      get timeout() {
        return ++reads;
      },
    };
    expect(ownOptions(options, known, 'options').timeout).toBe(1);
    expect(reads).toBe(1);
  });

  test('counts by its own properties alone', () => {
    expect({ ...ownOptions(Object.create({ timeout: 5 }), known, 'options') }).toEqual({});
    expect(ownOptions({}, known, 'options').prefix).toBeUndefined();
    expect(ownOptions(Object.create(null), known, 'options').prefix).toBeUndefined();
  });

  test('may hold undefined for what is left out', () => {
    expect(Object.keys(ownOptions({ timeout: undefined }, known, 'options'))).toEqual([]);
  });

  test('is refused with an unknown name, and with the name that was meant', () => {
    expectInvalid(
      () => ownOptions({ timout: 5 }, known, 'options'),
      'options: the option name must be one of timeout, prefix (did you mean timeout?), got "timout"',
    );
    expectInvalid(() => ownOptions({ Prefix: '' }, known, 'options'), 'did you mean prefix?');
    expect(refusal(() => ownOptions({ ttl: 5 }, known, 'options')).message).not.toContain('mean');
    expectInvalid(() => ownOptions({ ['x'.repeat(1e6)]: 5 }, known, 'options'), '1000000 char');
  });

  test('is refused with an own __proto__, which JSON can make', () => {
    expectInvalid(() => ownOptions(JSON.parse('{"__proto__": {}}'), known, 'options'), '__proto__');
  });

  test('is refused with null, which would hide a mistake if it meant the default', () => {
    expectInvalid(
      () => ownOptions({ timeout: null }, known, 'options'),
      'options: timeout must be left out or set, got null',
    );
  });

  test('is refused with a symbol, or a name that is not enumerable', () => {
    expectInvalid(
      () => ownOptions({ [Symbol('timeout')]: 5 }, known, 'options'),
      'Symbol(timeout)',
    );
    const hidden = Object.defineProperty({}, 'ttl', { value: 5 });
    expectInvalid(() => ownOptions(hidden, known, 'options'), 'got "ttl"');
  });

  test.each([
    null,
    undefined,
    5,
    'text',
    true,
    [],
    () => 1,
    new Map(),
    new Date(),
    Buffer.alloc(0),
  ])('is not %o', (options) => {
    expectInvalid(() => ownOptions(options, known, 'options'), 'options must be an object');
  });
});

describe('a choice', () => {
  test('is one of its names', () => {
    expect(oneOf('prefix', known, 'choice')).toBe('prefix');
    expectInvalid(() => oneOf('prefic', known, 'choice'), 'one of timeout, prefix (did you mean');
    expectInvalid(() => oneOf(1, known, 'choice'), 'choice must be one of timeout, prefix, got 1');
  });

  test('is true or false, and nothing that passes for it', () => {
    expect(trueOrFalse(false, 'shared')).toBe(false);
    expectInvalid(() => trueOrFalse(0, 'shared'), 'shared must be true or false, got 0');
    expectInvalid(() => trueOrFalse('true', 'shared'));
  });
});

describe('what throws while it is read', () => {
  test('is a bad argument with the cause', () => {
    const cause = new RangeError('mine');
    const error = refusal(() =>
      guarded('options', () => {
        throw cause;
      }),
    );
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.cause).toBe(cause);
  });

  test('is left alone where it is an error of the package', () => {
    const own = new MemcachedError('UNSUPPORTED', 'not yet');
    const error = refusal(() =>
      guarded('options', () => {
        throw own;
      }),
    );
    expect(error).toBe(own);
  });
});
