// What became of a value on its way from one client to the other, in a few words.
import { type Description, type Found, natural, numberOf, same } from './description';

/** It arrived as what it was. */
export const ok = 'ok';

/**
 * `ok`; `as text` and the like where the content arrived as another type, with the word for what has none
 * of its own; `as JSON text`; `rounded`; `missing`; `unreadable`; else what arrived.
 */
export function outcome(sent: Description, found: Found): string {
  if (same(sent, found)) return ok;
  switch (found.type) {
    case 'missing':
      return 'missing';
    case 'error':
      return 'unreadable';
    case 'other':
      return found.content;
    case 'text':
      return asString(sent, Buffer.from(found.content), 'text');
    case 'bytes':
      return asString(sent, Buffer.from(found.content, 'base64'), 'bytes');
    default:
      return holdsSame(sent, found) ? `as ${found.type}` : notSame(sent, found);
  }
}

function asString(sent: Description, content: Buffer, type: 'text' | 'bytes'): string {
  const text = content.toString('utf8');
  if (isString(sent)) return contentOf(sent).equals(content) ? `as ${type}` : `other ${type}`;
  if (text === '') return `as empty ${type}`;
  if (isNumber(sent)) {
    const isSame = sent.content === text || sameFloat(sent, numberOf(text));
    return isSame ? `as ${type}` : `other ${type}`;
  }
  if (wordsFor(sent).includes(text)) return `as ${type} \`${text}\``;
  return isJson(sent, text) ? `as JSON ${type}` : `other ${type}`;
}

function isString(sent: Description): sent is { type: 'text' | 'bytes'; content: string } {
  return sent.type === 'text' || sent.type === 'bytes';
}

function contentOf({ type, content }: { type: 'text' | 'bytes'; content: string }): Buffer {
  return Buffer.from(content, type === 'text' ? 'utf8' : 'base64');
}

/** What languages write for a value that has no other form in text. */
function wordsFor(sent: Description): string[] {
  if (sent.type === 'null') return ['null', 'None'];
  if (sent.type !== 'boolean') return [];
  return sent.content ? ['1', 'true', 'True'] : ['0', 'false', 'False'];
}

function isJson(sent: Description, text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(natural(sent));
  } catch {
    return false;
  }
}

function isNumber(sent: Description): sent is { type: 'integer' | 'float'; content: string } {
  return sent.type === 'integer' || sent.type === 'float';
}

function sameFloat(sent: { type: string; content: string }, found: number): boolean {
  return sent.type === 'float' && Object.is(Number(sent.content), found);
}

function notSame(sent: Description, found: Found): string {
  const rounded =
    isNumber(sent) && found.type === 'float' && numberOf(found.content) === Number(sent.content);
  return rounded ? 'rounded' : `wrong ${found.type}`;
}

/** Whether the one is the other in a type that says less: 1 for true, an empty list for a map. */
function holdsSame(sent: Description, found: Found): boolean {
  switch (found.type) {
    case 'integer':
      return sent.type === 'boolean'
        ? found.content === (sent.content ? '1' : '0')
        : isNumber(sent) && sameFloat(sent, Number(found.content));
    case 'list':
      return sent.type === 'map' && Object.keys(sent.content).length + found.content.length === 0;
    default:
      return false;
  }
}
