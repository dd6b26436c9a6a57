// Fills the server past any client: keys whose value no client has to read back.

import { once } from 'node:events';
import { connect } from 'node:net';
import { parseServer } from './server-address';

const KEYS_A_WRITE = 2_000;

/** Sets `count` keys, `${prefix}${0..count - 1}`, to `value`. */
export async function fill(
  server: string,
  prefix: string,
  count: number,
  value: string,
): Promise<void> {
  const { host, port } = parseServer(server);
  const socket = connect(port, host);
  await once(socket, 'connect');
  for (let from = 0; from < count; from += KEYS_A_WRITE) {
    const to = Math.min(from + KEYS_A_WRITE, count);
    if (!socket.write(createCommands(prefix, from, to, value))) await once(socket, 'drain');
  }
  socket.write('version\r\n'); // answered only after everything before it took effect
  await once(socket, 'data');
  socket.destroy();
}

function createCommands(prefix: string, from: number, to: number, value: string): string {
  let commands = '';
  for (let index = from; index < to; index += 1) {
    commands += `set ${prefix}${index} 0 0 ${value.length} noreply\r\n${value}\r\n`;
  }
  return commands;
}
