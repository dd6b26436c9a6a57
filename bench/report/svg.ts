// A line chart as SVG: equally spaced positions, a logarithmic scale, names at the ends of the lines.
// Colours follow the reader's scheme, light or dark.

export interface Line {
  name: string;
  /** Drawn thicker than the others. */
  isOurs: boolean;
  /** One for each position, where there is one. */
  values: readonly (number | undefined)[];
}

export interface LineChart {
  title: string;
  /** What made the figures, printed below. */
  source: string;
  /** Name of the horizontal axis. */
  axis: string;
  positions: readonly string[];
  lines: readonly Line[];
}

interface Scale {
  ticks: readonly number[];
  y(value: number): number;
}

const WIDTH = 860;
const HEIGHT = 430;
const LEFT = 70;
const RIGHT = 690;
const TOP = 50;
const BOTTOM = 350;
/** Between two names. */
const LINE_HEIGHT = 15;

/** Distinct for the colour-blind too, in pairs for a light and a dark ground. */
const COLOURS = [
  ['#0050b3', '#69b1ff'],
  ['#3d8b8b', '#5cdbd3'],
  ['#c2410c', '#ffa940'],
  ['#9d174d', '#ff85c0'],
  ['#6b21a8', '#b37feb'],
  ['#4d7c0f', '#a0d911'],
  ['#57534e', '#bfbfbf'],
] as const;

export function drawLines(chart: LineChart): string {
  const scale = createScale(chart.lines.flatMap(({ values }) => values.filter(isKnown)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escapeText(chart.title)}</title>`,
    `<style>${createStyle()}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(LEFT, 28, chart.title, 'title'),
    ...scale.ticks.flatMap((tick) => drawTick(tick, scale)),
    ...chart.positions.map((name, index) =>
      text(x(index, chart.positions.length), BOTTOM + 22, name, 'middle'),
    ),
    text((LEFT + RIGHT) / 2, BOTTOM + 44, chart.axis, 'middle'),
    ...chart.lines.map((line, index) => drawLine(line, index, scale)),
    ...drawNames(chart.lines, scale),
    text(LEFT, HEIGHT - 14, chart.source, 'source'),
    '</svg>\n',
  ].join('\n');
}

function createStyle(): string {
  const paint = (scheme: 0 | 1) =>
    COLOURS.map(
      (pair, index) => `.line${index}{stroke:${pair[scheme]}}.name${index}{fill:${pair[scheme]}}`,
    ).join('');
  const light = `.ground{fill:#fff}text{fill:#1f2328}.grid{stroke:#d1d9e0}${paint(0)}`;
  const dark = `.ground{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#30363d}${paint(1)}`;
  return (
    `text{font:12px system-ui,sans-serif}.title{font-weight:600;font-size:14px}` +
    `.source{font-family:monospace;font-size:11px}.middle{text-anchor:middle}.end{text-anchor:end}` +
    `polyline{fill:none;stroke-width:1.5}.ours{stroke-width:3.5;font-weight:600}${light}` +
    `@media(prefers-color-scheme:dark){${dark}}`
  );
}

function createScale(values: readonly number[]): Scale {
  const low = Math.log10(Math.min(...values));
  const high = Math.log10(Math.max(...values));
  const span = high - low || 1;
  const ticks = [1, 2, 5]
    .flatMap((digit) => decades(low, high).map((decade) => digit * 10 ** decade))
    .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high)
    .sort((a, b) => a - b);
  return {
    ticks,
    y: (value) => BOTTOM - ((Math.log10(value) - low) / span) * (BOTTOM - TOP),
  };
}

function decades(low: number, high: number): number[] {
  const first = Math.floor(low);
  return Array.from({ length: Math.ceil(high) - first + 1 }, (_, index) => first + index);
}

function x(index: number, count: number): number {
  return LEFT + 30 + (index * (RIGHT - LEFT - 60)) / Math.max(1, count - 1);
}

function drawTick(tick: number, scale: Scale): string[] {
  const y = scale.y(tick);
  return [
    `<line class="grid" x1="${LEFT}" x2="${RIGHT - 30}" y1="${round(y)}" y2="${round(y)}"/>`,
    text(LEFT - 8, y + 4, tick.toLocaleString('en'), 'end'),
  ];
}

function drawLine({ values, isOurs }: Line, index: number, scale: Scale): string {
  const points = values.flatMap((value, position) =>
    isKnown(value) ? [`${round(x(position, values.length))},${round(scale.y(value))}`] : [],
  );
  return `<polyline class="line${index}${isOurs ? ' ours' : ''}" points="${points.join(' ')}"/>`;
}

/** At the height of the last value, moved down where two would overlap, and up again at the end. */
function drawNames(lines: readonly Line[], scale: Scale): string[] {
  const names = lines
    .flatMap(({ name, values, isOurs }, index) => {
      const last = values.filter(isKnown).at(-1);
      return last === undefined ? [] : [{ name, isOurs, index, y: scale.y(last) + 4 }];
    })
    .sort((a, b) => a.y - b.y);
  let lowest = Number.NEGATIVE_INFINITY;
  for (const name of names) {
    name.y = Math.max(name.y, lowest + LINE_HEIGHT);
    lowest = name.y;
  }
  let highest = BOTTOM + LINE_HEIGHT;
  for (const name of names.reverse()) {
    name.y = Math.min(name.y, highest - LINE_HEIGHT);
    highest = name.y;
  }
  return names.map(({ name, isOurs, index, y }) =>
    text(RIGHT - 20, y, name, `name${index}${isOurs ? ' ours' : ''}`),
  );
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeText(content)}</text>`;
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
