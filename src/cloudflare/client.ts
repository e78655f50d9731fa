import { asciiLowercase } from '../ascii.ts';
import { formatSeconds } from '../clock.ts';
import { isObject } from '../json.ts';
import type { ResultInfo } from './envelope.ts';
import { type ApiError, errorLine, type RequestFailure, type Result } from './errors.ts';
import {
  INVITE_STATUSES,
  type Invite,
  type InviteKind,
  type InviteRef,
  type InviteResponse,
  isReadableRole,
  kindOf,
  toInvite,
} from './invite.ts';
import { toMembership } from './membership.ts';
import { type ApiRequest, type ApiSuccess, type RequestOptions, RequestSender } from './request.ts';
import { retryDelayMs } from './retry.ts';

export interface ClientOptions extends RequestOptions {
  readonly random: () => number;
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  readonly onRetry: (line: string) => void;
}

/** One page of a list; entries are unchecked. */
export interface InvitePage extends ResultInfo {
  readonly entries: readonly unknown[];
}

/** A value of the API, or the request that failed for good. */
export type ApiResult<T> = Result<T, RequestFailure>;

/** Whether a failed request is to be sent again, and how it failed. */
interface RetryDecision {
  readonly again: boolean;
  readonly failure: RequestFailure;
}

export interface ReadOptions {
  /** Which failures to retry: a rate limit only, or none. If left out, every failure that may pass. */
  readonly retry?: 'rate-limit' | 'none' | undefined;
  /** Whether the step can do without the response. No failure stops the step then; a rate limit still pauses it. */
  readonly isOptional?: boolean;
}

/** Which list to read, and how. */
export interface ListOptions extends ReadOptions {
  /** Invites if left out. */
  readonly kind?: InviteKind;
  /** The status of the memberships to ask for. The server may ignore it. */
  readonly status?: 'pending' | 'accepted';
}

/** Takes the value out of a success, or says what is wrong with it, as the end of a sentence. */
type SuccessParser<T> = (success: ApiSuccess) => Exclude<T, string> | string;

interface Endpoint {
  readonly path: string;
  readonly method: 'PATCH' | 'PUT';
  readonly parse: (result: unknown) => Invite | undefined;
}

/** Cloudflare's two lists of invitations. */
const ENDPOINTS: Readonly<Record<InviteKind, Endpoint>> = {
  invite: { path: '/user/invites', method: 'PATCH', parse: toInvite },
  membership: { path: '/memberships', method: 'PUT', parse: toMembership },
};

/**
 * Cloudflare's API for a user's invites and memberships. A request that fails for good is returned as a value. Every
 * method throws `StopError` if the step may send no further request.
 */
