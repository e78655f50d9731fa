import type { Clock } from '../src/clock.ts';
import type { Invite } from '../src/cloudflare/invite.ts';

/** Path prefix of Cloudflare's API. */
export const BASE_PATH = '/client/v4';

type HttpHeaders = Readonly<Record<string, string>>;

/** An invite as a test writes it. A field that is left out is missing from every response. */
export type SandboxInvite = Omit<Invite, 'invited_member_id'> & { readonly invited_member_id?: string | null };

/** Credentials of the user who received the invites. */
export interface SandboxCredentials {
  readonly token?: string;
  readonly email?: string;
  readonly key?: string;
}

/** A request as the server receives it. Header names are in lower case; `path` includes the query. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** A complete HTTP response. Header names are in lower case. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** What the client gets from the network. */
export type Reply =
  | ({ readonly kind: 'full' } & SandboxResponse)
  /** No connection is made, so the request does not leave the client. */
  | { readonly kind: 'refused' }
  /** The connection closes before the first byte of the response. */
  | { readonly kind: 'dropped' }
  /**
   * Status, headers and the first `sentBytes` of the body, then the connection ends: inside a chunked body (`reset`),
   * or with less than the announced content-length (`short`).
   */
  | ({ readonly kind: 'broken'; readonly end: 'reset' | 'short'; readonly sentBytes: number } & SandboxResponse)
  /** The connection stays open without a response. */
  | { readonly kind: 'hanging' }
  | ({ readonly kind: 'slow'; readonly msPerByte: number } & SandboxResponse)
  /** Repeats `body` without end. */
  | ({ readonly kind: 'endless' } & SandboxResponse);

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

type FaultKind = 'drop before' | 'drop body' | (typeof EFFECTS)[number] | 'delayMs';

/** One request that the sandbox received, refused connections included. */
export interface RecordedRequest extends SandboxRequest {
  /** Milliseconds since the epoch, by the clock of the sandbox. */
  readonly atMs: number;
  /** HTTP status, or what happened instead of a full response. */
  readonly status: number | FaultKind;
  /** Name of the fault that affected the request. */
  readonly fault?: string;
  /** Status that the request gave an invite. */
  readonly appliedStatus?: string;
}

interface PageInfo {
  readonly count: number;
  readonly page: number;
  readonly per_page: number;
  readonly total_count: number;
}

interface RateLimit {
  /** Number of requests that are allowed in `windowMs` milliseconds. */
  readonly requests: number;
  readonly windowMs: number;
  /** Milliseconds for which every request fails once the limit is exceeded; by default until the window ends. */
  readonly blockMs?: number;
  /** Sends `Ratelimit` and `Ratelimit-Policy`. */
  readonly announce?: boolean;
  /** Format of the time to wait in a 429, `seconds` by default. */
  readonly retryAfter?: 'seconds' | 'date' | 'ms' | 'none';
}

/** Why Cloudflare refuses a valid token: its scheme, its permissions, or the address it is used from. */
interface TokenRefusal {
  readonly as: 'scheme' | 'permission' | 'resource' | 'location';
  /** Which requests fail, `all` by default. With `PATCH` the token may read. */
  readonly on?: 'all' | 'PATCH';
}

export interface SandboxOptions {
  readonly clock: Clock;
  readonly credentials: SandboxCredentials;
  readonly invites?: readonly SandboxInvite[];
  /** Values that are appended to the list unchanged: null, wrong types, invites without an id. */
  readonly extraListEntries?: readonly unknown[];
  /** Invites on a page, 20 by default. */
  readonly pageSize?: number;
  /** Uses the client's `per_page` as the page size. */
  readonly honourPerPage?: boolean;
  /** `unpaged` returns the whole list for every page, `stuck` the first page for every page. */
  readonly paging?: 'paged' | 'unpaged' | 'stuck';
  /** `wrong` counts far more invites than exist. */
  readonly resultInfo?: 'right' | 'missing' | 'wrong' | ((right: PageInfo) => unknown);
  readonly rateLimit?: RateLimit;
  readonly tokenRefusal?: TokenRefusal;
  /** Milliseconds between a request, which takes effect on arrival, and its response. */
  readonly latencyMs?: number | ((request: SandboxRequest) => number);
  readonly faults?: readonly Fault[];
  /** Response to a PATCH on an invite that is not pending: an error, or 200 with the unchanged invite. */
  readonly answeredTwice?: 'error' | 'same';
  /** Revokes the credentials after this number of requests. */
  readonly revokeAfter?: number;
}

export interface HandleOptions {
  /** Aborts the wait for the response; the request has taken effect by then. */
  readonly signal?: AbortSignal;
  /** Settles when the client has finished with the response; by default that is when `handle` settles. */
  readonly closed?: Promise<unknown>;
}

