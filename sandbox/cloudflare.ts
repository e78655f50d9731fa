import type { Clock } from '../src/clock.ts';
import type { Invite } from '../src/cloudflare/invite.ts';

/** Where Cloudflare's API begins on its host. */
export const BASE_PATH = '/client/v4';

/** An invite as a test states it; a property left out is left out of Cloudflare's answers as well. */
export type SandboxInvite = Omit<Invite, 'invited_member_id'> & { readonly invited_member_id?: string | null };

/** The user whose invites the sandbox holds. */
export interface SandboxCredentials {
  readonly token?: string;
  readonly email?: string;
  readonly key?: string;
}

/** A request as it comes off the wire. Header names are in lower case; `path` holds the query. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A complete HTTP answer. Header names are in lower case. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What goes on the wire. */
export type Reply =
  | ({ readonly kind: 'full' } & SandboxResponse)
  /** The connection is never made, so the request never left the client. */
  | { readonly kind: 'refused' }
  /** The connection is closed before a byte of the answer. */
  | { readonly kind: 'dropped' }
  /**
   * Head and the first `sentBytes` of the body, then the connection ends: `reset` within a chunked body, `short` of
   * the content-length that the head announced.
   */
  | ({ readonly kind: 'broken'; readonly end: 'reset' | 'short'; readonly sentBytes: number } & SandboxResponse)
  /** The connection stays open and nothing comes. */
  | { readonly kind: 'hanging' }
  | ({ readonly kind: 'slow'; readonly msPerByte: number } & SandboxResponse)
  /** `body` is sent again and again. */
  | ({ readonly kind: 'endless' } & SandboxResponse);

