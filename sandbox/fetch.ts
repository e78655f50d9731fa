import type { Clock } from '../src/clock.ts';
import type { CloudflareSandbox, Reply } from './cloudflare.ts';

// The limit of the fetch standard.
const MAX_REDIRECTS = 20;
const ENDLESS_PAUSE_MS = 10;
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** The error of Node's fetch when no response arrives. `details` are fields of its cause. */
export function fetchFailed(message: string, details: object = {}): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), details) });
}

/** The error of Node's fetch when the connection ends inside the body. */
function terminated(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}

interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: NonNullable<RequestInit['redirect']>;
  readonly signal: AbortSignal | undefined;
}

async function toExchange(input: string | URL | Request, init: RequestInit = {}): Promise<Exchange> {
  const request = input instanceof Request ? input : undefined;
  const body = init.body ?? (request?.body ? await request.text() : '');
  const headers = new Headers(init.headers ?? request?.headers);
  if (body !== '' && !headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8');
  return {
    url: new URL(request ? request.url : String(input)),
    method: init.method ?? request?.method ?? 'GET',
    headers,
    body: typeof body === 'string' ? body : await new Response(body).text(),
    redirect: init.redirect ?? request?.redirect ?? 'follow',
    signal: init.signal ?? request?.signal ?? undefined,
  };
}

function wireHeaders({ url, headers, body, method }: Exchange): Record<string, string> {
  const hasLength = body !== '' || method === 'POST' || method === 'PUT' || method === 'PATCH';
  return {
    host: url.host,
    accept: '*/*',
    'user-agent': 'node',
    ...(hasLength ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
    ...Object.fromEntries(headers),
  };
}

type ReplyWithBody = Extract<Reply, { body: string }>;

type Part = { readonly bytes: Uint8Array; readonly afterMs?: number } | { readonly error: Error };

function* bodyParts(reply: ReplyWithBody): Generator<Part> {
  const bytes = new TextEncoder().encode(reply.body);
  switch (reply.kind) {
    case 'full':
      yield { bytes };
      return;
    case 'broken':
      yield { bytes: bytes.subarray(0, reply.sentBytes) };
      yield { error: terminated() };
      return;
    case 'slow':
      for (const byte of bytes) yield { bytes: Uint8Array.of(byte), afterMs: reply.msPerByte };
      return;
    case 'endless':
      for (;;) yield { bytes, afterMs: ENDLESS_PAUSE_MS };
  }
}

function bodyStream(reply: ReplyWithBody, clock: Clock, signal: AbortSignal | undefined, close: () => void) {
  const parts = bodyParts(reply);
  // Ends the wait for the next part, so that a virtual clock does not advance after a cancellation.
  const over = new AbortController();
  const finish = (): void => {
    over.abort();
    close();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const onAbort = (): void => {
          controller.error(signal?.reason);
          finish();
        };
        signal?.addEventListener('abort', onAbort, { once: true, signal: over.signal });
      },
      pull: async (controller) => {
        // Skip empty parts: the stream does not pull again after a pull without data.
        let { value: part, done } = parts.next();
        while (!done && 'bytes' in part && part.bytes.length === 0 && part.afterMs === undefined) {
          ({ value: part, done } = parts.next());
        }
        if (done) {
          finish();
          controller.close();
        } else if ('error' in part) {
          finish();
          controller.error(part.error);
        } else {
          if (part.afterMs !== undefined) await clock.sleep(part.afterMs, over.signal).catch(() => undefined);
          if (!over.signal.aborted) controller.enqueue(part.bytes);
        }
      },
      cancel: finish,
    },
    { highWaterMark: 0 },
  );
}

function toResponse(
  reply: ReplyWithBody,
  { url, method, signal }: Exchange,
  clock: Clock,
  close: () => void,
): Response {
  const { kind, status, body } = reply;
  const headers = new Headers(reply.headers);
  if (kind === 'full' || kind === 'slow' || (kind === 'broken' && reply.end === 'short')) {
    headers.set('content-length', String(Buffer.byteLength(body)));
  }
  const hasBody = !NULL_BODY_STATUSES.has(status) && method !== 'HEAD';
  // A full response frees its connection at once, even if nobody reads it. Every other body keeps it busy.
  if (!hasBody || kind === 'full') close();
  const response = new Response(hasBody ? bodyStream(reply, clock, signal, close) : null, { status, headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}

async function exchangeOnce(sandbox: CloudflareSandbox, clock: Clock, exchange: Exchange): Promise<Response> {
  const { url, method, body, signal } = exchange;
  signal?.throwIfAborted();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const request = { method, path: `${url.pathname}${url.search}`, headers: wireHeaders(exchange), body };
    const reply = await Promise.race([sandbox.handle(request, { closed, ...(signal && { signal }) }), aborted]);
    if (reply.kind === 'hanging') return await aborted;
    if (reply.kind === 'dropped') {
      throw fetchFailed('read ECONNRESET', { code: 'ECONNRESET', errno: -104, syscall: 'read' });
    }
    if (reply.kind === 'refused') {
      throw fetchFailed(`connect ECONNREFUSED ${url.host}`, { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
    }
    return toResponse(reply, exchange, clock, close);
  } catch (error) {
    close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function redirected(exchange: Exchange, status: number, location: string): Exchange {
  const url = new URL(location, exchange.url);
  const headers = new Headers(exchange.headers);
  // Node's fetch removes these three across origins. It forwards every other header, X-Auth-Key included.
  if (url.origin !== exchange.url.origin) for (const name of ['authorization', 'cookie', 'host']) headers.delete(name);
  const becomesGet = status === 303 || ((status === 301 || status === 302) && exchange.method === 'POST');
  return { ...exchange, url, headers, ...(becomesGet ? { method: 'GET', body: '' } : {}) };
}

/** Whether the last request of a method to a URL arrived at the sandbox, other than at a connection that it refused. */
export function sandboxWasSent({ requests }: CloudflareSandbox): (method: string, url: string) => boolean {
  return (method, url) => {
    const { pathname, search } = new URL(url);
    const last = requests.findLast((request) => request.method === method && request.path === `${pathname}${search}`);
    return last !== undefined && last.status !== 'refuseConnection';
  };
}

/**
 * A fetch that calls the sandbox without a socket. Every host is the sandbox.
 *
 * It rejects like Node's fetch: with `TypeError('fetch failed')` whose `cause` has a `code`, or with the reason of the
 * signal. A body that breaks rejects with `TypeError('terminated')`.
 */
export function sandboxFetch(sandbox: CloudflareSandbox, clock: Clock): typeof fetch {
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    let exchange = await toExchange(input, init);
    for (let redirects = 0; ; redirects += 1) {
      const response = await exchangeOnce(sandbox, clock, exchange);
      const location = response.headers.get('location');
      const isRedirect = location !== null && [301, 302, 303, 307, 308].includes(response.status);
      if (!isRedirect || exchange.redirect === 'manual') return response;
      await response.body?.cancel();
      if (exchange.redirect === 'error') throw fetchFailed('unexpected redirect');
      if (redirects === MAX_REDIRECTS) throw fetchFailed('redirect count exceeded');
      exchange = redirected(exchange, response.status, location);
    }
  };
}
