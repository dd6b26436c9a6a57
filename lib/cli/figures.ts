// Numbers as people read them: three digits, and a unit.

const thousands = ['', 'k', 'M', 'G', 'T'];
const binary = ['B', 'K', 'M', 'G', 'T'];

/** `0`, `12.3`, `12.3k`, `1.23M`; at most five characters below 10^15. */
export function formatCount(count: number): string {
  return scaled(count, 1000, thousands);
}

/** Whole bytes in powers of 1024: `512B`, `12.3M`, `64M`. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, binary);
}

/** `93.1%`; `100%` only for all. */
export function formatPercent(share: number): string {
  if (share === 1) return '100%';
  return `${Math.min(share * 100, 99.9).toFixed(1)}%`;
}

/** Milliseconds, to be read in a column of them: `0.085`, `1.23`, `12.3`, `123`. */
export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 0.1 ? milliseconds.toFixed(3) : threeDigits(milliseconds);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // What would be rounded up to the base belongs to the next unit.
  while (Math.round(rest) >= base && unit < units.length - 1) {
    rest /= base;
    unit++;
  }
  const isWhole = unit === 0 && Number.isInteger(rest);
  return `${isWhole ? rest : threeDigits(rest)}${units[unit]}`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return trimmed(value.toFixed(1));
  return trimmed(value.toFixed(2));
}

function trimmed(decimals: string): string {
  return decimals.replace(/\.?0+$/, '');
}
