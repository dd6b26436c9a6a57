import { connect } from 'node:net';
import type { MemcachedServer } from 'libmemcached/testing';

/**
 * What the server answers to requests of the text protocol, seen without any client. One character of
 * the reply is one byte (latin1), so that no byte is lost.
 */
export async function raw(server: MemcachedServer, requests: string | Buffer): Promise<string> {
  const { host, port, path } = server;
  const socket = connect(path === undefined ? { host, port: port as number } : { path });
  socket.setEncoding('latin1');
  socket.write(requests);
  // The server answers in order and then hangs up: the end of the connection is the end of the reply.
  socket.write('quit\r\n');
  let reply = '';
  for await (const text of socket) {
    reply += text;
  }
  return reply;
}
