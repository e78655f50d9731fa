import { FetchError, ofetch } from 'ofetch';
import { type Clock, formatSeconds, withTimeLimit } from '../clock.ts';
import { describeCauses, isCertificateError, wasNeverConnected } from '../network-error.ts';
import type { Redact } from '../redact.ts';
import { VERSION } from '../version.ts';
import { readText } from './body.ts';
import { type Credentials, credentialHeaders } from './credentials.ts';
import { type Body, parseBody, type ResultInfo } from './envelope.ts';
import { findErrorRule } from './error-codes.ts';
import { type ApiError, errorLine, type Result, StopError } from './errors.ts';
import { statusRule } from './http-status.ts';
import type { RequestLimiter } from './limiter.ts';
import { rateLimitPauseMs, retryDelayMs, serverDelayMs } from './retry.ts';
import type { ServerClock } from './server-clock.ts';

/** Time for one attempt, body included. */
const ATTEMPT_TIMEOUT_MS = 30_000;
/** Some twenty times a list of 1,000 invites. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const USER_AGENT = `cloudflare-invite-action/${VERSION}`;

export interface RequestOptions {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: RequestLimiter;
  /** Takes the time of every answer of the API itself. */
  readonly serverClock: ServerClock;
  readonly redact: Redact;
  /** Called with one line for each answer. */
  readonly onDebug: (line: string) => void;
}

export interface ApiRequest {
  readonly method: 'GET' | 'PATCH';
  /** Below the base URL. */
  readonly path: string;
  /** With the question mark. */
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** An answer whose envelope says `success: true`. */
export interface ApiSuccess {
  readonly result: unknown;
  readonly resultInfo: ResultInfo;
  readonly status: number;
  readonly cfRay: string | undefined;
}

interface RawResponse {
  readonly response: Response;
  readonly text: string;
}

/** Sends single attempts of requests. Passes to the limiter what their answers mean for all other requests. */
export class RequestSender {
  readonly #options: RequestOptions;
  readonly #ofetch: typeof ofetch;
  /** Answers 429 since the last other answer. */
  #rateLimitCount = 0;
  /** Requests that have no answer yet. */
  #inFlight = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.#ofetch = ofetch.create({}, { fetch: options.fetch });
  }

  /** Sends one attempt, once the limiter allows it. Throws `StopError` if the step may send no further request. */
  async send(request: ApiRequest): Promise<Result<ApiSuccess, ApiError>> {
    const { limiter, clock, onDebug } = this.#options;
    await limiter.acquire();
    const startMs = clock.nowMs();
    const response = await this.#fetchWithTimeout(request);
    const result = response.ok ? this.#parseResponse(request, response.value) : response;
    const elapsed = `after ${Math.round(clock.nowMs() - startMs)} ms`;
    if (result.ok) {
      this.#rateLimitCount = 0;
      onDebug(`${request.method} ${request.path}${request.query ?? ''}: HTTP ${result.value.status} ${elapsed}`);
    } else {
      onDebug(`${errorLine(result.failure)} ${elapsed}, cf-ray ${result.failure.cfRay ?? 'none'}`);
      this.#updateLimiter(result.failure);
    }
    return result;
  }

