export function median(values: readonly number[]): number {
  return percentile(
    values.slice().sort((a, b) => a - b),
    0.5,
  );
}

/** @param sorted ascending, @param rank 0 to 1. NaN of nothing. */
export function percentile(sorted: ArrayLike<number>, rank: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? Number.NaN;
}
