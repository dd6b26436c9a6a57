// The course of a value in one line of blocks.

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * The last `width` values, the newest at the right, on a scale from 0 to `max`. A blank for a value that is not
 * known.
 */
export function sparkline(
  values: readonly (number | undefined)[],
  width: number,
  max: number,
): string {
  const shown = values.slice(-width);
  const line = shown.map((value) => (value === undefined ? ' ' : blockOf(value, max))).join('');
  return line.padStart(width);
}

function blockOf(value: number, max: number): string {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return blocks[Math.round(share * (blocks.length - 1))] as string;
}

/** A bar of eighths of a character. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const part = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
  return '█'.repeat(Math.floor(eighths / 8)) + part;
}
