// The results as tables of Markdown, which the terminal shows as they are.
import { clients, type LiveClient, type Placement } from './clients';
import type { Cell } from './exchange';
import { type Judged, judgeCell, judgeJoint, judgePlacement } from './expectations';
import { ok } from './outcome';
import type { PlacementResult } from './placement';
import { type Joint, subjects } from './together';
import { values } from './values';

/** Numbers the causes in the order in which tables name them. */
export class Notes {
  readonly #causes: string[] = [];

  mark({ cause, problem }: Judged): string {
    if (problem !== undefined) return ' ✘';
    if (cause === undefined) return '';
    if (!this.#causes.includes(cause)) this.#causes.push(cause);
    return ` (${this.#causes.indexOf(cause) + 1})`;
  }

  get lines(): string[] {
    return this.#causes.map((cause, index) => `${index + 1}. ${cause}`);
  }
}

export function placementTable(
  driven: readonly LiveClient[],
  results: readonly PlacementResult[],
  notes: Notes,
): string {
  const counts = [...new Set(results.map(({ servers }) => servers))];
  const columns = [false, true].flatMap((weighted) =>
    counts.map((servers) => ({ servers, weighted })),
  );
  const cellOf = (placement: Placement, { servers, weighted }: (typeof columns)[number]) => {
    const result = results.find(
      (one) => one.placement === placement && one.servers === servers && one.weighted === weighted,
    );
    return result === undefined ? '–' : shown(judgePlacement(result), notes);
  };
  const rows = driven.flatMap(({ name, placements }) =>
    typeof placements === 'string'
      ? [[name, placements, '', ...columns.map(() => '')]]
      : placements.map((placement) => [
          name,
          placement.name,
          optionsOf(placement),
          ...columns.map((column) => cellOf(placement, column)),
        ]),
  );
  return table(['client', 'its set-up', 'options here', ...columns.map(columnName)], rows);
}

function columnName({ servers, weighted }: { servers: number; weighted: boolean }): string {
  return `${servers}${weighted ? ' weighted' : ' servers'}`;
}

function optionsOf({ ours, weights }: Placement): string {
  return `${code(ours)}${weights === 'lost' ? ', servers without weights' : ''}`;
}

/** The options as a JavaScript program has them. */
function code(value: object): string {
  const text = JSON.stringify(value).replace(/"(\w+)":/g, ' $1: ');
  return `\`${text.replaceAll('"', "'").replace(/}$/, ' }')}\``;
}

/** A table for each language: what is written by the client and read here, and the other way round. */
export function valueTables(cells: readonly Cell[], notes: Notes): string {
  const languages = [...new Set(clients.map(({ language }) => language))];
  const tables = languages.flatMap((language) => {
    const own = cells.filter(({ client }) => client.language === language);
    return own.length === 0 ? [] : [`### ${language}\n\n${valueTable(own, notes)}`];
  });
  return tables.join('\n\n');
}

function valueTable(cells: readonly Cell[], notes: Notes): string {
  const names = (cell: Cell) => `${cell.client.name}, ${cell.pair.name}`;
  const columns = [...new Set(cells.map(names))];
  const rows = Object.keys(values).map((value) => [
    value,
    ...columns.map((column) => {
      const both = (['theirs', 'ours'] as const).map((writer) => {
        const cell = cells.find(
          (one) => one.value === value && one.writer === writer && names(one) === column,
        );
        return cell === undefined ? '' : shown(judgeCell(cell), notes);
      });
      return both.join(' / ');
    }),
  ]);
  return table(['value', ...columns], rows);
}

export function jointTable(joints: readonly Joint[], notes: Notes): string {
  const names = [...new Set(joints.map(({ client }) => client.name))];
  const rows = names.map((name) => [
    name,
    ...Object.keys(subjects).map((subject) => {
      const joint = joints.find((one) => one.client.name === name && one.subject === subject);
      return joint === undefined ? '' : shown(judgeJoint(joint), notes);
    }),
  ]);
  return table(['client', ...Object.keys(subjects)], rows);
}

function shown(judged: Judged, notes: Notes): string {
  const text = judged.outcome === ok ? '✔' : judged.outcome.replaceAll('|', '\\|');
  return `${text}${notes.mark(judged)}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