/** A reply that a fault invents. An object becomes JSON; without headers the content-type follows the body. */
export interface ReplyTemplate {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** Which requests a fault strikes, and how often. */
export interface FaultScope {
  /** What `RecordedRequest.fault` says; without it, the kind of the effect. */
  readonly name?: string;
  /** Every given condition must hold. `path` is a substring of the path with its query. */
  readonly on?: { readonly method?: string; readonly id?: string; readonly path?: string };
  /** How many requests are struck (1 unless told; `Infinity` is allowed). */
  readonly times?: number;
  /** Lets the first so many matching requests through. */
  readonly skip?: number;
  /**
   * Whether the request takes effect although its answer is broken. Without it: yes for an effect that builds on the
   * true answer (`drop: 'body'`, `slowBody`, `cutBody`, `mutateReply`, `delayMs`), no for every other.
   */
  readonly applied?: boolean;
  /** Milliseconds before the answer, on top of the sandbox's latency. */
  readonly delayMs?: number;
}

/** What a fault does; exactly one of these. */
export type FaultEffect =
  | { readonly drop: 'before' | 'body' }
  | { readonly hang: true }
  | { readonly slowBody: { readonly msPerByte: number } }
  | { readonly endless: true }
  | { readonly reply: ReplyTemplate | ((request: SandboxRequest, ray: string) => ReplyTemplate) }
  /** How many bytes of the true body are sent under the true content-length. */
  | { readonly cutBody: number }
  | { readonly mutateReply: (reply: SandboxResponse) => SandboxResponse }
  | { readonly refuseConnection: true }
  | { readonly delayMs: number };

export type Fault = FaultScope & FaultEffect;

export type FaultKind =
  | 'drop before'
  | 'drop body'
  | 'hang'
  | 'slowBody'
  | 'endless'
  | 'reply'
  | 'cutBody'
  | 'mutateReply'
  | 'refuseConnection'
  | 'delay';

/** One request the sandbox saw, refused connections included. */
export interface RecordedRequest extends SandboxRequest {
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly atMs: number;
  /** The HTTP status, or what happened instead of a whole answer. */
  readonly status: number | FaultKind;
  /** The name of the fault that struck, if one did. */
  readonly fault?: string;
  /** The status that this request gave an invite. */
  readonly appliedStatus?: string;
}

export interface ResultInfo {
  readonly count: number;
  readonly page: number;
  readonly per_page: number;
  readonly total_count: number;
}

export interface RateLimit {
  /** How many requests a window of `windowMs` milliseconds takes. */
  readonly requests: number;
  readonly windowMs: number;
  /** How long everything is refused once the limit is exceeded, in milliseconds; else until the window ends. */
  readonly blockMs?: number;
  /** Sends `Ratelimit` and `Ratelimit-Policy`. */
  readonly announce?: boolean;
  /** How a refusal says when to come back (`seconds` unless told). */
  readonly retryAfter?: 'seconds' | 'date' | 'ms' | 'none';
}

/** How Cloudflare refuses a valid token: for its scheme, its permissions, or the address it is used from. */
export interface TokenRefusal {
  readonly as: 'scheme' | 'permission' | 'resource' | 'location';
  /** Which requests are refused (`all` unless told); a token may read and yet not answer. */
  readonly on?: 'all' | 'PATCH';
}

export interface SandboxOptions {
  readonly clock: Clock;
  readonly credentials: SandboxCredentials;
  readonly invites?: readonly SandboxInvite[];
  /** Values appended to the listing as they are: null, wrong types, invites without an id. */
  readonly extraListEntries?: readonly unknown[];
  /** Invites a page (20 unless told). */
  readonly pageSize?: number;
  /** Obeys the client's `per_page`. */
  readonly honourPerPage?: boolean;
  /** `unpaged` answers any page with the whole list, `stuck` any page with the first one. */
  readonly paging?: 'paged' | 'unpaged' | 'stuck';
  /** `wrong` counts far more invites than there are. */
  readonly resultInfo?: 'right' | 'missing' | 'wrong' | ((right: ResultInfo) => unknown);
  readonly rateLimit?: RateLimit;
  readonly tokenRefusal?: TokenRefusal;
  /** Milliseconds from the arrival of a request, when it takes effect, to its answer. */
  readonly latencyMs?: number | ((request: SandboxRequest) => number);
  readonly faults?: readonly Fault[];
  /** What a PATCH on an invite that is no longer pending gets: an error, or 200 with the invite as it is. */
  readonly answeredTwice?: 'error' | 'same';
  /** Revokes the credentials once so many requests were seen. */
  readonly revokeAfter?: number;
}

export interface HandleOptions {
  /** Aborts the wait for the answer; the request has taken effect by then. */
  readonly signal?: AbortSignal;
  /** Settles when the client is done with the exchange; without it, that is when `handle` settles. */
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

function failure(status: number, ...errors: readonly EnvelopeError[]): SandboxResponse {
  return {
    status,
    headers: JSON_HEADERS,
    body: JSON.stringify({ success: false, errors, messages: [], result: null }),
  };
}

function success(result: unknown, resultInfo?: unknown): SandboxResponse {
  const envelope = { success: true, errors: [], messages: [], result };
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: JSON.stringify(resultInfo === undefined ? envelope : { ...envelope, result_info: resultInfo }),
  };
}

function malformed(code: number, header: string): SandboxResponse {
  return failure(400, {
    code: 6003,
    message: 'Invalid request headers',
    error_chain: [{ code, message: `Invalid format for ${header} header` }],
  });
}

function faultKind(fault: Fault): FaultKind {
  if ('drop' in fault) return fault.drop === 'before' ? 'drop before' : 'drop body';
  if ('hang' in fault) return 'hang';
  if ('slowBody' in fault) return 'slowBody';
  if ('endless' in fault) return 'endless';
  if ('reply' in fault) return 'reply';
  if ('cutBody' in fault) return 'cutBody';
  if ('mutateReply' in fault) return 'mutateReply';
  if ('refuseConnection' in fault) return 'refuseConnection';
  return 'delay';
}

const BUILDS_ON_TRUE_ANSWER: ReadonlySet<FaultKind> = new Set([
  'drop body',
  'slowBody',
  'cutBody',
  'mutateReply',
  'delay',
]);

/**
 * Cloudflare's invitations API with a memory, free of any transport: an invite can be answered once, credentials are
 * checked, pages are counted, limits are kept. Faults are laid over it.
 */
export class CloudflareSandbox {
  readonly clock: Clock;
  readonly requests: RecordedRequest[] = [];
  /** The highest number of requests that were in flight at the same time. */
  maxConcurrent = 0;

