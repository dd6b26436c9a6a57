import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOperationOptions } from '../../dist/operationOptions.js';
import { anyInput, forAll, orInvalid } from './properties';
import { expectInvalid } from './refusal';

const nothing = {
  prefix: undefined,
  groupKey: undefined,
  timeout: undefined,
  signal: undefined,
  ttl: undefined,
  initial: undefined,
  delay: undefined,
};

describe('the options of a call', () => {
  test('may be left out, which costs no object', () => {
    expect(readOperationOptions(undefined, [])).toEqual(nothing);
    expect(readOperationOptions(undefined, [])).toBe(readOperationOptions(undefined, ['ttl']));
  });

  test('are prefix, groupKey, timeout and signal for every method', () => {
    const { signal } = new AbortController();
    const given = { prefix: 'p:', groupKey: 'user:1', timeout: 50, signal };
    expect(readOperationOptions(given, [])).toEqual({ ...nothing, ...given });
    expect(readOperationOptions(given, []).signal).toBe(signal);
  });

  test('are ttl, initial and delay only where the method has them', () => {
    expect(readOperationOptions({ ttl: 60, initial: 5n }, ['ttl', 'initial'])).toEqual({
      ...nothing,
      ttl: 60,
      initial: 5n,
    });
    expect(readOperationOptions({ delay: 5 }, ['delay']).delay).toBe(5);
    expectInvalid(
      () => readOperationOptions({ ttl: 60 }, []),
      'options: the option name must be one of prefix, groupKey, timeout, signal, got "ttl"',
    );
  });

  test('are the TTL when they are a number or a Date, where the method has a TTL', () => {
    const date = new Date();
    expect(readOperationOptions(15, ['ttl'])).toEqual({ ...nothing, ttl: 15 });
    expect(readOperationOptions(date, ['ttl']).ttl).toBe(date);
    expectInvalid(() => readOperationOptions(15, []), 'options must be an object, got 15');
    expectInvalid(() => readOperationOptions(date, []));
  });

  test('are refused by name where they do not exist', () => {
    expectInvalid(() => readOperationOptions({ tll: 60 }, ['ttl']), 'did you mean ttl?');
  });

  test('have a prefix that obeys the rule of keys', () => {
    expectInvalid(() => readOperationOptions({ prefix: 'a b' }, []), 'prefix must have no byte');
  });

  test('have a timeout from 1 millisecond', () => {
    expectInvalid(() => readOperationOptions({ timeout: 0 }, []), 'timeout must be a whole number');
  });

  test('have a signal that is an AbortSignal', () => {
    const lookalike = { aborted: false, addEventListener: () => undefined };
    for (const signal of [lookalike, {}, 'abort', new AbortController()]) {
      expectInvalid(() => readOperationOptions({ signal }, []), 'signal must be an AbortSignal');
    }
  });

  test.each([null, 'text', true, [], () => 1])('are not %o', (options) => {
    expectInvalid(() => readOperationOptions(options, ['ttl']), 'options must be an object');
  });
});

test('any other input is refused, and never an exception of another kind', () => {
  const named = fc.record(
    { prefix: fc.anything(), timeout: fc.anything(), signal: fc.anything(), ttl: fc.anything() },
    { requiredKeys: [] },
  );
  forAll(anyInput(named), (input) => {
    const options = orInvalid(() => readOperationOptions(input(), ['ttl']));
    if (options?.timeout !== undefined) expect(options.timeout).toBeGreaterThan(0);
    if (options?.prefix !== undefined) expect(typeof options.prefix).toBe('string');
  });
});
