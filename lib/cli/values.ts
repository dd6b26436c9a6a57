// Values between the command line and the codec.
import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { types } from 'node:util';
import { largestValue } from './connection';
import { CommandError, UsageError } from './exitCodes';
import { toJson } from './json';

/** Text as it is, bytes as they are, everything else as one would write it down. */
export function valueText(value: unknown): string | Uint8Array {
  if (typeof value === 'string' || types.isUint8Array(value)) return value;
  if (types.isDate(value) && !Number.isNaN(value.getTime())) return value.toISOString();
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** The value that an argument names: text, or what it says as JSON. */
export function readValue(text: string | Buffer, isJson: boolean): unknown {
  if (!isJson) return text;
  if (typeof text !== 'string')
    throw new UsageError('VALUE must be JSON, got bytes that are no text');
  try {
    return exactNumber(text) ?? JSON.parse(text);
  } catch {
    throw new UsageError('VALUE must be JSON: text stands in double quotes');
  }
}

/** Text where the bytes are UTF-8, which other clients then read as text too. */
export async function readStdin(
  input: AsyncIterable<Buffer> = readableStdin(),
): Promise<string | Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    length += chunk.length;
    if (length > largestValue) throw new UsageError('VALUE must be at most 256 MiB');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return isUtf8(bytes) ? bytes.toString() : bytes;
}

/** Of a directory, Node makes a stream that is empty. */
async function* readableStdin(): AsyncGenerator<Buffer> {
  try {
    if (fstatSync(0).isDirectory()) throw new Error('it is a directory');
    yield* process.stdin;
  } catch (error) {
    throw new CommandError(`cannot read stdin: ${(error as Error).message}`);
  }
}

/** JSON.parse would round it. */
function exactNumber(text: string): bigint | undefined {
  const isInteger = /^\s*-?\d+\s*$/.test(text);
  return isInteger && !Number.isSafeInteger(Number(text)) ? BigInt(text.trim()) : undefined;
}
