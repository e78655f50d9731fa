import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SandboxRequest } from './cloudflare.ts';

/**
 * Opens a server on a loopback port.
 * @param port 0, the default, is any free port
 * @returns the port
 */
export async function openOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Cuts every connection of a server and stops listening. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Reads a request to its end. */
export async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
  const { method = 'GET', url: path = '/', headers } = incoming;
  const flat = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { method, path, headers: Object.fromEntries(flat), body: await text(incoming) };
}
