// The code blocks of the documentation.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CodeBlock {
  /** `docs/guide.md:12`: the file and the line on which the code begins. */
  name: string;
  language: 'ts' | 'js';
  /** False after ` ```ts no-run `. */
  runnable: boolean;
  lines: string[];
}

/** README.md and everything in docs/, relative to the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
  return ['README.md', ...docs.map((file) => `docs/${file}`)];
}

/** The TypeScript and JavaScript blocks of a page, in their order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: (CodeBlock & { indent: string }) | undefined;
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const [, indent, language, noRun] = /^( *)```(ts|js)( no-run)?$/.exec(line) ?? [];
      if (indent !== undefined) {
        const name = `${page}:${index + 2}`;
        const runnable = noRun === undefined;
        open = { name, language: language as CodeBlock['language'], runnable, lines: [], indent };
        blocks.push(open);
      } else if (line.trim() === '```') {
        open = undefined;
      } else {
        open?.lines.push(line.slice(open.indent.length));
      }
    });
  return blocks;
}
