import type { Clock } from '../src/clock.ts';
import { applyFault, type Fault, type FaultKind, faultKindOf, USES_REAL_RESPONSE } from './faults.ts';
import {
  BASE_PATH,
  failureResponse,
  type Reply,
  type SandboxRequest,
  type SandboxResponse,
  successResponse,
  THROTTLED,
} from './http.ts';
import { Invitations, type Moment, type SandboxInvite } from './invitations.ts';
import { showMembership } from './memberships.ts';
import type { PageInfo, SandboxOptions } from './options.ts';

export * from './faults.ts';
export { BASE_PATH, type Reply, type SandboxRequest, type SandboxResponse } from './http.ts';
export type { Moment, SandboxInvite, SecondActorMove } from './invitations.ts';
export type { MembershipOptions, SandboxCredentials, SandboxOptions } from './options.ts';

/** One request that the sandbox received, refused connections included, and the moment at which it arrived. */
export interface RecordedRequest extends SandboxRequest, Moment {
  /** HTTP status, or what happened instead of a full response. */
  readonly status: number | FaultKind;
  /** Name of the fault that affected the request. */
  readonly fault?: string;
  /** Status that the request gave an invite. */
  readonly appliedStatus?: string;
  /** The full response, and when it left. Missing while the client waits, if it gave up, and if the response is broken. */
  readonly response?: Moment & SandboxResponse;
}

/** The same record while the sandbox still writes it. */
type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

export interface HandleOptions {
  /** Aborts the wait for the response; the request has taken effect by then. */
  readonly signal?: AbortSignal;
  /** Settles when the client has finished with the response; by default that is when `handle` settles. */
  readonly closed?: Promise<unknown>;
}

function malformedHeader(code: number, header: string): SandboxResponse {
  const error_chain = [{ code, message: `Invalid format for ${header} header` }];
  return failureResponse(400, { code: 6003, message: 'Invalid request headers', error_chain });
}

/** @throws an AggregateError of all `defects`, if there are any */
export function throwDefects(defects: readonly unknown[]): void {
  if (defects.length > 0) throw new AggregateError(defects, `Error inside the sandbox: ${defects[0]}`);
}

/** One of Cloudflare's two lists of invitations. */
type ListName = 'invites' | 'memberships';

/** A request inside the sandbox: whether it takes effect, and its record. */
interface Attempt extends SandboxRequest {
  readonly record: OpenRecord;
  readonly isApplied: boolean;
  readonly appliedAfterMs: number;
}

/**
 * Cloudflare's invitations API with state and without a transport. It checks credentials, pages the list, keeps rate
 * limits, and accepts one response per invite. Faults change what the client sees.
 */
export class CloudflareSandbox {
  readonly clock: Clock;
  readonly requests: RecordedRequest[] = [];
  /** Highest number of requests in flight at the same time. */
  maxConcurrent = 0;
  /** Errors inside the sandbox. Their requests got HTTP 500; the test must fail. */
  readonly defects: unknown[] = [];