  readonly #options: SandboxOptions;
  readonly #invites: SandboxInvite[] = [];
  readonly #faults: { readonly fault: Fault; skip: number; times: number }[] = [];
  #revoked = false;
  #inFlight = 0;
  #window: { startMs: number; used: number } | undefined;
  #blockedUntilMs = 0;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.addInvite(...(options.invites ?? []));
    this.addFault(...(options.faults ?? []));
  }

  /** The invite as a read would answer it now, or undefined when there is none with that id. */
  invite(id: string): SandboxInvite | undefined {
    const invite = this.#invites.find((candidate) => candidate.id === id);
    return invite && this.#asRead(invite);
  }

  /** Every invite as a listing would answer it now. */
  invites(): SandboxInvite[] {
    return this.#invites.map((invite) => this.#asRead(invite));
  }

  addInvite(...invites: readonly SandboxInvite[]): void {
    this.#invites.push(...invites.map((invite) => structuredClone(invite)));
  }

  /**
   * Changes an invite behind the client's back, as the inviting side or another session would.
   * @throws when there is no invite with that id
   */
  setStatus(id: string, status: string): void {
    const index = this.#invites.findIndex((invite) => invite.id === id);
    const invite = this.#invites[index];
    if (!invite) throw new Error(`The sandbox has no invite ${id}`);
    this.#invites[index] = { ...invite, status };
  }

