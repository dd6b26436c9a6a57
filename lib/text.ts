// Unicode, where the ES2022 library types lag behind Node 20.

/** False for text that holds half of a surrogate pair, which UTF-8 cannot carry. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** Text of others, fit for a message: a terminal would obey its control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${hex(character.charCodeAt(0))}`);
}

/** Two digits. */
export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