  readonly #options: SandboxOptions;
  readonly #invitations: Invitations;
  readonly #memberships: Invitations;
  readonly #faults: { readonly fault: Fault; skip: number; times: number }[] = [];
  #revoked = false;
  #inFlight = 0;
  #window = { startMs: Number.NEGATIVE_INFINITY, used: 0 };
  #blockedUntilMs = 0;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.#invitations = new Invitations(options.clock, options.pastExpiry ?? 'expired');
    this.#memberships = new Invitations(options.clock, options.pastExpiry ?? 'expired');
    this.addInvite(...(options.invites ?? []));
    this.addFault(...(options.faults ?? []));
    for (const move of options.secondActor ?? []) {
      this.#invitations.planMove(move);
      this.#memberships.planMove({ ...move, id: this.#membershipId(move.id) });
    }
  }

  /** The invite as it is now, whether or not the API still shows it; undefined for an unknown id. */
  invite(id: string): SandboxInvite | undefined {
    return this.#invitations.find(id);
  }

  /** The same for the other list, by the id of the membership. */
  membership(id: string): SandboxInvite | undefined {
    return this.#memberships.find(id);
  }

  /** Every membership as it is now. */
  memberships(): SandboxInvite[] {
    return this.#memberships.all();
  }

  /** What happened to the memberships, and why. */
  get membershipHistory(): Pick<Invitations, 'history' | 'now' | 'settle' | 'statesBetween'> {
    return this.#memberships;
  }

  /** Every invite as it is now. */
  invites(): SandboxInvite[] {
    return this.#invitations.all();
  }

  /** What happened to the invites, and why. */
  get invitations(): Pick<Invitations, 'history' | 'now' | 'settle' | 'statesBetween'> {
    return this.#invitations;
  }

  addInvite(...invites: readonly SandboxInvite[]): void {
    const { memberships } = this.#options;
    for (const invite of invites) {
      const place = memberships === undefined ? 'invites' : (memberships.listOf?.(invite) ?? 'both');
      if (place !== 'memberships') this.#invitations.add(invite);
      if (place !== 'invites') this.#memberships.add({ ...invite, id: this.#membershipId(invite.id ?? '') });
    }
  }

  /**
   * Changes an invite as the inviting side or another session does.
   * @throws for an unknown id
   */
  setStatus(id: string, status: string): void {
    for (const [list, key] of [
      [this.#invitations, id],
      [this.#memberships, this.#membershipId(id)],
    ] as const) {
      if (list.find(key) !== undefined || list === this.#invitations) list.change(key, { status }, 'test');
    }
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
      const { reply, delayMs, record } = this.#respond(request);
      const waitMs = delayMs + (typeof latencyMs === 'number' ? latencyMs : latencyMs(request));
      if (waitMs > 0) await this.clock.sleep(waitMs, signal);
      return this.#send(reply, record);
    } catch (error) {
      if (signal?.aborted) throw error;
      this.defects.push(error);
      return { kind: 'full', ...failureResponse(500, { code: 1002, message: `Error inside the sandbox: ${error}` }) };
    } finally {
      if (!closed) leave();
    }
  }

  #respond(request: SandboxRequest): { reply: Reply; delayMs: number; record: OpenRecord } {
    const ray = `${(0x8f3a5c0000000000n + BigInt(this.requests.length + 1)).toString(16)}-FRA`;
    const fault = this.#takeFault(request);
    const kind = fault && faultKindOf(fault);
    const usesReal = kind === undefined || USES_REAL_RESPONSE.has(kind);
    const { applied: isApplied = usesReal, appliedAfterMs = 0, delayMs = 0 } = fault ?? {};
    const record: OpenRecord = {
      ...request,
      ...this.#invitations.now(),
      status: kind ?? 'delayMs',
      ...(fault && { fault: fault.name ?? faultKindOf(fault) }),
    };
    const attempt: Attempt = { ...request, record, isApplied, appliedAfterMs };
    const real = isApplied || usesReal ? this.#realResponse(attempt) : failureResponse(500);
    const reply = applyFault(fault, { ...real, headers: { ...real.headers, 'cf-ray': ray } }, request, ray);
    if (reply.kind === 'full') record.status = reply.status;
    this.requests.push(record);
    return { reply, delayMs, record };
  }

  /** The response as it leaves the server. */
  #send(reply: Reply, record: OpenRecord): Reply {
    if (!('headers' in reply)) return reply;
    const moment = this.#invitations.now();
    const date = this.#options.sendDate === true ? { date: new Date(moment.atMs).toUTCString() } : {};
    const sent = { ...reply, headers: { ...date, ...reply.headers } };
    if (sent.kind === 'full')
      record.response = { ...moment, status: sent.status, headers: sent.headers, body: sent.body };
    return sent;
  }

  #takeFault(request: SandboxRequest): Fault | undefined {
    for (const entry of this.#faults) {
      const { method, id, path } = entry.fault.on ?? {};
      const matches =
        entry.times > 0 &&
        (method === undefined || method === request.method) &&
        (id === undefined ||
          new RegExp(`/(?:user/invites|memberships)/${id}$`).test(request.path.split('?')[0] ?? '')) &&
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

  #realResponse(attempt: Attempt): SandboxResponse {
    const limit = this.#countAgainstLimit();
    const response = limit.refusal ?? this.#refuseCredentials(attempt) ?? this.#route(attempt);
    const status = response.status >= 400 ? (this.#options.refusalStatus ?? response.status) : response.status;
    return { ...response, status, headers: { ...response.headers, ...limit.headers } };
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
    return { headers, refusal: failureResponse(429, { code: 10100, message: THROTTLED }) };
  }

  #refuseCredentials({ headers, method }: SandboxRequest): SandboxResponse | undefined {
    const { credentials } = this.#options;
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = headers;
    if (authorization !== undefined) {
      const [, token] = /^Bearer (.*)$/s.exec(authorization) ?? [];
      if (token?.startsWith('cfat_')) {
        return failureResponse(403, { code: 9109, message: 'Valid user-level authentication not found' });
      }
      if (token === undefined || (token !== credentials.token && !/^([\w-]{40}|cfut_[\w-]+)$/.test(token))) {
        return malformedHeader(6111, 'Authorization');
      }
      const isValid = token === credentials.token && !this.#revoked;
      if (isValid) return this.#refuseToken(method);
      return this.#options.unknownToken === 403
        ? failureResponse(403, { code: 9109, message: 'Invalid access token' })
        : failureResponse(401, { code: 1000, message: 'Invalid API Token' });
    }
    if (!email || !key) {
      return failureResponse(400, { code: 9106, message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers' });
    }
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return malformedHeader(6102, 'X-Auth-Email');
    if (key !== credentials.key && !/^([0-9a-f]{37,45}|cfk_[\w-]+)$/.test(key)) {
      return malformedHeader(6103, 'X-Auth-Key');
    }
    const isValid = key === credentials.key && email.toLowerCase() === credentials.email?.toLowerCase();
    if (isValid && !this.#revoked) return undefined;
    return failureResponse(403, { code: 9103, message: 'Unknown X-Auth-Key or X-Auth-Email' });
  }

  #refuseToken(method: string): SandboxResponse | undefined {
    const { tokenRefusal } = this.#options;
    if (!tokenRefusal || (tokenRefusal.on === 'PATCH' && method === 'GET')) return undefined;
    const documentation_url = 'https://developers.cloudflare.com/fundamentals/api/reference/permissions/';
    const wrongScheme = `${method} method not allowed for the api_token authentication scheme`;
    return {
      scheme: failureResponse(405, { code: 10000, message: wrongScheme }),
      permission: failureResponse(403, { code: 10000, message: 'Authentication error', documentation_url }),
      resource: failureResponse(403, { code: 9109, message: 'Unauthorized to access requested resource' }),
      location: failureResponse(403, { code: 9109, message: 'Cannot use the access token from location: 203.0.113.7' }),
    }[tokenRefusal.as];
  }

  #route(attempt: Attempt): SandboxResponse {
    const { method, path } = attempt;
    const { pathname, searchParams } = new URL(path, 'http://sandbox.invalid');
    const [, route, id] = new RegExp(`^${BASE_PATH}/(user/invites|memberships)(?:/([^/]+))?$`).exec(pathname) ?? [];
    if (route === undefined) return failureResponse(400, { code: 7000, message: 'No route for that URI' });
    const list: ListName = route === 'memberships' ? route : 'invites';
    if (method === 'GET' && id === undefined) {
      return list === 'invites' ? this.#listInvites(searchParams) : this.#listMemberships(searchParams);
    }
    if (id === undefined || !['GET', list === 'invites' ? 'PATCH' : 'PUT'].includes(method)) {
      return failureResponse(405, { code: 10405, message: `${method} method not allowed for this endpoint` });
    }
    const invite = this.#stateOf(list).find(decodeURIComponent(id));
    if (invite === undefined || !this.#isShown(invite, list)) return this.#refuseId(pathname);
    return method === 'GET' ? successResponse(this.#show(invite, list)) : this.#respondToInvite(invite, attempt, list);
  }

  #refuseId(pathname: string): SandboxResponse {
    const message = `Could not route to ${pathname}, perhaps your object identifier is invalid?`;
    return {
      400: failureResponse(400, { code: 7003, message }),
      403: failureResponse(403, { code: 9109, message: 'Unauthorized to access requested resource' }),
      404: failureResponse(404, { code: 1003, message: 'Invitation not found' }),
    }[this.#options.unknownId ?? 400];
  }

  #isShown({ status = '' }: SandboxInvite, list: ListName = 'invites'): boolean {
    // Cloudflare describes no other status of a membership.
    if (list === 'memberships') return ['pending', 'accepted', 'rejected'].includes(status);
    const isHandled = status === 'accepted' || status === 'rejected';
    return !(isHandled && this.#options.handledInvites === 'gone');
  }

  #show(invite: SandboxInvite, list: ListName = 'invites'): unknown {
    const isUpper = this.#options.idCase === 'upper' && invite.id !== undefined;
    const shown = isUpper ? { ...invite, id: invite.id.toUpperCase() } : invite;
    return list === 'invites' ? shown : showMembership(shown, this.#options.memberships);
  }

  #stateOf(list: ListName): Invitations {
    return list === 'invites' ? this.#invitations : this.#memberships;
  }

  #membershipId(inviteId: string): string {
    return this.#options.memberships?.idOf?.(inviteId) ?? inviteId;
  }

  #listMemberships(query: URLSearchParams): SandboxResponse {
    const { memberships: options = {}, pageSize = 20 } = this.#options;
    const all = this.memberships().filter((invite) => this.#isShown(invite, 'memberships'));
    const status = options.statusParameter === 'ignored' ? null : query.get('status');
    const asked = all.filter((invite) => status === null || invite.status === status);
    const name = query.get('account.name') ?? query.get('name');
    const named = asked.filter((invite) => name === null || invite.organization_name === name);
    const key = { 'account.name': 'organization_name', id: 'id', status: 'status' }[query.get('order') ?? ''] as 'id';
    if (key) named.sort((one, other) => String(one[key]).localeCompare(String(other[key])));
    if (query.get('direction') === 'desc') named.reverse();
    const perPage = Number(query.get('per_page')) || pageSize;
    if (perPage < 5 || perPage > 50) return failureResponse(400, { code: 1001, message: 'Invalid request: per_page' });
    const page = Number(query.get('page')) || 1;
    const entries = named.slice((page - 1) * perPage, page * perPage).map((invite) => {
      const { policies, ...rest } = showMembership(invite, options);
      return options.listedPolicies === 'omitted' ? rest : { ...rest, policies };
    });
    // Cloudflare counts all memberships here, not only those that match the parameters.
    return successResponse(entries, { count: entries.length, page, per_page: perPage, total_count: all.length });
  }

  #listInvites(query: URLSearchParams): SandboxResponse {
    const { pageSize = 20, honourPerPage, paging = 'paged', resultInfo = 'right', emptyList = 'array' } = this.#options;
    const isRefused = this.#options.pageParameters === 'refused';
    if (isRefused && query.size > 0) {
      const pointer = `/query/${[...query.keys()][0]}`;
      return failureResponse(400, { code: 1001, message: 'Invalid request: unknown parameter', source: { pointer } });
    }
    const shown = this.invites().filter((invite) => this.#isShown(invite));
    const all: unknown[] = [...shown.map((invite) => this.#show(invite)), ...(this.#options.extraListEntries ?? [])];
    const requested = Number(query.get('per_page'));
    const ownSize = honourPerPage && requested >= 1 ? Math.floor(requested) : pageSize;
    const perPage = paging === 'unpaged' || isRefused ? all.length : ownSize;
    const page = paging === 'paged' ? Math.max(1, Math.floor(Number(query.get('page') ?? 1)) || 1) : 1;
    const entries = all.slice((page - 1) * perPage, page * perPage);
    const result = entries.length > 0 ? entries : { array: [], null: null, missing: undefined }[emptyList];
    const right: PageInfo = { count: entries.length, page, per_page: perPage, total_count: all.length };
    if (typeof resultInfo === 'function') return successResponse(result, resultInfo(right));
    const wrong = { ...right, count: 0, total_count: all.length + 1_000_000 };
    return successResponse(result, { right, wrong, missing: undefined }[resultInfo]);
  }

  #respondToInvite(invite: SandboxInvite, attempt: Attempt, list: ListName): SandboxResponse {
    // Cloudflare's documentation shows this PATCH without a content type, as curl sends it.
    const type = attempt.headers['content-type'] ?? '';
    if (!/^(?:$|application\/json\b|application\/x-www-form-urlencoded\b)/i.test(type)) {
      return failureResponse(400, { code: 6002, message: 'Invalid content type, must be application/json' });
    }
    let body: string;
    try {
      body = JSON.stringify(JSON.parse(attempt.body));
    } catch {
      return failureResponse(400, { code: 6007, message: 'Malformed JSON in request body' });
    }
    const [, status] = /^{"status":"(accepted|rejected)"}$/.exec(body) ?? [];
    if (status === undefined) {
      const message = 'Invalid request: status must be one of accepted, rejected';
      return failureResponse(400, { code: 1001, message, source: { pointer: '/status' } });
    }
    const id = invite.id ?? '';
    if (!this.#stateOf(list).isOpen(id)) {
      if (this.#options.repeatedResponse === 'same') return successResponse(this.#show(invite, list));
      const state = invite.status === 'pending' ? 'expired' : invite.status;
      return failureResponse(400, { code: 1001, message: `Invalid request: invitation is already ${state}` });
    }
    if (attempt.isApplied) this.#apply(id, status, attempt, list);
    return successResponse(this.#show({ ...invite, status }, list));
  }

  #apply(id: string, status: string, { record, appliedAfterMs }: Attempt, list: ListName): void {
    // The record becomes the next request.
    const cause = { request: this.requests.length };
    this.#stateOf(list).respond(id, status, cause, appliedAfterMs, () => {
      record.appliedStatus = status;
    });
    const { settlesAfterMs = 0 } = this.#options.memberships ?? {};
    const other = list === 'invites' ? 'memberships' : 'invites';
    const twin = this.#twinOf(id, list);
    if (settlesAfterMs === Number.POSITIVE_INFINITY || twin === undefined) return;
    this.#stateOf(other).respond(twin, status, cause, appliedAfterMs + settlesAfterMs, () => undefined);
  }

  /** The id of the same invitation in the other list. */
  #twinOf(id: string, list: ListName): string | undefined {
    if (list === 'invites') return this.#membershipId(id);
    return this.invites().find((invite) => this.#membershipId(invite.id ?? '') === id)?.id;
  }
}
