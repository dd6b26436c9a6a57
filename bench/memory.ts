// `npm run bench:memory`: what an idle client adds to a process, what ten million operations leave.

import { parseArgs } from 'node:util';
import { startMemcached } from 'libmemcached/testing';
import { CLIENTS, type ClientName, OURS } from './clients';
import { readNames, readNumber } from './command-line';
import { HelperProcess } from './helper-process';
import type { MemoryReply, MemoryRequest } from './memory-process';
import { FRESH, HOT } from './memory-states';
import { median } from './statistics';

const USAGE = `npm run bench:memory -- [options]

  --clients NAMES     default ${OURS}; of ${CLIENTS.join(', ')}
  --millions NUMBER   operations of the endurance run, default 10
  --processes NUMBER  that the medians of an idle client are taken over, default 7
  --help`;

const MB = 1e6;
const MILLION = 1_000_000;
const IDLE_LIMIT = 12 * MB;
/** What a heap at rest moves by from one collection to the next. */
const FLAT_WITHIN = 4 * MB;
const COLLECTED = ['--expose-gc'];
/** V8 enlarges its young generation for some millions of calls: here it starts at its full size. */
const FULL_YOUNG_GENERATION = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
const TIMEOUT = 300_000;

type MemoryProcess = HelperProcess<MemoryRequest, MemoryReply>;

async function withProcess<Result>(
  state: string,
  nodeOptions: string[],
  use: (process: MemoryProcess) => Promise<Result>,
): Promise<Result> {
  const process: MemoryProcess = new HelperProcess('memory-process.js', [state], nodeOptions);
  try {
    return await use(process);
  } finally {
    await process.end();
  }
}

/** Resident bytes after the request. */
async function ask(process: MemoryProcess, request: MemoryRequest): Promise<number> {
  const reply = await process.ask(request, TIMEOUT);
  if ('failed' in reply) throw new Error(reply.failed);
  return reply.rss;
}

async function measure(state: string, request: MemoryRequest, processes: number): Promise<number> {
  const sizes: number[] = [];
  for (let count = 0; count < processes; count += 1) {
    sizes.push(await withProcess(state, COLLECTED, (process) => ask(process, request)));
  }
  return median(sizes);
}

async function reportIdle(
  server: string,
  clients: readonly ClientName[],
  processes: number,
): Promise<void> {
  const alone = { kind: 'rest' } as const;
  const fresh = await measure(FRESH, alone, processes);
  const hot = await measure(HOT, alone, processes);
  console.log(
    `Medians of ${processes} processes. What a client adds to a fresh process of its own,`,
  );
  console.log(`${megabytes(fresh)}, and to one that has run hot code before, ${megabytes(hot)}:`);
  for (const client of clients) {
    const idle = { kind: 'idle', client, server } as const;
    const toFresh = (await measure(FRESH, idle, processes)) - fresh;
    const toHot = (await measure(HOT, idle, processes)) - hot;
    const verdict = client === OURS ? judge(toFresh, IDLE_LIMIT) : '';
    console.log(`  ${client.padEnd(20)}${megabytes(toFresh)}${megabytes(toHot)}  ${verdict}`);
  }
}

async function reportEndurance(
  server: string,
  client: ClientName,
  millions: number,
): Promise<void> {
  console.log(`\n${client}, 128 callers, nine gets to one set: resident memory after each million`);
  await withProcess(FRESH, [...COLLECTED, ...FULL_YOUNG_GENERATION], async (process) => {
    const sizes: number[] = [];
    for (let count = 1; count <= millions; count += 1) {
      sizes.push(await ask(process, { kind: 'work', client, server, calls: MILLION }));
      console.log(`  ${String(count).padStart(3)}  ${megabytes(sizes.at(-1) as number)}`);
    }
    const growth = (sizes.at(-1) as number) - (sizes[0] as number);
    console.log(`  growth after the first: ${megabytes(growth)}  ${judge(growth, FLAT_WITHIN)}`);
  });
}

function judge(bytes: number, limit: number): string {
  return `${bytes <= limit ? 'met' : 'SHORT'} (<= ${limit / MB} MB)`;
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`.padStart(8);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      clients: { type: 'string', default: OURS },
      millions: { type: 'string', default: '10' },
      processes: { type: 'string', default: '7' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const clients = readNames('clients', values.clients, CLIENTS);
  const millions = readNumber('millions', values.millions, 1, 1000);
  const processes = readNumber('processes', values.processes, 1, 100);
  const memcached = await startMemcached({ memory: 256 });
  try {
    await reportIdle(memcached.server, clients, processes);
    for (const client of clients) await reportEndurance(memcached.server, client, millions);
  } finally {
    await memcached.stop();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
