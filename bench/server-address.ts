/** @param server `host:port` of a host name or an IPv4 address */
export function parseServer(server: string): { host: string; port: number } {
  const { hostname, port } = new URL(`tcp://${server}`);
  return { host: hostname, port: Number(port) };
}
