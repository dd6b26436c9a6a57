import { Client, type ClientOptions } from 'libmemcached';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';

/** Runs `body` with a memcached of its own. */
export async function withServer<T>(body: (server: MemcachedServer) => Promise<T>): Promise<T> {
  return withServers(1, ([server]) => body(server as MemcachedServer));
}

/** Runs `body` with `count` servers. */
export async function withServers<T>(
  count: number,
  body: (servers: MemcachedServer[]) => Promise<T>,
): Promise<T> {
  const servers = await Promise.all(Array.from({ length: count }, () => startMemcached()));
  try {
    return await body(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Runs `body` with a client, made by `options`, of a memcached of its own. */
export async function withClient<T>(
  options: ClientOptions,
  body: (client: Client, server: MemcachedServer) => Promise<T>,
): Promise<T> {
  return withServer(async (server) => {
    const client = new Client(server.server, options);
    try {
      return await body(client, server);
    } finally {
      await client.close();
    }
  });
}
