// JSON of a value, or a refusal: never the `{}` that JSON.stringify makes of what it does not know.
import { MemcachedError } from '../errors';
import { isBuiltIn } from '../objects';
import { isReadableJson, readableJson, unserializable } from './serializer';

export function jsonText(value: unknown): string {
  if (typeof value === 'object' && value !== null && isBuiltIn(value) && !('toJSON' in value)) {
    throw unserializable('have a JSON form', value);
  }
  const text = stringify(value);
  // What a toJSON that returns undefined gives.
  if (text === undefined) throw unserializable('have a JSON form', value);
  // What would not be read back is not written.
  if (!isReadableJson(text)) throw unserializable(readableJson, value);
  return text;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const message = 'value must have a JSON form, got an object that JSON.stringify fails on';
    throw new MemcachedError('SERIALIZE', message, { cause: error });
  }
}