  addFault(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  /** From now on the key and the token are those of nobody. */
  revokeCredentials(): void {
    this.#revoked = true;
  }

  /**
   * Answers one request. It takes effect at once; latency comes between effect and answer, so that a client which
   * gives up in between cannot know.
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
      if (this.requests.length >= (this.#options.revokeAfter ?? Number.POSITIVE_INFINITY)) this.#revoked = true;
      const { reply, delayMs } = this.#respond(request);
      const { latencyMs = 0 } = this.#options;
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
    const kind = fault && faultKind(fault);
    const applied = kind ? (fault.applied ?? BUILDS_ON_TRUE_ANSWER.has(kind)) : true;
    const effect: { appliedStatus?: string } = {};
    const truth =
      applied || (kind && BUILDS_ON_TRUE_ANSWER.has(kind)) ? this.#answer(request, applied, effect) : failure(500);
    const reply = this.#overlay({ ...truth, headers: { ...truth.headers, 'cf-ray': ray } }, fault, request, ray);
    this.requests.push({
      ...request,
      atMs: this.clock.nowMs(),
      status: reply.kind === 'full' ? reply.status : (kind ?? 'delay'),
      ...(fault && kind ? { fault: fault.name ?? kind } : {}),
      ...effect,
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

  #overlay(truth: SandboxResponse, fault: Fault | undefined, request: SandboxRequest, ray: string): Reply {
    if (!fault) return { kind: 'full', ...truth };
    if ('drop' in fault) {
      if (fault.drop === 'before') return { kind: 'dropped' };
      const sentBytes = Math.floor(Buffer.byteLength(truth.body) / 2);
      return { kind: 'broken', end: 'reset', sentBytes, ...truth };
    }
    if ('hang' in fault) return { kind: 'hanging' };
    if ('refuseConnection' in fault) return { kind: 'refused' };
    if ('slowBody' in fault) return { kind: 'slow', msPerByte: fault.slowBody.msPerByte, ...truth };
    if ('endless' in fault) {
      return { kind: 'endless', status: 200, headers: { ...JSON_HEADERS, 'cf-ray': ray }, body: ' '.repeat(65_536) };
    }
    if ('cutBody' in fault) return { kind: 'broken', end: 'short', sentBytes: fault.cutBody, ...truth };
    if ('mutateReply' in fault) return { kind: 'full', ...fault.mutateReply(truth) };
    if ('reply' in fault) {
      const {
        status,
        headers,
        body = '',
      } = typeof fault.reply === 'function' ? fault.reply(request, ray) : fault.reply;
      const contentType = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
      return {
        kind: 'full',
        status,
        headers: { 'content-type': contentType, 'cf-ray': ray, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      };
    }
    return { kind: 'full', ...truth };
  }

  #answer(request: SandboxRequest, commit: boolean, effect: { appliedStatus?: string }): SandboxResponse {
    const limited = this.#countAgainstLimit();
    const answer = limited.refusal ?? this.#refuseCredentials(request) ?? this.#route(request, commit, effect);
    return { ...answer, headers: { ...answer.headers, ...limited.headers } };
  }

  #countAgainstLimit(): { refusal?: SandboxResponse; headers: Record<string, string> } {
    const { rateLimit } = this.#options;
    if (!rateLimit) return { headers: {} };
    const { requests, windowMs, blockMs, announce, retryAfter = 'seconds' } = rateLimit;
    const nowMs = this.clock.nowMs();
    let window = this.#window;
    if (!window || nowMs >= Math.max(window.startMs + windowMs, this.#blockedUntilMs)) {
      window = { startMs: nowMs, used: 0 };
      this.#window = window;
    }
    const blocked = nowMs < this.#blockedUntilMs;
    if (!blocked && window.used >= requests) {
      this.#blockedUntilMs = blockMs === undefined ? window.startMs + windowMs : nowMs + blockMs;
    } else if (!blocked) {
      window.used += 1;
    }
    const refused = nowMs < this.#blockedUntilMs;
    const resetMs = (refused ? this.#blockedUntilMs : window.startMs + windowMs) - nowMs;
    const headers: Record<string, string> = {};
    if (announce) {
      const left = refused ? 0 : requests - window.used;
      headers.ratelimit = `"default";r=${left};t=${Math.ceil(resetMs / 1000)}`;
      headers['ratelimit-policy'] = `"default";q=${requests};w=${Math.ceil(windowMs / 1000)}`;
    }
    if (!refused) return { headers };
    if (retryAfter === 'seconds') headers['retry-after'] = String(Math.ceil(resetMs / 1000));
    if (retryAfter === 'ms') headers['retry-after-ms'] = String(Math.ceil(resetMs));
    if (retryAfter === 'date') {
      headers['retry-after'] = new Date(Math.ceil((nowMs + resetMs) / 1000) * 1000).toUTCString();
    }
    // 10100 and not today's 971, which Cloudflare's own description forbids (an error code is at least 1000).
    return { headers, refusal: failure(429, { code: 10100, message: THROTTLED }) };
  }

  #refuseCredentials({ headers, method }: SandboxRequest): SandboxResponse | undefined {
    const { credentials } = this.#options;
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = headers;
    if (authorization !== undefined) {
      const token = authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : undefined;
      if (token?.startsWith('cfat_')) {
        return failure(403, { code: 9109, message: 'Valid user-level authentication not found' });
      }
      if (token === undefined || (token !== credentials.token && !/^([\w-]{40}|cfut_[\w-]+)$/.test(token))) {
        return malformed(6111, 'Authorization');
      }
      if (token !== credentials.token || this.#revoked)
        return failure(401, { code: 1000, message: 'Invalid API Token' });
      return this.#refuseToken(method);
    }
    if (!email || !key) {
      return failure(400, { code: 9106, message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers' });
    }
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return malformed(6102, 'X-Auth-Email');
    if (key !== credentials.key && !/^([0-9a-f]{37,45}|cfk_[\w-]+)$/.test(key)) return malformed(6103, 'X-Auth-Key');
    if (key !== credentials.key || email.toLowerCase() !== credentials.email?.toLowerCase() || this.#revoked) {
      return failure(403, { code: 9103, message: 'Unknown X-Auth-Key or X-Auth-Email' });
    }
    return undefined;
  }

  #refuseToken(method: string): SandboxResponse | undefined {
    const { tokenRefusal } = this.#options;
    if (!tokenRefusal || (tokenRefusal.on === 'PATCH' && method !== 'PATCH')) return undefined;
    switch (tokenRefusal.as) {
      case 'scheme':
        return failure(405, {
          code: 10000,
          message: `${method} method not allowed for the api_token authentication scheme`,
        });
      case 'permission':
        return failure(403, {
          code: 10000,
          message: 'Authentication error',
          documentation_url: 'https://developers.cloudflare.com/fundamentals/api/reference/permissions/',
        });
      case 'resource':
        return failure(403, { code: 9109, message: 'Unauthorized to access requested resource' });
      case 'location':
        return failure(403, { code: 9109, message: 'Cannot use the access token from location: 203.0.113.7' });
    }
  }

  #route(request: SandboxRequest, commit: boolean, effect: { appliedStatus?: string }): SandboxResponse {
    const url = new URL(request.path, 'http://sandbox.invalid');
    const [, id] = /^\/user\/invites(?:\/([^/]+))?$/.exec(url.pathname.slice(BASE_PATH.length)) ?? [];
    const isInvites = url.pathname === `${BASE_PATH}/user/invites`;
    if (!url.pathname.startsWith(`${BASE_PATH}/`) || (!isInvites && id === undefined)) {
      return failure(400, { code: 7000, message: 'No route for that URI' });
    }
    if (request.method === 'GET') return id === undefined ? this.#list(url.searchParams) : this.#read(id, url.pathname);
    if (request.method === 'PATCH' && id !== undefined)
      return this.#respondTo(id, url.pathname, request, commit, effect);
    return failure(405, { code: 10405, message: `${request.method} method not allowed for this endpoint` });
  }

  #list(query: URLSearchParams): SandboxResponse {
    const {
      pageSize = 20,
      honourPerPage,
      paging = 'paged',
      resultInfo = 'right',
      extraListEntries = [],
    } = this.#options;
    const all: unknown[] = [...this.invites(), ...extraListEntries];
    const asked = Number(query.get('per_page'));
    const perPage = paging === 'unpaged' ? all.length : honourPerPage && asked >= 1 ? Math.floor(asked) : pageSize;
    const page = paging === 'paged' ? Math.max(1, Math.floor(Number(query.get('page') ?? 1)) || 1) : 1;
    const result = all.slice((page - 1) * perPage, page * perPage);
    const right: ResultInfo = { count: result.length, page, per_page: perPage, total_count: all.length };
    if (typeof resultInfo === 'function') return success(result, resultInfo(right));
    if (resultInfo === 'missing') return success(result);
    return success(
      result,
      resultInfo === 'right' ? right : { ...right, count: 0, total_count: all.length + 1_000_000 },
    );
  }

  #read(id: string, path: string): SandboxResponse {
    const invite = this.invite(decodeURIComponent(id));
    return invite ? success(invite) : this.#noRoute(path);
  }

  #respondTo(
    id: string,
    path: string,
    request: SandboxRequest,
    commit: boolean,
    effect: { appliedStatus?: string },
  ): SandboxResponse {
    const invite = this.invite(decodeURIComponent(id));
    if (!invite) return this.#noRoute(path);
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return failure(400, { code: 6002, message: 'Invalid content type, must be application/json' });
    }
    let body: unknown;
    try {
      body = JSON.parse(request.body);
    } catch {
      return failure(400, { code: 6007, message: 'Malformed JSON in request body' });
    }
    const accepting = JSON.stringify(body) === '{"status":"accepted"}';
    if (!accepting && JSON.stringify(body) !== '{"status":"rejected"}') {
      return failure(400, {
        code: 1001,
        message: 'Invalid request: status must be one of accepted, rejected',
        source: { pointer: '/status' },
      });
    }
    if (invite.status !== undefined && invite.status !== 'pending') {
      if (this.#options.answeredTwice === 'same') return success(invite);
      return failure(400, { code: 1001, message: `Invalid request: invitation is already ${invite.status}` });
    }
    const status = accepting ? 'accepted' : 'rejected';
    if (commit) {
      this.setStatus(decodeURIComponent(id), status);
      effect.appliedStatus = status;
    }
    return success({ ...invite, status });
  }

  #noRoute(path: string): SandboxResponse {
    return failure(400, {
      code: 7003,
      message: `Could not route to ${path}, perhaps your object identifier is invalid?`,
    });
  }

  #asRead(invite: SandboxInvite): SandboxInvite {
    const expired = invite.status === 'pending' && Date.parse(invite.expires_on ?? '') <= this.clock.nowMs();
    return { ...invite, ...(expired ? { status: 'expired' } : {}) };
  }
}

const THROTTLED = 'Please wait and consider throttling your request speed';

/** The HTML page of Cloudflare's edge when the API behind it is down. */
export function html502(): Fault {
  return {
    name: 'html502',
    reply: {
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n',
    },
  };
}

/** Plain text of the proxy in front of the API. */
export function text503(): Fault {
  return {
    name: 'text503',
    reply: {
      status: 503,
      body: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    },
  };
}

/** Plain text of the proxy in front of the API; whether the request took effect is unclear. */
export function text504(): Fault {
  return { name: 'text504', reply: { status: 504, body: 'upstream request timeout' } };
}

const PROBLEM_NAMES: Readonly<Record<number, string>> = {
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
};

/** An RFC 9457 body as Cloudflare's edge sends it; `retry_after` in seconds, in the body alone. */
export function problem(options: {
  readonly status: number;
  readonly retryable?: boolean;
  readonly retry_after?: number;
}): Fault {
  const { status, retryable = status !== 525 && status !== 526, retry_after } = options;
  const title = PROBLEM_NAMES[status] ?? `HTTP ${status}`;
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
        ...(retry_after === undefined ? {} : { retry_after }),
        owner_action_required: !retryable,
      },
    }),
  };
}

