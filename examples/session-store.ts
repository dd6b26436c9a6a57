// Sessions of express-session in memcached: `npm start -- session-store`.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import session, { type SessionData, Store } from 'express-session';
import { type Cache, Client } from 'libmemcached';
import { startMemcached } from 'libmemcached/testing';

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

type Done = (error?: unknown) => void;

/** A session lives in memcached for as long as its cookie lives in the browser. */
class MemcachedStore extends Store {
  readonly #cache: Cache;
  readonly #ttlWithoutCookie: number;

  /** @param ttlWithoutCookie seconds, for cookies that end with the browser */
  constructor(cache: Cache, ttlWithoutCookie = 86_400) {
    super();
    this.#cache = cache.withPrefix('session:');
    this.#ttlWithoutCookie = ttlWithoutCookie;
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.#cache.get<SessionData>(id).then((data) => callback(null, data ?? null), callback);
  }

  override set(id: string, data: SessionData, callback: Done = () => {}): void {
    this.#cache.set(id, data, this.#ttl(data)).then(() => callback(), callback);
  }

  override destroy(id: string, callback: Done = () => {}): void {
    this.#cache.delete(id).then(() => callback(), callback);
  }

  /** Called for a request that changed nothing: the session lives on, its data stay where they are. */
  override touch(id: string, data: SessionData, callback: Done = () => {}): void {
    this.#cache.touch(id, this.#ttl(data)).then(() => callback(), callback);
  }

  #ttl({ cookie }: SessionData): number {
    if (cookie.originalMaxAge === null) return this.#ttlWithoutCookie;
    return Math.max(1, Math.ceil(cookie.originalMaxAge / 1000)); // 0 would be for ever
  }
}

function application(cache: Cache) {
  const app = express();
  app.use(
    session({
      store: new MemcachedStore(cache),
      secret: 'only for this example',
      resave: false, // touch() keeps it alive
      saveUninitialized: false,
      cookie: { maxAge: 1_800_000 },
    }),
  );
  app.post('/visits', (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    response.json({ visits: request.session.visits });
  });
  app.get('/visits', (request, response) => {
    response.json({ visits: request.session.visits ?? 0 });
  });
  app.delete('/visits', (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.sendStatus(204)));
  });
  return app;
}

async function main(): Promise<void> {
  const memcached = await startMemcached();
  const cache = new Client(memcached.server, { prefix: 'shop:' });
  const server = application(cache).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/visits`;

  const first = await fetch(url, { method: 'POST' });
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  const headers = { cookie };
  console.log('first visit:', await first.json());
  console.log('second visit:', await (await fetch(url, { method: 'POST', headers })).json());

  const id = /^connect\.sid=s%3A([^.]+)\./.exec(cookie)?.[1] ?? '';
  const sessions = cache.withPrefix('session:');
  console.log('in memcached:', await sessions.has(id));

  await sessions.touch(id, 2); // it would be gone in two seconds
  console.log('a request that reads:', await (await fetch(url, { headers })).json());
  await sleep(3500);
  console.log('its session lives on:', await sessions.has(id));

  await fetch(url, { method: 'DELETE', headers });
  console.log('after the end:', await sessions.has(id));
  console.log('a stranger:', await (await fetch(url)).json());

  server.close();
  server.closeAllConnections();
  await cache.close();
  await memcached.stop();
}

void main();
