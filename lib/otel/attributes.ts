// The attributes of the semantic conventions for database clients (opentelemetry.io/docs/specs/semconv/db).
import type { Attributes } from '@opentelemetry/api';
import { defaultPort } from '../servers';

export const systemName: Attributes = Object.freeze({ 'db.system.name': 'memcached' });

/** Where an operation goes; the port only where it is not the usual one. Nothing where there is no one server. */
export function serverAttributes(
  address: string | undefined,
  port: number | undefined,
): Attributes {
  if (address === undefined) return {};
  if (port === undefined || port === defaultPort) return { 'server.address': address };
  return { 'server.address': address, 'server.port': port };
}

/** The same for a server's name, such as `127.0.0.1:11211`, `[::1]:11211` or the path of a unix socket. */
export function namedServerAttributes(name: string): Attributes {
  if (name.startsWith('/')) return serverAttributes(name, undefined);
  const colon = name.lastIndexOf(':');
  const host = name.slice(0, colon).replace(/^\[|\]$/g, '');
  return serverAttributes(host, Number(name.slice(colon + 1)));
}
