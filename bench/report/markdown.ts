// Markdown by hand.

/** Columns of numbers are aligned to the right. */
export function renderTable(titles: readonly string[], rows: readonly string[][]): string {
  const rule = titles.map((_, column) =>
    rows.every((cells) => isNumber(cells[column] as string)) ? '--:' : '---',
  );
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A missing one counts as one. */
function isNumber(cell: string): boolean {
  return /^(-|-?[\d.,]+)$/.test(cell);
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** `1,234,567` */
export function wholeNumber(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}
