// Where results go: text for people, one JSON document for programs.
import { escapeText } from './escape';
import { toJson } from './json';
import { type Paint, plainPaint, terminalPaint, wantsColour } from './paint';

/** Of a terminal that does not tell its size, and of a pipe. */
const defaultWidth = 80;
const defaultHeight = 24;

export class Output {
  readonly json: boolean;
  readonly isTerminal = process.stdout.isTTY === true;
  readonly paint: Paint;

  constructor(json: boolean) {
    this.json = json;
    this.paint = wantsColour(this.isTerminal, process.env) ? terminalPaint : plainPaint;
  }

  /** False where the cursor must stay where it is. */
  get isAnimated(): boolean {
    return this.isTerminal && !this.json && process.env.TERM !== 'dumb';
  }

  /** In characters. */
  get width(): number {
    return process.stdout.columns || defaultWidth;
  }

  /** In lines. */
  get height(): number {
    return process.stdout.rows || defaultHeight;
  }

  /** A key, a value or a word of a server: escaped on a terminal, as it is in a pipe. */
  foreign(text: string): string {
    return this.isTerminal ? escapeText(text) : text;
  }

  /** A value alone: exactly its bytes in a pipe, a line on a terminal. */
  value(data: string | Uint8Array): void {
    this.write(this.isTerminal ? `${escapeText(data)}\n` : data);
  }

  lines(lines: readonly string[]): void {
    if (lines.length > 0) this.write(`${lines.join('\n')}\n`);
  }

  document(document: unknown): void {
    this.write(`${toJson(document)}\n`);
  }

  /** The document with `--json`, else the lines. */
  result(document: unknown, lines: () => readonly string[]): void {
    if (this.json) this.document(document);
    else this.lines(lines());
  }

  write(data: string | Uint8Array): void {
    process.stdout.write(data);
  }

  /** A remark that is no result. */
  note(text: string): void {
    const lines = text.split('\n').map(escapeText);
    process.stderr.write(`libmemcached: ${lines.join('\n')}\n`);
  }
}
