import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CacheMiss,
  describe as describeValue,
  errorCodes,
  invalid,
  invalidText,
  kindOf,
  MemcachedError,
} from '../../dist/errors.js';
import { forAll, hostile, hostileProxy } from './properties';

describe('MemcachedError', () => {
  test('is an Error with a code, a name and the stack of its caller', () => {
    const error = new MemcachedError('TIMEOUT', 'no answer within 1000 ms');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('MemcachedError');
    expect(error.code).toBe('TIMEOUT');
    expect(error.message).toBe('no answer within 1000 ms');
    expect(error.stack).toContain('errors.test.ts');
  });

  test('may not have been applied unless it says so', () => {
    expect(new MemcachedError('CONNECTION', '').maybeApplied).toBe(false);
    expect(new MemcachedError('TIMEOUT', '', { maybeApplied: true }).maybeApplied).toBe(true);
  });

  test('carries operation, server, key, value and cause where they are known', () => {
    const cause = new Error('ECONNRESET');
    const details = { operation: 'incr', server: 'a:11211', key: 'k', value: 2n ** 60n, cause };
    expect(new MemcachedError('UNSAFE_INTEGER', '', details)).toMatchObject(details);
  });

  test('has no fields for what is not known', () => {
    const error = new MemcachedError('CLOSED', 'the client is closed', { operation: undefined });
    expect(Object.keys(error)).toEqual(['code', 'maybeApplied']);
    expect('cause' in error).toBe(false);
    expect(inspect(error)).toMatch(/^MemcachedError: the client is closed/);
  });

  test('has one of the codes that are exported', () => {
    expect(errorCodes).toHaveLength(17);
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expect(Object.isFrozen(errorCodes)).toBe(true);
    expect(errorCodes).toContain('INVALID_ARGUMENT');
    expect(errorCodes).toContain('UNSUPPORTED');
  });
});

test('CacheMiss is an Error of its own, not a MemcachedError', () => {
  const miss = new CacheMiss();
  expect(miss).toBeInstanceOf(Error);
  expect(miss).not.toBeInstanceOf(MemcachedError);
  expect(miss.name).toBe('CacheMiss');
});

describe('a refusal', () => {
  test('says what, the rule and what was given', () => {
    const error = invalid('ttl', 'be a whole number', -1, 'set');
    expect(error.message).toBe('ttl must be a whole number, got -1');
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.operation).toBe('set');
  });

  test('can say in words what was given', () => {
    expect(invalidText('key', 'be short', '251 bytes').message).toBe(
      'key must be short, got 251 bytes',
    );
  });
});

describe('what was given is described', () => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [-0, '-0'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [12n, '12n'],
    [2n ** 200n, 'a bigint of more than 128 bits'],
    ['md4', '"md4"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['x'.repeat(41), 'a string of 41 characters'],
    [Symbol('secret'), 'a symbol'],
    [() => 'secret', 'a function'],
    [[1, 2], 'an array of 2'],
    [{ secret: 1 }, 'an object'],
    [new Map(), 'a Map'],
    [new Set(), 'a Set'],
    [Promise.resolve(), 'a promise'],
    [Buffer.from('secret'), 'a Buffer or Uint8Array'],
    [new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'an invalid Date'],
    [new Proxy([], {}), 'a proxy'],
  ])('%o', (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });

  test('without running the code of the caller', () => {
    const { value, touched } = hostile();
    expect(describeValue(value)).toBe('an object');
    expect(touched()).toBe(0);
    expect(describeValue(hostileProxy())).toBe('a proxy');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(describeValue(proxy)).toBe('a proxy');
  });

  test('by its kind alone where it may be a value to be stored', () => {
    expect(kindOf('secret')).toBe('a string');
    expect(kindOf(12345)).toBe('a number');
    expect(kindOf(12345n)).toBe('a bigint');
    expect(kindOf(new Date(0))).toBe('a Date');
    expect(kindOf(true)).toBe('true');
  });

  test('in a few characters, whatever it is', () => {
    forAll(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
      expect(describeValue(value).length).toBeLessThan(250);
      expect(kindOf(value).length).toBeLessThan(40);
    });
  });
});
