// Every operation on diagnostics_channel: what it was, where it went, how it ended and how long it took; and the keys
// that were asked for most. `node examples/observability-diagnostics.mjs`
import { tracingChannel } from 'node:diagnostics_channel';
import { Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

/** When each call began, by its context, which is the same object in all events. */
const begun = new WeakMap();

const subscribers = {
  start: (trace) => begun.set(trace, performance.now()),
  end: () => {},
  asyncStart: () => {},
  asyncEnd: (trace) => {
    const milliseconds = performance.now() - begun.get(trace);
    const server = trace.serverPort === undefined ? '' : ` on port ${trace.serverPort}`;
    const what = trace.batchSize === undefined ? '' : ` of ${trace.batchSize} keys`;
    console.log(
      `${trace.operation}${what}${server}: ${endOf(trace)}, ${milliseconds.toFixed(1)} ms`,
    );
  },
  error: () => {}, // asyncEnd comes after it
};

function endOf({ operation, result, error }) {
  if (error !== undefined) return error.code;
  if (operation === 'get') return result === undefined ? 'miss' : 'hit';
  return 'done';
}

const servers = await Promise.all([startMemcached(), startMemcached()]);
const cache = new Client(
  servers.map(({ server }) => server),
  { hotKeys: 100 },
);

const commands = tracingChannel('libmemcached:command');
commands.subscribe(subscribers);
await cache.set('user:7', { name: 'Ada' });
await cache.get('user:7');
await cache.get('user:8');
await cache.incr('user:7').catch(() => {});
await cache.getMulti(['user:7', 'user:8', 'user:9']);
commands.unsubscribe(subscribers);

for (const { key, count } of cache.hotKeys()) console.log(`${key} was asked for ${count} times`);

await cache.close();
await Promise.all(servers.map((server) => server.stop()));
