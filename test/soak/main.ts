// The program behind `npm run soak`: half the maximum load on a server that is restarted again and again,
// in a process that must not come to use more and more.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { Load } from './load';
import { report } from './report';
import { growthOf, leftBehind, type Usage, usageNow } from './usage';

/** Seconds. */
const betweenRestarts = 20;
const measuring = 3;

async function soak(minutes: number): Promise<boolean> {
  // Restarted already, so that the threads which that itself needs are there from the beginning.
  let server = await restarted(await startMemcached());
  const before = usageNow();
  const load = new Load(server.server);
  const maximum = await load.measure(measuring);
  const [measured, start] = [load.operations, performance.now()];
  const running = load.run(0.5);

  const samples: Usage[] = [];
  let restarts = 0;
  const watching = async (): Promise<void> => {
    for (let second = 1; second <= 60 * minutes; second++) {
      await sleep(1000);
      samples.push(usageNow());
      if (second % betweenRestarts !== 0) continue;
      server = await restarted(server);
      restarts++;
    }
    load.stop();
  };
  await Promise.all([running, watching()]);
  const seconds = (performance.now() - start) / 1000;
  const left = await leftAtTheEnd(before);
  await server.stop();

  const operations = load.operations - measured;
  const { failures } = load;
  console.log(report({ seconds, maximum, operations, failures, restarts, samples, left }));
  return left.length === 0 && growthOf(samples).every(({ late, bound }) => late <= bound);
}

/** What closed clients have not given back, a moment later at the latest. */
async function leftAtTheEnd(before: Usage): Promise<string[]> {
  let left = leftBehind(before, usageNow());
  for (let look = 0; left.length > 0 && look < 500; look++) {
    await sleep(10);
    left = leftBehind(before, usageNow());
  }
  return left;
}

/** In the same place, empty. */
async function restarted({ port, stop }: MemcachedServer): Promise<MemcachedServer> {
  await stop();
  return startMemcached({ port });
}

function minutesAsked(): number {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
  const minutes = Number(values.minutes);
  if (minutes >= 0.1 && minutes <= 10_000) return minutes;
  throw new Error(`--minutes must be a number from 0.1 to 10000, got ${values.minutes}`);
}

async function main(): Promise<void> {
  process.exitCode = (await soak(minutesAsked())) ? 0 : 1;
}

void main();
