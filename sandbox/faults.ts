import {
  type EnvelopeError,
  failureResponse,
  type HttpHeaders,
  JSON_HEADERS,
  type Reply,
  type SandboxRequest,
  type SandboxResponse,
  THROTTLED,
} from './http.ts';

/** A response that a fault invents. An object becomes JSON. The default content-type follows the body. */
export interface ReplyTemplate {
  readonly status: number;
  readonly headers?: HttpHeaders;
  readonly body?: string | object;
}

/** Which requests a fault affects, and how often. */
export interface FaultScope {
  /** Value of `RecordedRequest.fault`; by default the kind of the effect. */
  readonly name?: string;
  /** Every given condition must hold. `path` is a substring of the path with its query. */
  readonly on?: { readonly method?: string; readonly id?: string; readonly path?: string };
  /** Number of affected requests: 1 by default, `Infinity` is allowed. */
  readonly times?: number;
  /** Number of matching requests that pass first. */
  readonly skip?: number;
  /**
   * Whether the request takes effect although its response is broken. By default yes for an effect that uses the real
   * response (`drop: 'body'`, `slowBody`, `cutBody`, `mutateReply`, `delayMs`), else no.
   */
  readonly applied?: boolean;
  /** Milliseconds after the request until it takes effect, whatever the response said; 0 by default. */
  readonly appliedAfterMs?: number;
  /** Milliseconds before the response, in addition to the latency of the sandbox. */
  readonly delayMs?: number;
}

/** What a fault does: exactly one of these. */
export type FaultEffect =
  | { readonly drop: 'before' | 'body' }
  | { readonly hang: true }
  | { readonly slowBody: { readonly msPerByte: number } }
  | { readonly endless: true }
  | { readonly reply: ReplyTemplate | ((request: SandboxRequest, ray: string) => ReplyTemplate) }
  /** Number of bytes of the real body to send under the real content-length. */
  | { readonly cutBody: number }
  | { readonly mutateReply: (reply: SandboxResponse) => SandboxResponse }
  | { readonly refuseConnection: true }
  | { readonly delayMs: number };

export type Fault = FaultScope & FaultEffect;

const EFFECTS = ['hang', 'slowBody', 'endless', 'reply', 'cutBody', 'mutateReply', 'refuseConnection'] as const;

export type FaultKind = 'drop before' | 'drop body' | (typeof EFFECTS)[number] | 'delayMs';

const INTERNAL_ERROR: EnvelopeError = { code: 1002, message: 'Internal error' };

/** The kind of a fault's effect. */
export function faultKindOf(fault: Fault): FaultKind {
  if ('drop' in fault) return `drop ${fault.drop}`;
  return EFFECTS.find((effect) => effect in fault) ?? 'delayMs';
}

/** Effects that send the real response or a part of it. */
export const USES_REAL_RESPONSE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'drop body',
  'slowBody',
  'cutBody',
  'mutateReply',
  'delayMs',
]);

/** Puts a fault on top of the real response. */
export function applyFault(
  fault: Fault | undefined,
  real: SandboxResponse,
  request: SandboxRequest,
  ray: string,
): Reply {
  if (!fault) return { kind: 'full', ...real };
  if ('hang' in fault) return { kind: 'hanging' };
  if ('refuseConnection' in fault) return { kind: 'refused' };
  if ('drop' in fault) {
    if (fault.drop === 'before') return { kind: 'dropped' };
    return { kind: 'broken', end: 'reset', sentBytes: Math.floor(Buffer.byteLength(real.body) / 2), ...real };
  }
  if ('cutBody' in fault) return { kind: 'broken', end: 'short', sentBytes: fault.cutBody, ...real };
  if ('slowBody' in fault) return { kind: 'slow', msPerByte: fault.slowBody.msPerByte, ...real };
  if ('endless' in fault) {
    return { kind: 'endless', status: 200, headers: { ...JSON_HEADERS, 'cf-ray': ray }, body: ' '.repeat(65_536) };
  }
  if ('mutateReply' in fault) return { kind: 'full', ...fault.mutateReply(real) };
  if (!('reply' in fault)) return { kind: 'full', ...real };
  const { status, headers, body = '' } = typeof fault.reply === 'function' ? fault.reply(request, ray) : fault.reply;
  const [type, text] =
    typeof body === 'string' ? ['text/plain; charset=utf-8', body] : ['application/json', JSON.stringify(body)];
  return { kind: 'full', status, headers: { 'content-type': type, 'cf-ray': ray, ...headers }, body: text };
}