  /** Refused credentials and rate limits concern every request of the step. */
  #updateLimiter(error: ApiError): void {
    const { limiter, random } = this.#options;
    if (error.isAuthError) {
      limiter.stop(new StopError({ kind: 'credentials', error }));
    } else if (error.status !== 429) {
      this.#rateLimitCount = 0;
    } else {
      // Requests that were in flight together meet the same limit: count them once.
      if (!limiter.isPaused) this.#rateLimitCount += 1;
      limiter.pause(retryDelayMs(Math.max(1, this.#rateLimitCount), error.retryAfterMs, random), 'refused', error);
    }
  }

  async #fetchWithTimeout(request: ApiRequest): Promise<Result<RawResponse, ApiError>> {
    const { limiter, clock } = this.#options;
    const ms = Math.min(ATTEMPT_TIMEOUT_MS, limiter.remainingMs);
    const timeoutError = new Error(`no complete answer within ${formatSeconds(ms)}`);
    this.#inFlight += 1;
    try {
      const limit = { clock, ms, timeoutError, signal: limiter.abortSignal };
      return { ok: true, value: await withTimeLimit(limit, (signal) => this.#fetchText(request, signal)) };
    } catch (error) {
      return { ok: false, failure: this.#toConnectionError(request, error) };
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #fetchText(request: ApiRequest, signal: AbortSignal): Promise<RawResponse> {
    const { baseUrl, credentials } = this.#options;
    // Keep ofetch's own retry, time-out and JSON parsing off: they ignore Retry-After, the time that a body takes, and
    // the difference between broken JSON and a string.
    const response = await this.#ofetch.raw<unknown, 'stream'>(`${baseUrl}${request.path}${request.query ?? ''}`, {
      method: request.method,
      headers: { accept: 'application/json', 'user-agent': USER_AGENT, ...credentialHeaders(credentials) },
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

  #parseResponse(request: ApiRequest, { response, text }: RawResponse): Result<ApiSuccess, ApiError> {
    const { limiter, clock, redact } = this.#options;
    const pauseMs = rateLimitPauseMs(response.headers.get('ratelimit'), this.#inFlight);
    if (pauseMs !== undefined) limiter.pause(pauseMs, 'announced');

    const body = parseBody(text, redact);
    const { status } = response;
    const cfRay = redact(response.headers.get('cf-ray') ?? '') || undefined;
    if (response.ok && body.kind === 'envelope' && body.success) {
      this.#options.serverClock.observe(response.headers.get('date'));
      return { ok: true, value: { result: body.result, resultInfo: body.resultInfo, status, cfRay } };
    }
    const details = body.kind === 'envelope' ? body.errors : body.kind === 'problem' ? [body.error] : [];
    const rule = findErrorRule(details);
    const isAuthError = status === 401 || rule?.kind === 'credentials';
    const effect = isAuthError ? 'not-applied' : statusRule(status).effect;
    // A 404 without an error of the API has another source, a wrong base URL for example.
    const isNotFound = effect === 'rejected' && (rule?.kind === 'not-found' || (status === 404 && details.length > 0));
    const bodyDelay = body.kind === 'problem' ? body.retryAfter : undefined;
    const retryAfterMs = serverDelayMs(response.headers, bodyDelay, clock.nowMs());
    const reason = describeFailure(response, body, redact);
    const { method, path } = request;
    const answer = { method, path, status, details, rule, cfRay, reason, effect, retryAfterMs };
    const isRetryable = !isAuthError && allowsRetry(response, body);
    return { ok: false, failure: { ...answer, isAuthError, isNotFound, isRetryable } };
  }

  #toConnectionError({ method, path }: ApiRequest, thrown: unknown): ApiError {
    const cause = thrown instanceof FetchError ? thrown.cause : thrown;
    const isCancelled = cause instanceof StopError;
    const isCertificate = isCertificateError(cause);
    const reason = isCancelled ? 'cut off, because the job was cancelled' : this.#options.redact(describeCauses(cause));
    const effect = isCertificate || wasNeverConnected(cause) ? 'not-applied' : 'unknown';
    return { method, path, reason, effect, isRetryable: !isCertificate, cause };
  }
}

function allowsRetry({ ok, status, headers }: Response, body: Body): boolean {
  if (headers.get('x-should-retry') === 'false') return false;
  if (body.kind === 'problem' && body.retryable === false) return false;
  // An envelope without success is a refusal under any 2xx; other bodies are no answer of the API.
  return statusRule(status).isRetryable && !(ok && body.kind === 'envelope');
}

function describeFailure({ ok, status, headers, url }: Response, body: Body, redact: Redact): string {
  if (status >= 300 && status < 400) {
    const location = headers.get('location');
    const target = location === null ? null : URL.parse(location, url || undefined);
    return `HTTP ${status}, a redirect${target === null ? '' : redact(` to ${target.origin}`)}, which is refused`;
  }
  if (body.kind === 'unreadable') return `HTTP ${status} with ${body.description}`;
  return ok ? `HTTP ${status} without success` : `HTTP ${status}`;
}
