// Text of others on its way to a terminal, which would obey the control characters in it.
import { isUtf8 } from 'node:buffer';
import { hex } from '../text';

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Control characters, and those that turn the direction of what follows. */
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Control characters as `\n`, `\x1b` or `\u202e`, and bytes that are no UTF-8 as `\xff`. */
export function escapeText(text: string | Uint8Array): string {
  if (typeof text === 'string') return text.replace(unsafe, escapeCharacter);
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (isUtf8(bytes)) return escapeText(bytes.toString());
  return Array.from(bytes, (byte) => (byte < 0x80 ? asciiText(byte) : `\\x${hex(byte)}`)).join('');
}

/** JSON leaves DEL, the C1 controls and the bidirectional ones as they are. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, (character) => `\\u${hexadecimal(character, 4)}`);
}

function asciiText(byte: number): string {
  return escapeText(String.fromCharCode(byte));
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return named[character] ?? (code < 0x100 ? `\\x${hex(code)}` : `\\u${hexadecimal(character, 4)}`);
}

function hexadecimal(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
