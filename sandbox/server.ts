import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../src/clock.ts';
import { BASE_PATH, type CloudflareSandbox, type Reply, throwDefects } from './cloudflare.ts';
import { closeServer, openOnLoopback, readRequest } from './loopback.ts';

export interface ServeOptions {
  /** PEM texts, which switch TLS on. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** 0, the default, is any free port. */
  readonly port?: number;
}

export interface SandboxServer {
  /** Base URL for the client, `http://127.0.0.1:PORT/client/v4`. */
  readonly url: string;
  readonly port: number;
  /**
   * Cuts every connection and stops listening.
   * @throws an AggregateError if there was an error inside the sandbox
   */
  close(): Promise<void>;
}

/** Resets a connection, so that the client sees ECONNRESET. TLS allows only a plain close. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

async function send(reply: Reply, response: ServerResponse, clock: Clock, gone: AbortSignal): Promise<void> {
  if (reply.kind === 'hanging') return;
  // The server has accepted the connection already, so a refused one can only be reset.
  if (reply.kind === 'refused' || reply.kind === 'dropped') {
    if (response.socket) reset(response.socket);
    return;
  }
  const { kind, status, headers, body } = reply;
  const hasLength = kind !== 'endless' && !(kind === 'broken' && reply.end === 'reset');
  response.writeHead(status, { ...headers, ...(hasLength && { 'content-length': Buffer.byteLength(body) }) });
  if (kind === 'full') {
    response.end(body);
  } else if (kind === 'broken') {
    response.flushHeaders();
    // Not a reset: it can overtake the bytes that the client must see first.
    const cut = (): void => void response.socket?.destroySoon();
    const sent = Buffer.from(body).subarray(0, reply.sentBytes);
    if (sent.length > 0) response.write(sent, cut);
    else cut();
  } else if (kind === 'slow') {
    for (const byte of Buffer.from(body)) {
      await clock.sleep(reply.msPerByte, gone);
      response.write(Buffer.of(byte));
    }
    response.end();
  } else {
    while (!gone.aborted) if (!response.write(body)) await once(response, 'drain', { signal: gone });
  }
}

/** Serves the sandbox on a loopback port. Its clock should be the system clock. */
export async function serve(
  sandbox: Pick<CloudflareSandbox, 'clock' | 'handle'> & Partial<Pick<CloudflareSandbox, 'defects'>>,
  { tls, port = 0 }: ServeOptions = {},
): Promise<SandboxServer> {
  const defects: unknown[] = sandbox.defects ?? [];
  const exchange = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    const closed = once(response, 'close').finally(() => gone.abort());
    try {
      const reply = await sandbox.handle(await readRequest(incoming), { closed, signal: gone.signal });
      await send(reply, response, sandbox.clock, gone.signal);
    } catch (error) {
      // The client closed the connection, or close() did: no response can be sent.
      if (gone.signal.aborted || incoming.errored !== null) return;
      defects.push(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(`Error inside the sandbox: ${error}`);
    }
  };
  const server = tls ? createTlsServer({ ...tls }, exchange) : createServer(exchange);
  const opened = await openOnLoopback(server, port);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${opened}${BASE_PATH}`,
    port: opened,
    close: async () => {
      await closeServer(server);
      throwDefects(defects);
    },
  };
}
