import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { BASE_PATH, type CloudflareSandbox, type Reply } from './cloudflare.ts';
import { closeServer, openOnLoopback } from './loopback.ts';

export interface ServeOptions {
  /** PEM texts; with them the server speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** 0 unless told: any free port. */
  readonly port?: number;
}

export interface SandboxServer {
  /** The base for the client, `http://127.0.0.1:PORT/client/v4`. */
  readonly url: string;
  readonly port: number;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends a connection the hard way where the transport can, so that the client sees ECONNRESET. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

async function put(
  reply: Reply,
  response: ServerResponse,
  sandbox: CloudflareSandbox,
  gone: AbortSignal,
): Promise<void> {
  switch (reply.kind) {
    case 'hanging':
      return;
    // A server cannot take back that it accepted the connection, so this is the closest it comes.
    case 'refused':
    case 'dropped':
      if (response.socket) reset(response.socket);
      return;
    case 'full':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
      response.end(reply.body);
      return;
    case 'broken': {
      const length = { 'content-length': Buffer.byteLength(reply.body) };
      response.writeHead(reply.status, { ...reply.headers, ...(reply.end === 'short' ? length : {}) });
      response.flushHeaders();
      // Not a hard reset: that could overtake the bytes which the client shall see before the break.
      const cut = (): void => void response.socket?.destroySoon();
      const sent = Buffer.from(reply.body).subarray(0, reply.sentBytes);
      if (sent.length > 0) response.write(sent, cut);
      else cut();
      return;
    }
    case 'slow':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
      for (const byte of Buffer.from(reply.body)) {
        await sandbox.clock.sleep(reply.msPerByte, gone);
        response.write(Buffer.of(byte));
      }
      response.end();
      return;
    case 'endless':
      response.writeHead(reply.status, reply.headers);
      while (!gone.aborted) {
        if (!response.write(reply.body)) await once(response, 'drain', { signal: gone });
      }
  }
}

/** Puts the sandbox on a loopback port; `clock` of the sandbox should be the machine's. */
export async function serve(sandbox: CloudflareSandbox, { tls, port = 0 }: ServeOptions = {}): Promise<SandboxServer> {
  const exchange = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const gone = new AbortController();
    response.on('close', () => {
      close();
      gone.abort();
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    try {
      const body = await readBody(request);
      const { method = 'GET', url: path = '/' } = request;
      const reply = await sandbox.handle({ method, path, headers, body }, { closed, signal: gone.signal });
      await put(reply, response, sandbox, gone.signal);
    } catch (error) {
      // A client that hangs up, or close(), ends the exchange; nobody is left to tell.
      if (!gone.signal.aborted && !request.destroyed) throw error;
    }
  };
  const server = tls ? createTlsServer({ ...tls }, exchange) : createServer(exchange);
  const opened = await openOnLoopback(server, port);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${opened}${BASE_PATH}`,
    port: opened,
    close: () => closeServer(server),
  };
}
