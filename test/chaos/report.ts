/** What a chaos run has seen. */
export class Report {
  /** Operations by name. */
  readonly operations = new Map<string, number>();
  /** Failures by code. */
  readonly failures = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly violations: string[] = [];
  /** Milliseconds from the end of all faults until a server answered again, at most. */
  slowestRecovery = 0;
  /** Values looked up on the servers themselves. */
  verified = 0;

  count(counts: Map<string, number>, name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  toString(): string {
    return [
      `${total(this.operations)} operations: ${list(this.operations)}`,
      `${total(this.failures)} failures: ${list(this.failures)}`,
      `${total(this.faults)} faults: ${list(this.faults)}`,
      `${this.verified} values verified, slowest recovery ${Math.round(this.slowestRecovery)} ms`,
      `${this.violations.length} violations`,
      ...this.violations,
    ].join('\n');
  }
}

export function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
