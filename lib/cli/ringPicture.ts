// The ring as an SVG that needs nothing else. Its colours follow the reader's scheme, light or dark.
import { formatPercent } from './figures';
import type { Arc } from './keySpace';
import { colourOf } from './palette';
import { shorten } from './table';

export interface RingServer {
  readonly name: string;
  readonly weight: number;
  /** Of the key space, from 0 to 1. */
  readonly share: number;
}

export interface RingPicture {
  readonly title: string;
  readonly subtitle: string;
  readonly servers: readonly RingServer[];
  /** Empty: only the shares are drawn. */
  readonly arcs: readonly Arc[];
}

interface Band {
  /** Of its middle. */
  readonly radius: number;
  readonly thickness: number;
}

const margin = 40;
const ringRadius = 210;
const ringTop = 100;
const circleBand: Band = { radius: 197, thickness: 26 };
const shareBand: Band = { radius: 146, thickness: 60 };
/** Without a circle the shares take its place. */
const loneBand: Band = { radius: 170, thickness: 80 };
const besideRing = 2 * ringRadius + 2 * margin + 20;
const rowHeight = 24;
const legendColumn = 424;
/** More servers than these go below the ring, in two columns. */
const mostBesideRing = 17;
const nameLength = 26;
/** In pixels of arc: room for a number, upright and along the radius. */
const roomUpright = 24;
const roomAlong = 8;