/** HTML page of Cloudflare's edge when the API behind it is down. */
export const html502 = (): Fault => ({
  name: 'html502',
  reply: {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n',
  },
});

/** Plain text of the proxy in front of the API. */
export const text503 = (): Fault => ({
  name: 'text503',
  reply: {
    status: 503,
    body: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
  },
});

/** Plain text of the proxy in front of the API. Whether the request took effect is unknown. */
export const text504 = (): Fault => ({ name: 'text504', reply: { status: 504, body: 'upstream request timeout' } });

const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
};

/** An RFC 9457 body from Cloudflare's edge. `retry_after` is in seconds and not repeated in a header. */
export function problem(options: { status: number; retryable?: boolean; retry_after?: number }): Fault {
  const { status, retryable = status !== 525 && status !== 526, retry_after } = options;
  const title = PROBLEM_TITLES[status] ?? `HTTP ${status}`;
  return {
    name: `problem${status}`,
    reply: (_request, ray) => ({
      status,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: {
        type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-${status}/`,
        title: `Error ${status}: ${title}`,
        status,
        detail: `${title}.`,
        instance: ray.split('-')[0],
        error_code: status,
        error_name: title.toLowerCase().replaceAll(' ', '_'),
        error_category: 'origin',
        ray_id: ray.split('-')[0],
        cloudflare_error: true,
        retryable,
        retry_after,
        owner_action_required: !retryable,
      },
    }),
  };
}

/** Cloudflare's envelope with an error that the sandbox does not raise by itself. */
export const envelopeFailure = (status: number, ...errors: readonly EnvelopeError[]): Fault => ({
  name: `failure${status}`,
  reply: failureResponse(status, ...errors),
});

/** HTTP 500 whose envelope gives no cause. */
export const error500 = (): Fault => ({ name: 'error500', reply: failureResponse(500, INTERNAL_ERROR) });

/** HTTP 200 with an envelope that reports a failure. */
export const successFalse = (): Fault => ({ name: 'successFalse', reply: failureResponse(200, INTERNAL_ERROR) });

/** A 429. `retryAfter`: seconds, or the literal header value. `retryAfterMs`: the header in milliseconds. */
export function tooManyRequests(
  options: { readonly retryAfter?: number | string; readonly retryAfterMs?: number; readonly code?: number } = {},
): Fault {
  const { retryAfter, retryAfterMs, code = 971 } = options;
  const headers = {
    ...JSON_HEADERS,
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
  };
  return { name: 'tooManyRequests', reply: { ...failureResponse(429, { code, message: THROTTLED }), headers } };
}

/** A full HTTP response whose JSON ends in the middle. The request takes effect by default. */
export const cutJson = (): Fault => ({
  name: 'cutJson',
  mutateReply: (reply) => ({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) }),
});

/** Success with changed fields of the invite; `undefined` removes a field. */
export const changedResult = (name: string, changes: Readonly<Record<string, unknown>>): Fault => ({
  name,
  mutateReply: (reply) => {
    const envelope = JSON.parse(reply.body);
    return { ...reply, body: JSON.stringify({ ...envelope, result: { ...envelope.result, ...changes } }) };
  },
});

/** Success that shows the invite as still pending. The request takes effect by default. */
export const stillPending = (): Fault => changedResult('stillPending', { status: 'pending' });

/** A redirect. A client that sends credentials must not follow it. */
export const redirectTo = (url: string, status = 302): Fault => ({
  name: `redirect${status}`,
  reply: { status, headers: { location: url } },
});

/** An error that repeats the credentials of the request in every text. */
export const echoCredentials = (status = 400): Fault => ({
  name: 'echoCredentials',
  reply: ({ headers }) => {
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = headers;
    const secret = key ?? authorization?.replace(/^Bearer /, '') ?? '';
    return failureResponse(status, {
      code: 1001,
      message: `Invalid request: headers were ${JSON.stringify({ authorization, email, key })}`,
      documentation_url: `https://developers.cloudflare.com/api/?secret=${encodeURIComponent(secret)}`,
      source: { pointer: `/headers/${secret}` },
      error_chain: [{ code: 1002, message: `Bearer ${secret}` }],
    });
  },
});

/** The connection drops before the request takes effect. */
export const dropBeforeApply = (): Fault => ({ name: 'dropBeforeApply', drop: 'before', applied: false });

/** The connection drops after the request took effect. */
export const dropAfterApply = (): Fault => ({ name: 'dropAfterApply', drop: 'before', applied: true });