export class InvitesClient {
  readonly #options: ClientOptions;
  readonly #sender: RequestSender;
  /** How often requests have met the rate limit, by path. */
  readonly #limits = new Map<string, number>();
  /** Lists whose endpoint refuses the page parameters: each is read as one page. */
  readonly #unpaged = new Set<InviteKind>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#sender = new RequestSender(options);
  }

  /** Whether a rate limit that a request met holds back every request now. */
  get isLimited(): boolean {
    return this.#options.limiter.isLimited;
  }

  /** `GET …/{id}`. Fails too if the response is a success without a status of this invitation. */
  get(ref: InviteRef, { retry, isOptional }: ReadOptions = {}): Promise<ApiResult<Invite>> {
    const request: ApiRequest = { method: 'GET', path: pathOf(ref), isOptional };
    return this.#withRetries(retry, request, (success) => inviteOf(success, ref));
  }

  /**
   * `PATCH /user/invites/{id}` or `PUT /memberships/{id}`, one attempt. Cloudflare calls it "Respond to Invitation".
   * Succeeds only if the response shows the invitation with the status `response`; fails with the effect `unknown` if a
   * success does not show it.
   */
  respond(ref: InviteRef, response: InviteResponse): Promise<Result<Invite, ApiError>> {
    const { method } = endpointOf(ref);
    const request: ApiRequest = { method, path: pathOf(ref), body: { status: response } };
    return this.#sendOnce(request, (success) => {
      const invite = inviteOf(success, ref);
      if (typeof invite === 'string') return invite;
      if (invite.status !== response) return `but shows the status "${invite.status}"`;
      // Drop roles that cannot be read: the GET before this PUT has shown them, and this response may leave them out.
      const { roles, ...rest } = invite;
      return ref.kind === 'membership' && roles?.every(isReadableRole) !== true ? rest : invite;
    });
  }

  /**
   * `GET …?page=…`; the first page is 1. Fails too if a success holds no list. If the server refuses the page
   * parameters, of which Cloudflare documents none for invites, reads the whole list as the first page.
   */
  async listPage(page: number, perPage: number, options: ListOptions = {}): Promise<ApiResult<InvitePage>> {
    const { status, retry, isOptional } = options;
    const kind = kindOf(options);
    const request: ApiRequest = { method: 'GET', path: ENDPOINTS[kind].path, isList: true, isOptional };
    const ofStatus = status === undefined ? {} : { status };
    const query = `?${new URLSearchParams({ ...ofStatus, page: String(page), per_page: String(perPage) })}`;
    if (!this.#unpaged.has(kind)) {
      const result = await this.#withRetries(retry, { ...request, query }, pageOf);
      if (page > 1 || retry === 'none' || result.ok || !refusesParameters(result.failure.error)) return result;
      this.#unpaged.add(kind);
    }
    return page === 1 ? this.#withRetries(retry, request, pageOf) : { ok: true, value: { entries: [] } };
  }

  /**
   * Decides whether to send a failed request again, and waits until then. Attempts that met the rate limit do not count.
   * @param attempts how many attempts have failed so far
   * @throws {StopError} if the step is stopped meanwhile
   */
  decideRetry(error: ApiError, attempts: number): Promise<RetryDecision> {
    const limits = (this.#limits.get(error.path) ?? 0) + (error.stopKind === 'rate-limit' ? 1 : 0);
    this.#limits.set(error.path, limits);
    return this.#decideRetry(error, attempts - limits);
  }

  /** The same, where `attempts` does not count those that met the rate limit. */
  async #decideRetry(error: ApiError, attempts: number): Promise<RetryDecision> {
    const { retries, random, limiter, onRetry } = this.#options;
    const failure: RequestFailure = { error, attempts: Math.max(1, attempts), retryExceedsDeadline: false };
    // The limiter pauses all requests, and logs the pause.
    if (error.stopKind === 'rate-limit') return { again: error.isRetryable, failure };
    if (!error.isRetryable || attempts > retries) return { again: false, failure };
    const delayMs = retryDelayMs(attempts, error.retryAfterMs, random);
    if (!limiter.hasTimeFor(delayMs)) return { again: false, failure: { ...failure, retryExceedsDeadline: true } };
    onRetry(`${errorLine(error)} (attempt ${attempts} of ${retries + 1} failed; next in ${formatSeconds(delayMs)})`);
    await limiter.wait(delayMs);
    return { again: true, failure };
  }

  async #withRetries<T>(
    retry: ReadOptions['retry'],
    request: ApiRequest,
    parse: SuccessParser<T>,
  ): Promise<ApiResult<T>> {
    for (let attempts = 1; ; ) {
      const result = await this.#sendOnce(request, parse);
      if (result.ok) return result;
      const error = result.failure;
      const isLimit = error.stopKind === 'rate-limit';
      if (retry === 'none' || (retry === 'rate-limit' && !isLimit)) {
        return { ok: false, failure: { error, attempts, retryExceedsDeadline: false } };
      }
      const { again, failure } = await this.#decideRetry(error, attempts);
      if (!again) return { ok: false, failure };
      if (!isLimit) attempts += 1;
    }
  }

  async #sendOnce<T>(request: ApiRequest, parse: SuccessParser<T>): Promise<Result<T, ApiError>> {
    const sent = await this.#sender.send(request);
    if (!sent.ok) return sent;
    const value = parse(sent.value);
    if (typeof value !== 'string') return { ok: true, value };
    const { method, path, isList } = request;
    const { status, cfRay } = sent.value;
    const reason = `HTTP ${status} reports success, ${value}`;
    return {
      ok: false,
      failure: { method, path, isList, status, reason, effect: 'unknown', isRetryable: true, cfRay },
    };
  }
}

const endpointOf = (ref: InviteRef): Endpoint => ENDPOINTS[kindOf(ref)];
const pathOf = (ref: InviteRef): string => `${endpointOf(ref).path}/${encodeURIComponent(ref.id)}`;

function pageOf({ result, resultInfo }: ApiSuccess): InvitePage | string {
  if (Array.isArray(result)) return { entries: result, ...resultInfo };
  // Cloudflare's APIs have sent an empty list in each of these forms.
  const isNone = result === undefined || result === null || (isObject(result) && Object.keys(result).length === 0);
  return isNone ? { entries: [], ...resultInfo } : 'but holds no list';
}

/** Whether a list was refused because of its query. */
function refusesParameters(error: ApiError): boolean {
  const { status, isRetryable, stopKind, isNotFound, reason, details = [] } = error;
  const texts = details.flatMap(({ message, pointer = '', chain }) => [
    message,
    pointer,
    ...chain.map((entry) => entry.message),
  ]);
  const isRefusal = status !== undefined && !isRetryable && stopKind === undefined && !isNotFound;
  return isRefusal && [reason, ...texts].some((text) => /\bpage\b|per_?page|\bquery\b|\bparam/i.test(text));
}

function inviteOf({ result }: ApiSuccess, ref: InviteRef): Invite | string {
  const invite = endpointOf(ref).parse(result);
  if (invite === undefined) return 'but holds no invitation';
  if (invite.id !== undefined && asciiLowercase(invite.id) !== asciiLowercase(ref.id))
    return `but shows another id, "${invite.id}"`;
  const { status } = invite;
  if (status === undefined) return 'but shows no status';
  return INVITE_STATUSES.has(status) ? invite : `but shows the unknown status "${status}"`;
}
