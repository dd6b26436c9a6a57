// The metrics of a cache beside those of prom-client, in one answer to Prometheus.
// `node examples/observability-prometheus.mjs`
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Client } from 'libmemcached';
import { prometheusText } from 'libmemcached/prometheus';
import { startMemcached } from 'libmemcached/testing';
import { Counter, Registry } from 'prom-client';

const registry = new Registry();
const requests = new Counter({
  name: 'app_requests_total',
  help: 'Requests that were handled.',
  registers: [registry],
});

const server = await startMemcached();
const cache = new Client(server.server);

const http = createServer(async (_request, response) => {
  response.setHeader('content-type', registry.contentType);
  response.end((await registry.metrics()) + prometheusText(cache.metrics()));
});
await once(http.listen(0, '127.0.0.1'), 'listening');

requests.inc();
await cache.set('user:7', { name: 'Ada' });
await cache.get('user:7');
await cache.get('user:8');

// What Prometheus does every few seconds.
const scrape = await fetch(`http://127.0.0.1:${http.address().port}/metrics`);
console.log(scrape.headers.get('content-type'));
console.log(await scrape.text());

http.close();
http.closeAllConnections();
await cache.close();
await server.stop();