export function drawRing(picture: RingPicture): string {
  const { title, subtitle, servers, arcs } = picture;
  const isBeside = servers.length <= mostBesideRing;
  const width = besideRing + legendColumn + margin;
  const centre = { x: isBeside ? margin + ringRadius : width / 2, y: ringTop + ringRadius };
  const legend = drawLegend(servers, isBeside);
  const height = Math.max(centre.y + ringRadius + margin, legend.bottom + margin);
  const band = arcs.length > 0 ? shareBand : loneBand;
  const colours = servers.map((_, index) => colourOf(index, servers.length));
  const shares = shareArcs(servers);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${round(height)}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style(colours)}</style>`,
    `<rect class="ground" width="${width}" height="${round(height)}"/>`,
    text(margin, 42, title, 'title'),
    text(margin, 66, subtitle, 'quiet'),
    `<g transform="translate(${round(centre.x)} ${round(centre.y)})">`,
    ...drawArcs(arcs, servers, circleBand),
    ...drawArcs(shares, servers, band),
    ...drawNumbers(shares, band),
    text(0, 4, `${servers.length} ${servers.length === 1 ? 'server' : 'servers'}`, 'centre'),
    '</g>',
    ...legend.elements,
    '</svg>\n',
  ].join('\n');
}

function style(colours: readonly string[]): string {
  const fills = colours.map((colour, index) => `.f${index}{fill:${colour}}`).join('');
  const light = '.ground{fill:#fff}text{fill:#1f2328}.quiet{fill:#59636e}.track{fill:#eaeef2}';
  const dark = '.ground{fill:#0d1117}text{fill:#e6edf3}.quiet{fill:#9198a1}.track{fill:#262c36}';
  return (
    'text{font:14px system-ui,"Segoe UI","DejaVu Sans",sans-serif}.title{font-size:22px;font-weight:600}' +
    '.name{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:13px}' +
    '.end{text-anchor:end}.centre{text-anchor:middle;font-size:18px;font-weight:600}' +
    `.number{text-anchor:middle;font-size:12px;font-weight:600}.small{font-size:7px}${light}` +
    `@media(prefers-color-scheme:dark){${dark}}${fills}` +
    '.number{fill:#fff;stroke:#000;stroke-opacity:.55;stroke-width:2.5px;paint-order:stroke}'
  );
}

/** One path a server, however many arcs it has. */
function drawArcs(arcs: readonly Arc[], servers: readonly RingServer[], band: Band): string[] {
  const pieces = new Map<number, string[]>();
  for (const arc of arcs) {
    const own = pieces.get(arc.server) ?? [];
    own.push(arcPath(arc, band));
    pieces.set(arc.server, own);
  }
  return [...pieces].map(([server, paths]) => {
    const label = servers[server] === undefined ? '' : describe(servers[server], server);
    const title = `<title>${escapeXml(label)}</title>`;
    return `<path class="f${server}" d="${paths.join('')}">${title}</path>`;
  });
}

function describe({ name, weight, share }: RingServer, index: number): string {
  return `${index + 1}: ${name}, weight ${weight}, ${formatPercent(share)}`;
}

/** SVG draws no arc from a point to itself, hence two halves. */
function arcPath({ from, to }: Pick<Arc, 'from' | 'to'>, band: Band): string {
  if (to - from > 0.999_99) {
    const middle = (from + to) / 2;
    return arcPath({ from, to: middle }, band) + arcPath({ from: middle, to }, band);
  }
  const outer = band.radius + band.thickness / 2;
  const inner = band.radius - band.thickness / 2;
  const isLong = to - from > 0.5 ? 1 : 0;
  // Filled, not a thick line: one shorter than a tenth of a pixel has no direction.
  return (
    `M${point(from, outer)}A${outer} ${outer} 0 ${isLong} 1 ${point(to, outer)}` +
    `L${point(to, inner)}A${inner} ${inner} 0 ${isLong} 0 ${point(from, inner)}Z`
  );
}

/** Clockwise from the top. */
function point(turn: number, radius: number): string {
  const angle = 2 * Math.PI * turn;
  return `${round(radius * Math.sin(angle))} ${round(-radius * Math.cos(angle))}`;
}

/** One arc a server, in their order. */
function shareArcs(servers: readonly RingServer[]): Arc[] {
  let from = 0;
  return servers.flatMap(({ share }, server) => {
    const arc = { from, to: from + share, server };
    from += share;
    return share > 0 ? [arc] : [];
  });
}

/** The numbers of the legend, where they fit. */
function drawNumbers(arcs: readonly Arc[], { radius }: Band): string[] {
  return arcs.flatMap(({ from, to, server }) => {
    const length = (to - from) * 2 * Math.PI * radius;
    const middle = (from + to) / 2;
    const place = point(middle, radius);
    const number = String(server + 1);
    if (length >= roomUpright) {
      return [`<text class="number" transform="translate(${place})" y="4">${number}</text>`];
    }
    if (length < roomAlong) return [];
    const turn = round(360 * middle - (middle < 0.5 ? 90 : 270));
    const transform = `translate(${place}) rotate(${turn})`;
    return [`<text class="number small" transform="${transform}" y="2.5">${number}</text>`];
  });
}

function drawLegend(servers: readonly RingServer[], isBeside: boolean) {
  const rows = isBeside ? servers.length : Math.ceil(servers.length / 2);
  const left = isBeside ? besideRing : margin;
  const top = isBeside
    ? Math.max(ringTop, ringTop + ringRadius - ((rows + 1) * rowHeight) / 2)
    : ringTop + 2 * ringRadius + margin;
  const columns = Math.max(1, Math.ceil(servers.length / rows));
  const most = Math.max(...servers.map(({ share }) => share));
  const columnLeft = (column: number) => left + column * (legendColumn + margin);
  const elements = [
    ...Array.from({ length: columns }, (_, column) => legendHead(columnLeft(column), top + 16)),
    ...servers.map((server, index) =>
      legendRow(
        server,
        index,
        columnLeft(Math.floor(index / rows)),
        top + 16 + rowHeight * ((index % rows) + 1),
        most,
      ),
    ),
  ];
  return { elements, bottom: top + 16 + rowHeight * (rows + 1) };
}

/** From the left of the legend: right edges of what stands to the right. */
const numberColumn = 44;
const nameColumn = 52;
const weightColumn = 290;
const shareColumn = 342;
const barColumn = 354;
const barWidth = legendColumn - barColumn;

function legendHead(x: number, y: number): string {
  return [
    text(x + nameColumn, y, 'server', 'quiet'),
    text(x + weightColumn, y, 'weight', 'quiet end'),
    text(x + shareColumn, y, 'share', 'quiet end'),
  ].join('');
}

function legendRow(server: RingServer, index: number, x: number, y: number, most: number): string {
  const length = most > 0 ? (barWidth * server.share) / most : 0;
  const name = shorten(server.name, nameLength);
  const bar = `x="${round(x + barColumn)}" y="${round(y - 10)}" height="10" rx="2"`;
  return [
    `<g><title>${escapeXml(describe(server, index))}</title>`,
    `<rect class="f${index}" x="${round(x)}" y="${round(y - 12)}" width="14" height="14" rx="3"/>`,
    text(x + numberColumn, y, String(index + 1), 'quiet end'),
    text(x + nameColumn, y, name, 'name'),
    text(x + weightColumn, y, String(server.weight), 'end'),
    text(x + shareColumn, y, formatPercent(server.share), 'end'),
    `<rect class="track" ${bar} width="${barWidth}"/>`,
    `<rect class="f${index}" ${bar} width="${round(length)}"/></g>`,
  ].join('');
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Names of servers and options hold no control characters, which XML could not carry. */
function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
