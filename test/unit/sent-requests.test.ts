import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connectionFault } from '../../src/network-error.ts';
import { watchSentRequests } from '../../src/sent-requests.ts';

const wasSent = watchSentRequests();
const TLS_ALERT = Buffer.from([0x15, 3, 3, 0, 2, 2, 40]);
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that responds to its first bytes with these and hangs up. */
const abrupt = (bytes: Uint8Array = new Uint8Array()): Server =>
  createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
const respondingWith = (status: number): Server =>
  createServer((_request, response) => response.writeHead(status).end('no'));

test.each([
  ['a server that hangs up before TLS', () => abrupt(), 'https', false, 'tls'],
  ['a TLS alert', () => abrupt(TLS_ALERT), 'https', false, 'tls'],
  ['plain HTTP on the port', () => respondingWith(200), 'https', false, 'no-tls'],
  ['a server that hangs up after the request', () => abrupt(), 'http', true, undefined],
  ['HTTP 407', () => respondingWith(407), 'http', true, 'proxy-password'],
] as const)('wasSent and the fault of a connection to %s', async (_what, serve, scheme, isSent, fault) => {
  const url = `${scheme}://127.0.0.1:${await listen(serve())}/client/v4/user/invites/${_what.length}?a=b`;
  const error: unknown = await fetch(url, { method: 'PATCH', body: '{}' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect(wasSent('PATCH', url)).toBe(isSent);
  expect(wasSent('GET', url)).toBe(false);
  expect(connectionFault(error)).toBe(fault);
});

test('wasSent is false for a closed port', async () => {
  const server = abrupt();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  const url = `http://127.0.0.1:${port}/x`;
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(wasSent('GET', url)).toBe(false);
});

test('wasSent is false for a second attempt that was not sent', async () => {
  const server = respondingWith(200);
  const url = `http://127.0.0.1:${await listen(server)}/again`;
  await (await fetch(url, { headers: { connection: 'close' } })).text();
  expect(wasSent('GET', url)).toBe(true);
  server.close();
  await once(server, 'close');
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(wasSent('GET', url)).toBe(false);
});