/** An envelope that says only that something went wrong inside. */
export function error500(): Fault {
  return { name: 'error500', reply: envelopeReply(500, { code: 1002, message: 'Internal error' }) };
}

function envelopeReply(status: number, ...errors: readonly EnvelopeError[]): ReplyTemplate {
  return { status, body: { success: false, errors, messages: [], result: null } };
}

/** A refusal with Cloudflare's envelope, for errors that the sandbox does not raise by itself. */
export function envelopeFailure(status: number, ...errors: readonly EnvelopeError[]): Fault {
  return { name: `failure${status}`, reply: envelopeReply(status, ...errors) };
}

/** A 429. `retryAfter`: seconds, or a header value as it stands; `retryAfterMs`: the millisecond header. */
export function tooManyRequests(
  options: { readonly retryAfter?: number | string; readonly retryAfterMs?: number; readonly code?: number } = {},
): Fault {
  const { retryAfter, retryAfterMs, code = 971 } = options;
  return {
    name: 'tooManyRequests',
    reply: {
      ...envelopeReply(429, { code, message: THROTTLED }),
      headers: {
        'content-type': 'application/json',
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
      },
    },
  };
}

/** A whole HTTP answer whose JSON ends midway; the request took effect unless told otherwise. */
export function cutJson(): Fault {
  return {
    name: 'cutJson',
    mutateReply: (reply) => ({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) }),
  };
}

