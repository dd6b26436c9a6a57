// Worker threads that share the connections of the process: `npm start -- worker-threads`.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

interface Task {
  server: string;
  shared: boolean;
}

const workers = 4;
const operations = 1000;

async function main(): Promise<void> {
  const memcached = await startMemcached();
  const cache = new Client(memcached.server);
  const alone = await connections(cache);

  const shared = await connectionsWithWorkers(cache, { server: memcached.server, shared: true });
  console.log(`${workers} workers, shared: ${shared - alone} more connections`);

  const own = await connectionsWithWorkers(cache, { server: memcached.server, shared: false });
  console.log(`${workers} workers, shared: false: ${own - alone} more connections`);

  console.log(`counted by all: ${await cache.incr('total', 0)}`);
  await cache.close();
  await memcached.stop();
}

async function connectionsWithWorkers(cache: Client, task: Task): Promise<number> {
  const threads = Array.from(
    { length: workers },
    () => new Worker(__filename, { workerData: task }),
  );
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const count = await connections(cache);
  const ends = threads.map((thread) => once(thread, 'exit'));
  for (const thread of threads) thread.postMessage('end');
  await Promise.all(ends);
  return count;
}

async function connections(cache: Client): Promise<number> {
  for (const stats of (await cache.stats()).values()) {
    if (stats instanceof Error) throw stats;
    return Number(stats.curr_connections);
  }
  throw new Error('no server');
}

/** The same servers and options as in the main thread: an equal client, which shares its connections. */
async function work({ server, shared }: Task): Promise<void> {
  const cache = new Client(server, { shared });
  await Promise.all(
    Array.from({ length: operations }, () => cache.incr('total', 1, { initial: 1 })),
  );
  parentPort?.postMessage('done');
  await once(parentPort as NonNullable<typeof parentPort>, 'message');
  await cache.close();
}

void (isMainThread ? main() : work(workerData));
