import type { Clock } from '../src/clock.ts';
import type { CloudflareSandbox, Reply, SandboxResponse } from './cloudflare.ts';

// As many as the fetch standard follows.
const MAX_REDIRECTS = 20;
const ENDLESS_PAUSE_MS = 10;
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** The error with which Node's fetch fails before there is an answer; `details` are those of its cause. */
export function fetchFailed(message: string, details: object = {}): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), details) });
}

/** The error with which Node's fetch ends a body whose connection went away. */
const terminated = (): TypeError =>
  new TypeError('terminated', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });

interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: NonNullable<RequestInit['redirect']>;
  readonly signal: AbortSignal | undefined;
}

async function exchangeOf(input: string | URL | Request, init: RequestInit = {}): Promise<Exchange> {
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

type Part = { readonly bytes: Uint8Array; readonly afterMs?: number } | { readonly error: Error };

function* substringsOf(reply: Exclude<Reply, { kind: 'refused' | 'dropped' | 'hanging' }>): Generator<Part> {
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
      for (let index = 0; index < bytes.length; index += 1) {
        yield { bytes: bytes.subarray(index, index + 1), afterMs: reply.msPerByte };
      }
      return;
    case 'endless':
      for (;;) yield { bytes, afterMs: ENDLESS_PAUSE_MS };
  }
}

function bodyStream(
  parts: Iterator<Part>,
  clock: Clock,
  signal: AbortSignal | undefined,
  close: () => void,
): ReadableStream<Uint8Array> {
  // Ends the wait for the next part, which would otherwise keep a virtual clock moving after a cancellation.
  const over = new AbortController();
  let onAbort: (() => void) | undefined;
  const finish = (): void => {
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    over.abort();
    close();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        onAbort = () => {
          controller.error(signal?.reason);
          finish();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      },
      pull: async (controller) => {
        // A pull that enqueues nothing is not followed by another one.
        let { value: part, done } = parts.next();
        while (!done && 'bytes' in part && part.bytes.length === 0 && part.afterMs === undefined) {
          ({ value: part, done } = parts.next());
        }
        if (done) {
          finish();
          controller.close();
          return;
        }
        if ('error' in part) {
          finish();
          controller.error(part.error);
          return;
        }
        if (part.afterMs !== undefined) await clock.sleep(part.afterMs, over.signal).catch(() => undefined);
        if (part.bytes.length > 0 && !over.signal.aborted) controller.enqueue(part.bytes);
      },
      cancel: finish,
    },
    { highWaterMark: 0 },
  );
}

function responseOf(
  reply: Exclude<Reply, { kind: 'refused' | 'dropped' | 'hanging' }>,
  exchange: Exchange,
  clock: Clock,
  close: () => void,
): Response {
  const { status }: SandboxResponse = reply;
  const headers = new Headers(reply.headers);
  if (reply.kind === 'full' || reply.kind === 'slow' || (reply.kind === 'broken' && reply.end === 'short')) {
    headers.set('content-length', String(Buffer.byteLength(reply.body)));
  }
  const hasBody = !NULL_BODY_STATUSES.has(status) && exchange.method !== 'HEAD';
  // A whole answer is on its way in one go, read or not; the others keep their connection busy.
  if (!hasBody || reply.kind === 'full') close();
  const response = new Response(hasBody ? bodyStream(substringsOf(reply), clock, exchange.signal, close) : null, {
    status,
    headers,
  });
  Object.defineProperty(response, 'url', { value: exchange.url.href });
  return response;
}

async function exchangeOnce(sandbox: CloudflareSandbox, clock: Clock, exchange: Exchange): Promise<Response> {
  const { url, method, body, signal } = exchange;
  signal?.throwIfAborted();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let handedOver = false;
  try {
    const handled = sandbox.handle(
      { method, path: `${url.pathname}${url.search}`, headers: wireHeaders(exchange), body },
      { closed, ...(signal ? { signal } : {}) },
    );
    const reply = await Promise.race([handled, aborted.promise]);
    if (reply.kind === 'hanging') return await aborted.promise;
    if (reply.kind === 'dropped') {
      throw fetchFailed('read ECONNRESET', { code: 'ECONNRESET', errno: -104, syscall: 'read' });
    }
    if (reply.kind === 'refused') {
      throw fetchFailed(`connect ECONNREFUSED ${url.host}`, { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
    }
    handedOver = true;
    return responseOf(reply, exchange, clock, close);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!handedOver) close();
  }
}

function redirected(exchange: Exchange, status: number, location: string): Exchange {
  const url = new URL(location, exchange.url);
  const headers = new Headers(exchange.headers);
  // Node's fetch forgets these three across origins, and forwards every other header, X-Auth-Key included.
  if (url.origin !== exchange.url.origin) for (const name of ['authorization', 'cookie', 'host']) headers.delete(name);
  const becomesGet = status === 303 || ((status === 301 || status === 302) && exchange.method === 'POST');
  return { ...exchange, url, headers, ...(becomesGet ? { method: 'GET', body: '' } : {}) };
}

/**
 * A fetch that talks to the sandbox without a socket. Every host leads to the sandbox.
 *
 * It rejects as Node's fetch does: with `TypeError('fetch failed')` whose `cause` has a `code`, or with the signal's
 * reason; a body that breaks rejects with `TypeError('terminated')`.
 */
export function sandboxFetch(sandbox: CloudflareSandbox, clock: Clock): typeof fetch {
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    let exchange = await exchangeOf(input, init);
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