/** Status 200 with an envelope that says failure. */
export function successFalse(): Fault {
  return { name: 'successFalse', reply: envelopeReply(200, { code: 1002, message: 'Internal error' }) };
}

/** Success that shows the invite still pending; it took effect unless told otherwise. */
export function stillPending(): Fault {
  return changedResult('stillPending', { status: 'pending' });
}

/** Success with some of the invite's fields changed; `undefined` removes a field. */
export function changedResult(name: string, changes: Readonly<Record<string, unknown>>): Fault {
  return {
    name,
    mutateReply: (reply) => {
      const envelope = JSON.parse(reply.body);
      return { ...reply, body: JSON.stringify({ ...envelope, result: { ...envelope.result, ...changes } }) };
    },
  };
}

/** A redirect, which a client that carries credentials must not follow. */
export function redirectTo(url: string, status = 302): Fault {
  return { name: `redirect${status}`, reply: { status, headers: { location: url }, body: '' } };
}

/** An error that repeats the request's credentials in every text it has. */
export function echoCredentials(status = 400): Fault {
  return {
    name: 'echoCredentials',
    reply: ({ headers }) => {
      const { authorization, 'x-auth-email': email, 'x-auth-key': key } = headers;
      const echoed = JSON.stringify({ authorization, email, key });
      const secret = key ?? authorization?.replace(/^Bearer /, '') ?? '';
      return envelopeReply(status, {
        code: 1001,
        message: `Invalid request: headers were ${echoed}`,
        documentation_url: `https://developers.cloudflare.com/api/?secret=${encodeURIComponent(secret)}`,
        source: { pointer: `/headers/${secret}` },
        error_chain: [{ code: 1002, message: `Bearer ${secret}` }],
      });
    },
  };
}

/** The connection drops and the request had no effect. */
export function dropBeforeApply(): Fault {
  return { name: 'dropBeforeApply', drop: 'before', applied: false };
}

/** The connection drops although the request took effect. */
export function dropAfterApply(): Fault {
  return { name: 'dropAfterApply', drop: 'before', applied: true };
}
