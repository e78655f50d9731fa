import { FetchError, ofetch } from 'ofetch';
import { type Clock, formatSeconds } from '../clock.ts';
import { isCertificateError, wasNeverConnected } from '../network-error.ts';
import { VERSION } from '../version.ts';
import { readText } from './body.ts';
import { type Credentials, credentialHeaders } from './credentials.ts';
import { type Body, parseBody, type ResultInfo, toInvite } from './envelope.ts';
import {
  ApiError,
  describeCauses,
  type Effect,
  type ErrorDetail,
  errorCodes,
  isAuthError,
  StopError,
} from './errors.ts';
import type { Invite, InviteResponse } from './invite.ts';
import type { RequestLimiter } from './limiter.ts';
import { isRetryableStatus, rateLimitPauseMs, retryDelayMs, serverDelayMs } from './retry.ts';

/** Time for one attempt, body included. */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** Some twenty times a list of 1,000 invites; what is longer is no answer of this API. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

const USER_AGENT = `cloudflare-invite-action/${VERSION}`;

export interface ClientOptions {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Further attempts of a read after a failure that may pass. */
  readonly retries: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly gate: RequestLimiter;
  /** Told of every retry; the text holds what the server sent. */
  readonly onRetry: (line: string) => void;
  /** Told of every answer, likewise. */
  readonly onDebug: (line: string) => void;
}

interface ApiRequest {
  readonly method: 'GET' | 'PATCH';
  /** Below the base URL. */
  readonly path: string;
  /** With the question mark. */
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

interface RawResponse {
  readonly response: Response;
  readonly text: string;
}

interface Success {
  readonly result: unknown;
  readonly resultInfo: ResultInfo;
  readonly status: number;
  readonly cfRay: string | undefined;
}

/** One page of `GET /user/invites`; entries are unchecked. */
export interface InvitePage {
  readonly entries: readonly unknown[];
  /** What the server says of the whole list, if it says anything. */
  readonly totalCount: number | undefined;
  readonly perPage: number | undefined;
}

/**
 * Cloudflare's API for a user's invites. Every method throws `ApiError` for a request that failed and
 * `StopError` where the step may send no further one; both carry what is needed to decide what to do next.
 */
export class InvitesClient {
  readonly #options: ClientOptions;
  readonly #ofetch: typeof ofetch;
  /** Refusals for the rate limit since the last other answer. */
  #rateLimited = 0;
  /** Requests that have no answer yet. */
  #underWay = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#ofetch = ofetch.create({}, { fetch: options.fetch });
  }

  /**
   * `GET /user/invites/{id}`, one attempt.
   * @throws {ApiError} also if the answer is a success that holds no invite of this id with a status
   */
  async read(id: string): Promise<Invite> {
    const request: ApiRequest = { method: 'GET', path: invitePath(id) };
    const success = await this.#send(request);
    return inviteOf(request, success, id);
  }

