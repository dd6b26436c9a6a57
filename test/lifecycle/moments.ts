// The stages of an operation at which a program can end or a client can be closed.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type MemcachedServer, startMemcached } from 'libmemcached/testing';
import { whileStopped } from '../contract/helpers';

export interface Moment {
  name: string;
  /** Runs `body` with a server in the state that belongs to the moment. */
  withServer<T>(body: (server: MemcachedServer) => Promise<T>): Promise<T>;
  /**
   * Lines that call `begin()`, which starts operations and returns a promise of the first answer, and
   * then, when the moment has come, `end()`.
   */
  lines: string;
}

export const moments: readonly Moment[] = [
  { name: 'before they are handed over', withServer: answering, lines: `begin(); end();` },
  {
    name: 'as they are handed over',
    withServer: answering,
    lines: `begin(); process.nextTick(end);`,
  },
  { name: 'while they are sent', withServer: answering, lines: `begin(); setImmediate(end);` },
  {
    name: 'inside the first answer',
    withServer: answering,
    lines: `begin().then(() => end());`,
  },
  {
    name: 'between answers',
    withServer: answering,
    lines: `begin().then(() => setImmediate(end));`,
  },
  { name: 'while connecting', withServer: full, lines: `begin(); setTimeout(end, 50);` },
  {
    name: 'while the server is stopped',
    withServer: stopped,
    lines: `begin(); setTimeout(end, 50);`,
  },
  { name: 'after the server has gone', withServer: gone, lines: `begin(); setTimeout(end, 50);` },
];

/** A server that works. */
async function answering<T>(
  body: (server: MemcachedServer) => Promise<T>,
  args: string[] = [],
): Promise<T> {
  const server = await startMemcached({ args });
  try {
    return await body(server);
  } finally {
    await server.stop();
  }
}

/** A server that accepts connections and requests, and answers nothing. */
function stopped<T>(body: (server: MemcachedServer) => Promise<T>): Promise<T> {
  return answering((server) => whileStopped(server, () => body(server)));
}

/** A port at which nobody listens. */
async function gone<T>(body: (server: MemcachedServer) => Promise<T>): Promise<T> {
  const server = await startMemcached();
  await server.stop();
  return body(server);
}

/** A server whose queue of new connections is full: one more is neither accepted nor refused. */
function full<T>(body: (server: MemcachedServer) => Promise<T>): Promise<T> {
  const lengthOfQueue = 1;
  const fill = async ({ host, port }: MemcachedServer): Promise<Socket[]> => {
    // More than the queue holds, so that the last of them wait outside.
    const sockets = Array.from({ length: lengthOfQueue + 3 }, () => connect(port as number, host));
    await Promise.any(sockets.map((socket) => once(socket, 'connect')));
    return sockets;
  };
  const filled = async (server: MemcachedServer): Promise<T> => {
    const sockets = await fill(server);
    try {
      return await body(server);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  };
  return answering(
    (server) => whileStopped(server, () => filled(server)),
    ['-b', `${lengthOfQueue}`],
  );
}
