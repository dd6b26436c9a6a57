// One picture of `stats --watch`: a line for each server, as wide and as high as the terminal.
import { escapeText } from './escape';
import { formatBytes, formatCount, formatPercent } from './figures';
import type { LoadHistory } from './loadHistory';
import type { Paint } from './paint';
import { hitRate, type Load, type Reading } from './serverLoad';
import { sparkline } from './sparkline';
import { pad, shorten } from './table';

export interface Frame {
  readonly history: LoadHistory;
  readonly width: number;
  /** Undefined: as many lines as there are servers. */
  readonly height: number | undefined;
  readonly paint: Paint;
  /** Of the servers and the interval, and the time of day. */
  readonly title: string;
  readonly time: string;
}

type Readings = readonly (Reading | undefined)[];

interface Field {
  readonly heading: string;
  readonly width: number;
  readonly text: (load: Load) => string;
  /** Drawn behind it where there is room. */
  readonly course?: (readings: Readings, width: number) => string;
}

const narrowestName = 12;
const widestName = 40;
const narrowestCourse = 6;
const widestCourse = 40;
const unknown = '–';

const fields: readonly Field[] = [
  {
    heading: 'HITS',
    width: 5,
    text: (load) => shown(hitRate(load), formatPercent),
    course: (readings, width) => sparkline(readings.map(figureOf(hitRate)), width, 1),
  },
  {
    heading: 'OPS',
    width: 5,
    text: ({ operations }) => shown(operations, formatCount),
    course: (readings, width) => {
      const counts = readings.map(figureOf(({ operations }) => operations)).slice(-width);
      return sparkline(counts, width, Math.max(0, ...counts.map((count) => count ?? 0)));
    },
  },
  { heading: 'GETS', width: 5, text: ({ gets }) => shown(gets, formatCount) },
  { heading: 'SETS', width: 5, text: ({ sets }) => shown(sets, formatCount) },
  {
    heading: 'MEMORY',
    width: 11,
    text: ({ bytes, limit }) => `${formatBytes(bytes)}/${formatBytes(limit)}`,
  },
  { heading: 'ITEMS', width: 5, text: ({ items }) => formatCount(items) },
  { heading: 'EVICT', width: 5, text: ({ evictions }) => shown(evictions, formatCount) },
  { heading: 'CONN', width: 5, text: ({ connections }) => formatCount(connections) },
];

/** Courses that are left out first stand last. */
const courseOrder = ['OPS', 'HITS'];

interface Layout {
  readonly name: number;
  /** Blanks between the fields, which stand closer where there is no room for a course. */
  readonly gap: string;
  readonly fields: readonly Field[];
  /** Width of the courses, by heading. */
  readonly courses: ReadonlyMap<string, number>;
}

export function drawFrame({ history, width, height, paint, title, time }: Frame): string[] {
  const layout = layOut([...history.servers.keys()], width);
  const servers = [...history.servers].map(([name, readings]) =>
    drawServer(name, readings, layout, width, paint),
  );
  const total = servers.length > 1 ? [drawServer('all', history.totals, layout, width, paint)] : [];
  const head = [paint('bold', shorten(`${title}  ${time}`, width)), ''];
  const headings = paint('dim', drawHeadings(layout).slice(0, width));
  const room = height === undefined ? servers.length : height - head.length - 1 - total.length;
  return [...head, headings, ...cut(servers, room, width), ...total];
}

function cut(lines: readonly string[], room: number, width: number): string[] {
  if (lines.length <= room) return [...lines];
  const kept = Math.max(0, room - 1);
  return [...lines.slice(0, kept), `… and ${lines.length - kept} more`.slice(0, width)];
}

function layOut(names: readonly string[], width: number): Layout {
  const wideApart = arrange(names, width, 2);
  return wideApart.courses.size > 0 ? wideApart : arrange(names, width, 1);
}

/** Fields that do not fit are left out from the right; what is left over goes to the courses. */
function arrange(names: readonly string[], width: number, gap: number): Layout {
  const rest = (kept: readonly Field[]) =>
    kept.reduce((left, field) => left - gap - field.width, width);
  let kept = [...fields];
  while (kept.length > 0 && rest(kept) < narrowestName) kept = kept.slice(0, -1);
  const wanted = Math.max(narrowestName, ...names.map((name) => name.length));
  const name = Math.min(wanted, widestName, rest(kept));
  const spare = rest(kept) - name;
  const drawn = courseOrder.filter((heading) => kept.some((field) => field.heading === heading));
  while (drawn.length > 0 && spare < drawn.length * (narrowestCourse + 1)) drawn.pop();
  const each = Math.min(widestCourse, Math.floor(spare / drawn.length) - 1);
  const courses = new Map(drawn.map((heading) => [heading, each]));
  return { name, gap: ' '.repeat(gap), fields: kept, courses };
}

function drawHeadings({ name, gap, fields: kept, courses }: Layout): string {
  const cells = kept.map((field) => {
    const course = courses.get(field.heading);
    const heading = pad(field.heading, field.width, 'right');
    return course === undefined ? heading : pad(heading, field.width + 1 + course);
  });
  return [pad('', name), ...cells].join(gap).trimEnd();
}

function drawServer(
  name: string,
  readings: Readings,
  layout: Layout,
  width: number,
  paint: Paint,
): string {
  const label = pad(shorten(name, layout.name), layout.name);
  const newest = readings.at(-1);
  if (newest === undefined || newest instanceof Error) {
    const reason = newest === undefined ? 'no server answers' : `down: ${reasonOf(newest, name)}`;
    const room = width - layout.name - layout.gap.length;
    return room > 0 ? `${label}${layout.gap}${paint('red', reason.slice(0, room))}` : label;
  }
  const cells = layout.fields.map((field) => {
    const text = pad(field.text(newest), field.width, 'right');
    const course = layout.courses.get(field.heading);
    if (course === undefined || field.course === undefined) return text;
    return `${text} ${paint('cyan', field.course(readings, course))}`;
  });
  return [label, ...cells].join(layout.gap);
}

function figureOf(read: (load: Load) => number | undefined) {
  return (reading: Reading | undefined) =>
    reading === undefined || reading instanceof Error ? undefined : read(reading);
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? unknown : format(value);
}

/** The line begins with the name of the server. */
function reasonOf({ message }: Error, server: string): string {
  return escapeText(message.replace(`stats on ${server}: `, ''));
}
