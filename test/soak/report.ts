// The soak as a short text.
import { type Growth, growthOf, type Resource, type Usage } from './usage';

export interface Soak {
  seconds: number;
  /** Operations a second: what all clients together reach. */
  maximum: number;
  operations: number;
  failures: number;
  restarts: number;
  samples: readonly Usage[];
  /** What the closed clients left behind. */
  left: readonly string[];
}

const titles: Readonly<Record<Resource, string>> = {
  resident: 'resident memory, MB',
  external: 'external memory, MB',
  descriptors: 'descriptors',
  threads: 'threads',
};

export function report({ seconds, maximum, samples, left, ...counts }: Soak): string {
  const rate = Math.round(counts.operations / seconds);
  return [
    `${whole(seconds)} s at ${whole(rate)} operations/s of at most ${whole(maximum)}, every engine, ${counts.restarts} restarts`,
    `${whole(counts.operations)} operations, ${whole(counts.failures)} failed while the server restarted`,
    '',
    `${''.padEnd(20)}${['early', 'late', 'bound'].map((title) => title.padStart(8)).join('')}`,
    ...growthOf(samples).map((growth) => line(growth, samples)),
    `left behind by closed clients: ${left.join(', ') || 'nothing'}`,
  ].join('\n');
}

function line({ resource, early, late, bound }: Growth, samples: readonly Usage[]): string {
  const figures = [early, late, bound].map((figure) => figure.toFixed(0).padStart(8)).join('');
  const chart = sparkline(samples.map((usage) => usage[resource]));
  const verdict = late > bound ? '  grows' : '';
  return `${titles[resource].padEnd(20)}${figures}  ${chart}${verdict}`;
}

const columns = 40;
const blocks = '▁▂▃▄▅▆▇█';

/** From the least to the greatest value, each column the greatest of its part. */
function sparkline(values: readonly number[]): string {
  const width = Math.min(columns, values.length);
  const parts = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.floor(((column + 1) * values.length) / width);
    return Math.max(...values.slice(from, to));
  });
  const [least, greatest] = [Math.min(...parts), Math.max(...parts)];
  const height = (value: number): number =>
    greatest === least ? 0 : Math.round((7 * (value - least)) / (greatest - least));
  return parts.map((value) => blocks[height(value)]).join('');
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
