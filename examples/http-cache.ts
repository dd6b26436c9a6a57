// An Express application that keeps articles in memcached: `npm start -- http-cache`.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

interface Article {
  id: string;
  title: string;
}

/** Stands for a database that is slow, and counts how often it is asked. */
class Database {
  reads = 0;
  readonly #titles = new Map([['1', 'A cache is not a database']]);

  async read(id: string): Promise<Article | undefined> {
    this.reads += 1;
    await sleep(20);
    const title = this.#titles.get(id);
    return title === undefined ? undefined : { id, title };
  }

  async write({ id, title }: Article): Promise<void> {
    this.#titles.set(id, title);
  }
}

function application(cache: Client, database: Database) {
  const app = express();
  app.use(express.json());

  app.get('/articles/:id', async (request, response) => {
    const { id } = request.params;
    // Whoever asks while an article is being loaded waits for that load: a hot article is loaded once.
    const article = await cache.getOrSet(`article:${id}`, 60, () => database.read(id));
    if (article === undefined) response.sendStatus(404);
    else response.json(article);
  });

  app.put('/articles/:id', async (request, response) => {
    const { id } = request.params;
    await database.write({ id, title: request.body.title });
    await cache.delete(`article:${id}`); // not set: two writers could store in the wrong order
    response.sendStatus(204);
  });

  return app;
}

async function main(): Promise<void> {
  const memcached = await startMemcached();
  // Without its cache the application is slow, and not down: failures count as misses, and are logged.
  const cache = new Client(memcached.server, { prefix: 'web:', failures: 'miss', timeout: 250 });
  const failures = new Set<string>();
  cache.on('error', (error) => failures.add(error.code));

  const database = new Database();
  const server = application(cache, database).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const articles = `http://127.0.0.1:${(server.address() as AddressInfo).port}/articles`;

  const responses = await Promise.all(Array.from({ length: 50 }, () => fetch(`${articles}/1`)));
  console.log('50 requests at once:', await responses[0]?.json());
  console.log('reads of the database:', database.reads);

  await fetch(`${articles}/1`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A cache is a cache' }),
  });
  console.log('after a PUT:', await (await fetch(`${articles}/1`)).json());
  console.log('no such article:', (await fetch(`${articles}/2`)).status);

  await memcached.stop();
  console.log('without memcached:', (await fetch(`${articles}/1`)).status, [...failures]);

  server.close();
  server.closeAllConnections();
  await cache.close();
}

void main();
