// The terminal, drawn over again and again. What was there before comes back, however the process ends.
import type { Output } from './output';

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

/** A whole screen of its own, beside the one with the user's commands. */
export class FullScreen {
  readonly #output: Output;
  readonly #leave = () => this.close();
  #isOpen = true;

  constructor(output: Output) {
    this.#output = output;
    process.once('exit', this.#leave);
    output.write(enter);
  }

  draw(lines: readonly string[]): void {
    this.#output.write(`${home}${lines.join(`${clearLine}\n`)}${clearLine}${clearBelow}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#leave);
    this.#output.write(leave);
  }
}

/** A line that changes, below those that stay. */
export class LiveLine {
  readonly #output: Output;
  readonly #close = () => this.close();
  #isOpen = true;

  constructor(output: Output) {
    this.#output = output;
    process.once('exit', this.#close);
    output.write(hideCursor);
  }

  draw(line: string): void {
    this.#output.write(`\r${line}${clearLine}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#close);
    this.#output.write(`\r${clearLine}${showCursor}`);
  }
}
