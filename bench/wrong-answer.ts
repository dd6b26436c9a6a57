import type { Value } from './adapters/adapter';

/** A client answered something else than what the server must have said. */
export class WrongAnswer extends Error {
  constructor(key: string, got: string, expected: string) {
    super(`${key}: got ${got} instead of ${expected}`);
  }
}

export function describeValue(value: Value | undefined): string {
  if (value === undefined) return 'a miss';
  return `${value.length} bytes "${value.toString().slice(0, 20)}..."`;
}

/** @throws WrongAnswer unless the call succeeded */
export function expectSuccess(
  call: { read(result: unknown): boolean },
  result: unknown,
  key: string,
): void {
  if (!call.read(result)) throw new WrongAnswer(key, 'a refusal', 'success');
}
