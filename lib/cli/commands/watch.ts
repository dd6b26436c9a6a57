// `stats --watch`: what every server does, again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes } from '../exitCodes';
import { type ErrorDocument, errorDocument } from '../json';
import { LoadHistory } from '../loadHistory';
import type { Output } from '../output';
import { FullScreen } from '../screen';
import { hitRate, type Reading } from '../serverLoad';
import { drawFrame } from '../watchFrame';

export interface WatchOptions {
  /** Seconds. */
  readonly interval: number;
  /** Default: without end. */
  readonly count?: number;
}

/** Of a client without `--timeout`, in milliseconds. */
const defaultTimeout = 1000;

export async function watch(
  { output, connection, interruption }: Context,
  { interval, count = Infinity }: WatchOptions,
): Promise<number> {
  const signal = interruption.takeOver();
  const history = new LoadHistory();
  // A server that hangs must not hold up the picture of the others.
  const timeout = Math.min(connection.timeout ?? defaultTimeout, Math.ceil(interval * 1000));
  const view = viewOf(output, history, interval);
  try {
    await withClient(connection, async (client) => {
      for await (const _ of ticks(interval, count, signal)) {
        history.add(await client.stats('general', { timeout }), performance.now() / 1000);
        view.show();
      }
    });
  } finally {
    view.close();
  }
  const newest = [...history.servers.values()].map((readings) => readings.at(-1));
  return newest.some((reading) => reading instanceof Error) ? exitCodes.failure : exitCodes.ok;
}

/** The first at once. A tick that comes too late moves those behind it. */
async function* ticks(interval: number, count: number, signal: AbortSignal) {
  let next = performance.now();
  for (let tick = 0; tick < count && !signal.aborted; tick++) {
    yield tick;
    next = Math.max(performance.now(), next + interval * 1000);
    if (tick + 1 < count)
      await sleep(next - performance.now(), undefined, { signal }).catch(() => {});
  }
}

interface WatchView {
  show(): void;
  close(): void;
}

function viewOf(output: Output, history: LoadHistory, interval: number): WatchView {
  if (output.json) return { show: () => output.document(document(history)), close: () => {} };
  return output.isAnimated ? pictures(output, history, interval) : plainLines(output, history);
}

function pictures(output: Output, history: LoadHistory, interval: number): WatchView {
  const screen = new FullScreen(output);
  const frame = (height: number | undefined) => {
    const { width, paint } = output;
    const count = history.servers.size;
    const title = `${count} ${count === 1 ? 'server' : 'servers'}, per second, every ${interval} s`;
    const time = new Date().toLocaleTimeString('en-GB');
    return drawFrame({ history, width, height, paint, title, time });
  };
  const redraw = () => {
    if (history.servers.size > 0) screen.draw(frame(output.height));
  };
  process.stdout.on('resize', redraw);
  return {
    show: redraw,
    // The last picture stays among the user's commands.
    close: () => {
      process.stdout.off('resize', redraw);
      screen.close();
      if (history.servers.size > 0) output.lines(frame(undefined));
    },
  };
}

/** One line a server, in columns. */
function plainLines(output: Output, history: LoadHistory): WatchView {
  output.lines([['time', 'server', ...loadNames].join('\t')]);
  return {
    show: () => {
      const { time, servers } = document(history);
      const lines = Object.entries(servers).map(([server, load]) =>
        [
          time,
          server,
          ...('error' in load ? [`down: ${output.foreign(load.error.message)}`] : texts(load)),
        ].join('\t'),
      );
      output.lines(lines);
    },
    close: () => {},
  };
}

type LoadDocument = Record<(typeof loadNames)[number], number | undefined>;

const loadNames = [
  'hitRate',
  'operations',
  'gets',
  'sets',
  'evictions',
  'bytes',
  'limit',
  'items',
  'connections',
] as const;

function texts(load: LoadDocument): string[] {
  return loadNames.map((name) => String(load[name] ?? '-'));
}

function document(history: LoadHistory) {
  const servers = [...history.servers].map(
    ([server, readings]) => [server, readingDocument(readings.at(-1) as Reading)] as const,
  );
  return { time: new Date().toISOString(), servers: Object.fromEntries(servers) };
}

function readingDocument(reading: Reading): LoadDocument | { error: ErrorDocument } {
  if (reading instanceof Error) return { error: errorDocument(reading) };
  const { operations, gets, sets, evictions, bytes, limit, items, connections } = reading;
  return {
    hitRate: rounded(hitRate(reading)),
    operations: rounded(operations),
    gets: rounded(gets),
    sets: rounded(sets),
    evictions: rounded(evictions),
    bytes,
    limit,
    items,
    connections,
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
