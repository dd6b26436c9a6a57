// Markdown by hand.

/** The first column is text, the others are numbers. */
export function renderTable(titles: readonly string[], rows: readonly string[][]): string {
  const rule = titles.map((_, column) => (column === 0 ? '---' : '--:'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** With thin groups of three digits: `1 234 567`. */
export function wholeNumber(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}
