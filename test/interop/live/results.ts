import type { LiveClient } from './clients';
import type { Cell } from './exchange';
import { judgeCell, judgeJoint, judgePlacement } from './expectations';
import type { PlacementResult } from './placement';
import { jointTable, Notes, placementTable, valueTables } from './tables';
import type { Joint } from './together';

/** What was found in a run. */
export class Results {
  readonly clients: LiveClient[] = [];
  readonly placements: PlacementResult[] = [];
  readonly cells: Cell[] = [];
  readonly joints: Joint[] = [];
  /** Clients that could not be driven to the end. */
  readonly breakdowns: string[] = [];

  /** What is not as expected. */
  get problems(): string[] {
    const judged = [
      ...this.placements.map(judgePlacement),
      ...this.cells.map(judgeCell),
      ...this.joints.map(judgeJoint),
    ];
    return [...this.breakdowns, ...judged.flatMap(({ problem }) => problem ?? [])];
  }

  get count(): number {
    return this.placements.length + this.cells.length + this.joints.length;
  }

  toString(): string {
    const notes = new Notes();
    const tables = [
      placementTable(this.clients, this.placements, notes),
      valueTables(this.cells, notes),
      jointTable(this.joints, notes),
    ];
    const problems = this.problems.map((problem) => `✘ ${problem}`);
    const sum = `${this.count} cells, ${problems.length} not as expected`;
    return [...tables, notes.lines.join('\n'), [...problems, sum].join('\n')].join('\n\n');
  }
}
