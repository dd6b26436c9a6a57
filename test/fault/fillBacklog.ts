import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { MemcachedServer } from 'libmemcached/testing';
import { onTestFinished } from 'vitest';

/** Connections that take all the places of a server that accepts none: the kernel drops what else asks for one. */
export async function fillBacklog(server: MemcachedServer): Promise<Socket[]> {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (;;) {
    const socket = connect({ host: server.host, port: server.port as number });
    sockets.push(socket);
    const dropped = new Promise<boolean>((resolve) => setTimeout(resolve, 300, true));
    if (await Promise.race([dropped, once(socket, 'connect').then(() => false)])) return sockets;
  }
}