  /** `read`, again after a 429 alone: that says nothing about the invite, and the gate holds the next attempt back. */
  readBack(id: string): Promise<Invite> {
    return this.#withRetries(
      () => this.read(id),
      (error) => error.status === 429,
    );
  }

  /** `read` with retries. */
  readPatiently(id: string): Promise<Invite> {
    return this.#withRetries(() => this.read(id));
  }

  /**
   * `PATCH /user/invites/{id}`, one attempt; resolves with the invite only if Cloudflare shows it as `status`.
   * @throws {ApiError} with the effect `unclear` if the answer is a success that does not show the status
   */
  async answer(id: string, status: InviteResponse): Promise<Invite> {
    const request: ApiRequest = { method: 'PATCH', path: invitePath(id), body: { status } };
    const success = await this.#send(request);
    const invite = inviteOf(request, success, id);
    if (invite.status !== status) {
      throw unexpectedSuccess(request, success, `but the invite has the status "${invite.status}"`);
    }
    return invite;
  }

  /**
   * `GET /user/invites?page=…`, with retries.
   * @param page counted from 1
   * @throws {ApiError} also if the answer is a success without a list
   */
  listPage(page: number, perPage: number): Promise<InvitePage> {
    const query = `?${new URLSearchParams({ page: String(page), per_page: String(perPage) })}`;
    const request: ApiRequest = { method: 'GET', path: '/user/invites', query };
    return this.#withRetries(async () => {
      const success = await this.#send(request);
      if (!Array.isArray(success.result)) throw unexpectedSuccess(request, success, 'but holds no list of invites');
      return {
        entries: success.result,
        totalCount: success.resultInfo.totalCount,
        perPage: success.resultInfo.perPage,
      };
    });
  }

  /**
   * Waits as long as the retry policy says before another attempt is made.
   * @param failures how many attempts have failed so far
   * @returns false, without waiting, if there is no point in another attempt or no time for it
   * @throws {StopError} if the step is stopped meanwhile
   */
  async backOff(error: ApiError, failures: number): Promise<boolean> {
    const { retries, random, gate, onRetry } = this.#options;
    error.attempts = failures;
    if (!error.retryable || failures > retries) return false;
    const attempt = `attempt ${failures} of ${retries + 1} failed`;
    // After a 429 the gate holds back this request as well as all others.
    if (error.status === 429) {
      onRetry(`${error.message} (${attempt})`);
      return true;
    }
    const delayMs = retryDelayMs(failures, error.retryAfterMs, random);
    error.retryExceedsDeadline = !gate.fits(delayMs);
    if (error.retryExceedsDeadline) return false;
    onRetry(`${error.message} (${attempt}; next in ${formatSeconds(delayMs)})`);
    await gate.wait(delayMs);
    return true;
  }

  async #withRetries<T>(operation: () => Promise<T>, mayRetry = (_error: ApiError): boolean => true): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await operation();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!mayRetry(error) || !(await this.backOff(error, failures))) throw error;
      }
    }
  }

  async #send(request: ApiRequest): Promise<Success> {
    const { gate, clock, onDebug } = this.#options;
    await gate.enter();
    const startMs = clock.nowMs();
    try {
      const success = this.#judge(request, await this.#exchange(request));
      this.#rateLimited = 0;
      onDebug(
        `${request.method} ${request.path}${request.query ?? ''}: HTTP ${success.status} after ${Math.round(clock.nowMs() - startMs)} ms`,
      );
      return success;
    } catch (error) {
      if (error instanceof ApiError) {
        onDebug(`${error.message} after ${Math.round(clock.nowMs() - startMs)} ms, cf-ray ${error.cfRay ?? 'none'}`);
        this.#heedStepWide(error);
      }
      throw error;
    }
  }

  /** Refused credentials and rate limits concern every request of the step, not only the one that met them. */
  #heedStepWide(error: ApiError): void {
    const { gate, random } = this.#options;
    if (error.isAuthError) {
      gate.stop(new StopError('credentials', 'Cloudflare refused the credentials.', error));
    } else if (error.status !== 429) {
      this.#rateLimited = 0;
    } else {
      // Requests that were under way together meet the same limit: they count as one refusal.
      if (!gate.isPaused) this.#rateLimited += 1;
      const delayMs = retryDelayMs(Math.max(1, this.#rateLimited), error.retryAfterMs, random);
      gate.pause(delayMs, 'Cloudflare answered HTTP 429, too many requests', error);
    }
  }

  async #exchange(request: ApiRequest): Promise<RawResponse> {
    const { gate, clock } = this.#options;
    const limitMs = Math.min(ATTEMPT_TIMEOUT_MS, gate.remainingMs);
    const timeout = new AbortController();
    const finished = new AbortController();
    clock.sleep(limitMs, finished.signal).then(
      () => timeout.abort(new Error(`no complete answer within ${formatSeconds(limitMs)}`)),
      () => undefined,
    );
    const signal = AbortSignal.any([timeout.signal, gate.abortSignal]);
    this.#underWay += 1;
    try {
      return await this.#fetchText(request, signal);
    } catch (error) {
      throw toConnectionError(request, error, signal);
    } finally {
      this.#underWay -= 1;
      finished.abort();
    }
  }

  async #fetchText(request: ApiRequest, signal: AbortSignal): Promise<RawResponse> {
    const { baseUrl, credentials } = this.#options;
    // ofetch's own retry, time-out and JSON parsing are switched off: none of them obeys Retry-After, covers the
    // body, or tells broken JSON from a string.
    const response = await this.#ofetch.raw<unknown, 'stream'>(`${baseUrl}${request.path}${request.query ?? ''}`, {
      method: request.method,
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...credentialHeaders(credentials),
      },
      ...(request.body && { body: request.body }),
      // fetch drops Authorization on a redirect to another origin, but forwards X-Auth-Key (nodejs/undici#4917).
      redirect: 'manual',
      retry: false,
      ignoreResponseError: true,
      responseType: 'stream',
      signal,
    });
    return { response, text: await readText(response.body, MAX_BODY_BYTES, signal) };
  }

  #judge(request: ApiRequest, { response, text }: RawResponse): Success {
    const { gate, clock } = this.#options;
    const pauseMs = rateLimitPauseMs(response.headers.get('ratelimit'), this.#underWay);
    if (pauseMs !== undefined) gate.pause(pauseMs, 'no request left in Cloudflare’s rate limit');

    const body = parseBody(text);
    const cfRay = response.headers.get('cf-ray') ?? undefined;
    if (response.ok && body.kind === 'envelope' && body.success) {
      return { result: body.result, resultInfo: body.resultInfo, status: response.status, cfRay };
    }
    const { status } = response;
    const details = body.kind === 'envelope' ? body.errors : body.kind === 'problem' ? [body.error] : [];
    const retryAfterMs = serverDelayMs(
      response.headers,
      body.kind === 'problem' ? body.retryAfter : undefined,
      clock.nowMs(),
    );
    throw new ApiError({
      ...request,
      status,
      details,
      reason: describeFailure(response, body),
      effect: effectOf(status, details),
      retryable: isRetryable(response, body, details),
      ...(cfRay !== undefined && { cfRay }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
}

function invitePath(id: string): string {
  return `/user/invites/${encodeURIComponent(id)}`;
}

function inviteOf(request: ApiRequest, success: Success, id: string): Invite {
  const invite = toInvite(success.result);
  if (invite === undefined) throw unexpectedSuccess(request, success, 'but holds no invite');
  if (invite.id !== undefined && invite.id !== id) {
    throw unexpectedSuccess(request, success, `but shows another invite, "${invite.id}"`);
  }
  if (invite.status === undefined) throw unexpectedSuccess(request, success, 'but shows no status of the invite');
  return invite;
}

function unexpectedSuccess(request: ApiRequest, success: Success, but: string): ApiError {
  return new ApiError({
    ...request,
    status: success.status,
    reason: `HTTP ${success.status} reports success, ${but}`,
    effect: 'unclear',
    retryable: true,
    ...(success.cfRay !== undefined && { cfRay: success.cfRay }),
  });
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function effectOf(status: number, details: readonly ErrorDetail[]): Effect {
  if (status === 429 || isRedirect(status) || isAuthError(status, errorCodes(details))) return 'none';
  return status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unclear';
}

function isRetryable(response: Response, body: Body, details: readonly ErrorDetail[]): boolean {
  if (response.headers.get('x-should-retry') === 'false') return false;
  if (body.kind === 'problem' && body.retryable === false) return false;
  if (isAuthError(response.status, errorCodes(details))) return false;
  return isRetryableStatus(response.status) || (response.ok && body.kind !== 'envelope');
}

function describeFailure(response: Response, body: Body): string {
  const http = `HTTP ${response.status}`;
  if (isRedirect(response.status)) return `${http}, a redirect${redirectTarget(response)}, which is refused`;
  if (body.kind === 'unreadable') return `${http} with ${body.description}`;
  return response.ok ? `${http} without success` : http;
}

function redirectTarget(response: Response): string {
  const location = response.headers.get('location');
  const target = location === null ? null : URL.parse(location, response.url || undefined);
  return target === null ? '' : ` to ${target.origin}`;
}

function toConnectionError(request: ApiRequest, thrown: unknown, signal: AbortSignal): ApiError {
  const cause = signal.aborted ? signal.reason : thrown instanceof FetchError ? thrown.cause : thrown;
  const isUntouched = !signal.aborted && wasNeverConnected(cause);
  return new ApiError({
    ...request,
    reason: cause instanceof StopError ? 'cut off, because the job was cancelled' : describeCauses(cause),
    effect: isUntouched || isCertificateError(cause) ? 'none' : 'unclear',
    retryable: !isCertificateError(cause),
    cause,
  });
}
