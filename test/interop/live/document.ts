// docs/interop.md: the text of interop.md, with the tables of a run.
import { readFileSync, writeFileSync } from 'node:fs';
import { weights } from './fleet';
import type { Results } from './results';
import { jointTable, Notes, placementTable, valueTables } from './tables';
import { nameAndVersion } from './versions';

const template = 'test/interop/live/interop.md';
const target = 'docs/interop.md';

export function writeDocument({ clients, placements, cells, joints }: Results): void {
  const notes = new Notes();
  const parts: Record<string, string> = {
    placement: placementTable(clients, placements, notes),
    values: valueTables(cells, notes),
    keys: String(Math.min(...placements.map(({ keys }) => keys.length))),
    together: jointTable(joints, notes),
    weights: weights.join(', '),
    versions: clients.map(nameAndVersion).join(', '),
  };
  parts.notes = notes.lines.join('\n');
  const text = readFileSync(template, 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, name: string) => parts[name] ?? '',
  );
  writeFileSync(target, text);
}