interface EnvelopeError {
  readonly code: number;
  readonly message: string;
  readonly documentation_url?: string;
  readonly source?: { readonly pointer: string };
  readonly error_chain?: readonly { readonly code: number; readonly message: string }[];
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const INTERNAL_ERROR: EnvelopeError = { code: 1002, message: 'Internal error' };
/** Ids are compared without regard to case. Whether Cloudflare does so is unknown. */
const isInvite = (id: string) => (invite: SandboxInvite) => invite.id?.toLowerCase() === id.toLowerCase();

const THROTTLED = 'Please wait and consider throttling your request speed';

function failure(status: number, ...errors: readonly EnvelopeError[]): SandboxResponse {
  const body = JSON.stringify({ success: false, errors, messages: [], result: null });
  return { status, headers: JSON_HEADERS, body };
}

function success(result: unknown, resultInfo?: unknown): SandboxResponse {
  // JSON.stringify omits `result_info` when it is undefined.
  const body = JSON.stringify({ success: true, errors: [], messages: [], result, result_info: resultInfo });
  return { status: 200, headers: JSON_HEADERS, body };
}

function malformedHeader(code: number, header: string): SandboxResponse {
  const error_chain = [{ code, message: `Invalid format for ${header} header` }];
  return failure(400, { code: 6003, message: 'Invalid request headers', error_chain });
}

function kindOf(fault: Fault): FaultKind {
  if ('drop' in fault) return `drop ${fault.drop}`;
  return EFFECTS.find((effect) => effect in fault) ?? 'delayMs';
}

const USES_REAL_RESPONSE = new Set<FaultKind>(['drop body', 'slowBody', 'cutBody', 'mutateReply', 'delayMs']);

/** Puts a fault on top of the real response. */
function applyFault(fault: Fault | undefined, real: SandboxResponse, request: SandboxRequest, ray: string): Reply {
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

type ApplyStatus = (id: string, status: string) => void;

/**
 * Cloudflare's invitations API with state and without a transport. It checks credentials, pages the list, keeps rate
 * limits, and accepts one response per invite. Faults change what the client sees.
 */
export class CloudflareSandbox {
  readonly clock: Clock;
  readonly requests: RecordedRequest[] = [];
  /** Highest number of requests in flight at the same time. */
  maxConcurrent = 0;

  readonly #options: SandboxOptions;
  readonly #invites: SandboxInvite[] = [];
  readonly #faults: { readonly fault: Fault; skip: number; times: number }[] = [];
  #revoked = false;
  #inFlight = 0;
  #window = { startMs: Number.NEGATIVE_INFINITY, used: 0 };
  #blockedUntilMs = 0;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.addInvite(...(options.invites ?? []));
    this.addFault(...(options.faults ?? []));
  }

  /** The invite as a GET shows it now; undefined for an unknown id. */
  invite(id: string): SandboxInvite | undefined {
    return this.invites().find(isInvite(id));
  }

  /** Every invite as the list shows it now. */
  invites(): SandboxInvite[] {
    return this.#invites.map((invite) => {
      const isExpired = invite.status === 'pending' && Date.parse(invite.expires_on ?? '') <= this.clock.nowMs();
      return { ...invite, ...(isExpired && { status: 'expired' }) };
    });
  }

  addInvite(...invites: readonly SandboxInvite[]): void {
    this.#invites.push(...structuredClone(invites));
  }

  /**
   * Changes an invite as the inviting side or another session does.
   * @throws for an unknown id
   */
  setStatus(id: string, status: string): void {
    const index = this.#invites.findIndex(isInvite(id));
    if (index < 0) throw new Error(`The sandbox has no invite ${id}`);
    this.#invites[index] = { ...this.#invites[index], status };
  }

  addFault(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  /** Makes the key and the token invalid from now on. */
  revokeCredentials(): void {
    this.#revoked = true;
  }

  /**
   * Responds to one request. It takes effect on arrival. The latency comes after the effect, so a client that gives up
   * early does not know the result.
   * @throws the reason of `signal` when it aborts during the latency
   */
  async handle(request: SandboxRequest, { signal, closed }: HandleOptions = {}): Promise<Reply> {
    this.#inFlight += 1;
    this.maxConcurrent = Math.max(this.maxConcurrent, this.#inFlight);
    const leave = (): void => {
      this.#inFlight -= 1;
    };
    closed?.then(leave, leave);
    try {
      const { revokeAfter = Number.POSITIVE_INFINITY, latencyMs = 0 } = this.#options;
      if (this.requests.length >= revokeAfter) this.revokeCredentials();
      const { reply, delayMs } = this.#respond(request);
      const waitMs = delayMs + (typeof latencyMs === 'number' ? latencyMs : latencyMs(request));
      if (waitMs > 0) await this.clock.sleep(waitMs, signal);
      return reply;
    } finally {
      if (!closed) leave();
    }
  }

  #respond(request: SandboxRequest): { reply: Reply; delayMs: number } {
    const ray = `${(0x8f3a5c0000000000n + BigInt(this.requests.length + 1)).toString(16)}-FRA`;
    const fault = this.#takeFault(request);
    const kind = fault && kindOf(fault);
    const usesReal = kind === undefined || USES_REAL_RESPONSE.has(kind);
    const isApplied = fault?.applied ?? usesReal;
    let appliedStatus: string | undefined;
    const apply: ApplyStatus = (id, status) => {
      if (!isApplied) return;
      this.setStatus(id, status);
      appliedStatus = status;
    };
    const real = isApplied || usesReal ? this.#realResponse(request, apply) : failure(500);
    const reply = applyFault(fault, { ...real, headers: { ...real.headers, 'cf-ray': ray } }, request, ray);
    this.requests.push({
      ...request,
      atMs: this.clock.nowMs(),
      status: reply.kind === 'full' ? reply.status : (kind ?? 'delayMs'),
      ...(kind && { fault: fault.name ?? kind }),
      ...(appliedStatus !== undefined && { appliedStatus }),
    });
    return { reply, delayMs: fault?.delayMs ?? 0 };
  }

  #takeFault(request: SandboxRequest): Fault | undefined {
    for (const entry of this.#faults) {
      const { method, id, path } = entry.fault.on ?? {};
      const matches =
        entry.times > 0 &&
        (method === undefined || method === request.method) &&
        (id === undefined || request.path.split('?')[0]?.endsWith(`/user/invites/${id}`)) &&
        (path === undefined || request.path.includes(path));
      if (!matches) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.times -= 1;
      return entry.fault;
    }
    return undefined;
  }

  #realResponse(request: SandboxRequest, apply: ApplyStatus): SandboxResponse {
    const limit = this.#countAgainstLimit();
    const response = limit.refusal ?? this.#refuseCredentials(request) ?? this.#route(request, apply);
    return { ...response, headers: { ...response.headers, ...limit.headers } };
  }

  #countAgainstLimit(): { refusal?: SandboxResponse; headers: Record<string, string> } {
    const { rateLimit } = this.#options;
    if (!rateLimit) return { headers: {} };
    const { requests, windowMs, blockMs, announce, retryAfter = 'seconds' } = rateLimit;
    const nowMs = this.clock.nowMs();
    if (nowMs >= Math.max(this.#window.startMs + windowMs, this.#blockedUntilMs)) {
      this.#window = { startMs: nowMs, used: 0 };
    }
    const windowEndMs = this.#window.startMs + windowMs;
    if (nowMs >= this.#blockedUntilMs) {
      if (this.#window.used < requests) this.#window.used += 1;
      else this.#blockedUntilMs = blockMs === undefined ? windowEndMs : nowMs + blockMs;
    }
    const isBlocked = nowMs < this.#blockedUntilMs;
    const resetMs = (isBlocked ? this.#blockedUntilMs : windowEndMs) - nowMs;
    const seconds = Math.ceil(resetMs / 1000);
    const headers: Record<string, string> = {};
    if (announce) {
      headers.ratelimit = `"default";r=${isBlocked ? 0 : requests - this.#window.used};t=${seconds}`;
      headers['ratelimit-policy'] = `"default";q=${requests};w=${Math.ceil(windowMs / 1000)}`;
    }
    if (!isBlocked) return { headers };
    if (retryAfter === 'seconds') headers['retry-after'] = String(seconds);
    if (retryAfter === 'ms') headers['retry-after-ms'] = String(Math.ceil(resetMs));
    if (retryAfter === 'date') {
      headers['retry-after'] = new Date(Math.ceil((nowMs + resetMs) / 1000) * 1000).toUTCString();
    }
    // Not 971, which Cloudflare sends today: Cloudflare's OpenAPI description requires at least 1000.
    return { headers, refusal: failure(429, { code: 10100, message: THROTTLED }) };
  }

  #refuseCredentials({ headers, method }: SandboxRequest): SandboxResponse | undefined {
    const { credentials } = this.#options;
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = headers;
    if (authorization !== undefined) {
      const [, token] = /^Bearer (.*)$/s.exec(authorization) ?? [];
      if (token?.startsWith('cfat_')) {
        return failure(403, { code: 9109, message: 'Valid user-level authentication not found' });
      }
      if (token === undefined || (token !== credentials.token && !/^([\w-]{40}|cfut_[\w-]+)$/.test(token))) {
        return malformedHeader(6111, 'Authorization');
      }
      const isValid = token === credentials.token && !this.#revoked;
      return isValid ? this.#refuseToken(method) : failure(401, { code: 1000, message: 'Invalid API Token' });
    }
    if (!email || !key) {
      return failure(400, { code: 9106, message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers' });
    }
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return malformedHeader(6102, 'X-Auth-Email');
    if (key !== credentials.key && !/^([0-9a-f]{37,45}|cfk_[\w-]+)$/.test(key)) {
      return malformedHeader(6103, 'X-Auth-Key');
    }
    const isValid = key === credentials.key && email.toLowerCase() === credentials.email?.toLowerCase();
    if (isValid && !this.#revoked) return undefined;
    return failure(403, { code: 9103, message: 'Unknown X-Auth-Key or X-Auth-Email' });
  }

  #refuseToken(method: string): SandboxResponse | undefined {
    const { tokenRefusal } = this.#options;
    if (!tokenRefusal || (tokenRefusal.on === 'PATCH' && method !== 'PATCH')) return undefined;
    const documentation_url = 'https://developers.cloudflare.com/fundamentals/api/reference/permissions/';
    const wrongScheme = `${method} method not allowed for the api_token authentication scheme`;
    return {
      scheme: failure(405, { code: 10000, message: wrongScheme }),
      permission: failure(403, { code: 10000, message: 'Authentication error', documentation_url }),
      resource: failure(403, { code: 9109, message: 'Unauthorized to access requested resource' }),
      location: failure(403, { code: 9109, message: 'Cannot use the access token from location: 203.0.113.7' }),
    }[tokenRefusal.as];
  }

  #route(request: SandboxRequest, apply: ApplyStatus): SandboxResponse {
    const { method, path } = request;
    const { pathname, searchParams } = new URL(path, 'http://sandbox.invalid');
    const [route, id] = new RegExp(`^${BASE_PATH}/user/invites(?:/([^/]+))?$`).exec(pathname) ?? [];
    if (route === undefined) return failure(400, { code: 7000, message: 'No route for that URI' });
    if (method === 'GET' && id === undefined) return this.#list(searchParams);
    if (id === undefined || (method !== 'GET' && method !== 'PATCH')) {
      return failure(405, { code: 10405, message: `${method} method not allowed for this endpoint` });
    }
    const invite = this.invite(decodeURIComponent(id));
    if (invite) return method === 'GET' ? success(invite) : this.#respondToInvite(invite, request, apply);
    const message = `Could not route to ${pathname}, perhaps your object identifier is invalid?`;
    return failure(400, { code: 7003, message });
  }

  #list(query: URLSearchParams): SandboxResponse {
    const { pageSize = 20, honourPerPage, paging = 'paged', resultInfo = 'right' } = this.#options;
    const all: unknown[] = [...this.invites(), ...(this.#options.extraListEntries ?? [])];
    const requested = Number(query.get('per_page'));
    const ownSize = honourPerPage && requested >= 1 ? Math.floor(requested) : pageSize;
    const perPage = paging === 'unpaged' ? all.length : ownSize;
    const page = paging === 'paged' ? Math.max(1, Math.floor(Number(query.get('page') ?? 1)) || 1) : 1;
    const result = all.slice((page - 1) * perPage, page * perPage);
    const right: PageInfo = { count: result.length, page, per_page: perPage, total_count: all.length };
    if (typeof resultInfo === 'function') return success(result, resultInfo(right));
    const wrong = { ...right, count: 0, total_count: all.length + 1_000_000 };
    return success(result, { right, wrong, missing: undefined }[resultInfo]);
  }

  #respondToInvite(invite: SandboxInvite, request: SandboxRequest, apply: ApplyStatus): SandboxResponse {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return failure(400, { code: 6002, message: 'Invalid content type, must be application/json' });
    }
    let body: string;
    try {
      body = JSON.stringify(JSON.parse(request.body));
    } catch {
      return failure(400, { code: 6007, message: 'Malformed JSON in request body' });
    }
    const [, status] = /^{"status":"(accepted|rejected)"}$/.exec(body) ?? [];
    if (status === undefined) {
      const message = 'Invalid request: status must be one of accepted, rejected';
      return failure(400, { code: 1001, message, source: { pointer: '/status' } });
    }
    if (invite.status !== undefined && invite.status !== 'pending') {
      if (this.#options.answeredTwice === 'same') return success(invite);
      return failure(400, { code: 1001, message: `Invalid request: invitation is already ${invite.status}` });
    }
    apply(invite.id ?? '', status);
    return success({ ...invite, status });
  }
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
  reply: failure(status, ...errors),
});

/** HTTP 500 whose envelope gives no cause. */
export const error500 = (): Fault => ({ name: 'error500', reply: failure(500, INTERNAL_ERROR) });

/** HTTP 200 with an envelope that reports a failure. */
export const successFalse = (): Fault => ({ name: 'successFalse', reply: failure(200, INTERNAL_ERROR) });

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
  return { name: 'tooManyRequests', reply: { ...failure(429, { code, message: THROTTLED }), headers } };
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
    return failure(status, {
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
