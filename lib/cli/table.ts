// Text in columns.
import { stripVTControlCharacters } from 'node:util';

export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

const gap = '  ';

/** The heading and the rows, without blanks at the end of a line. Cells may be painted. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const headings = columns.map(({ heading }) => heading);
  const widths = columns.map((_, index) =>
    Math.max(...[headings, ...rows].map((row) => visibleWidth(row[index] ?? ''))),
  );
  return [headings, ...rows].map((row) =>
    columns
      .map(({ align }, index) => pad(row[index] ?? '', widths[index] as number, align))
      .join(gap)
      .trimEnd(),
  );
}

export function pad(cell: string, width: number, align: Column['align'] = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - visibleWidth(cell)));
  return align === 'left' ? cell + blanks : blanks + cell;
}

/** In characters, colours not counted. */
export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Shortened in the middle, since names of servers differ at both ends. */
export function shorten(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const kept = Math.max(0, width - 1);
  const front = Math.ceil(kept / 2);
  const back = characters.slice(characters.length - (kept - front));
  return [...characters.slice(0, front), '…', ...back].join('');
}
