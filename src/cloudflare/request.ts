import { FetchError, ofetch } from 'ofetch';
import { type Clock, formatSeconds, withTimeLimit } from '../clock.ts';
import { describeCauses, isCertificateError } from '../network-error.ts';
import type { Redact } from '../redact.ts';
import { USER_AGENT } from '../version.ts';
import { BodyTooLargeError, MAX_BODY_BYTES, readText } from './body.ts';
import { type Credentials, credentialHeaders } from './credentials.ts';
import { type Body, parseBody, type ResultInfo } from './envelope.ts';
import { type ApiError, errorLine, type Result, StopError } from './errors.ts';
import type { RequestLimiter } from './limiter.ts';
import { meaningOf } from './meaning.ts';
import { rateLimitPauseMs, serverDelayMs } from './retry.ts';
import type { ServerClock } from './server-clock.ts';

/** Time for one attempt, body included, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 30_000;

export interface RequestOptions {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly fetch: typeof fetch;
  /** Whether the last request of this method to this URL was sent: its headers were written to a connection. */
  readonly wasSent: (method: string, url: string) => boolean;
  readonly clock: Clock;
  readonly limiter: RequestLimiter;
  /** Set by the `Date` of every success. */
  readonly serverClock: ServerClock;
  readonly redact: Redact;
  /** Called with one line for each attempt. */
  readonly onDebug: (line: string) => void;
}

export interface ApiRequest {
  readonly method: 'GET' | 'PATCH' | 'PUT';
  /** Below the base URL. */
  readonly path: string;
  /** With the question mark. */
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whether it is for a list, and not for one invite. */
  readonly isList?: boolean;
  /** Whether the step can do without the response. No failure stops the step then; a rate limit still pauses it. */
  readonly isOptional?: boolean | undefined;
}

/** A response whose envelope says `success: true`. */
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

/** Sends single attempts of requests. Passes to the limiter what their responses mean for all other requests. */
export class RequestSender {
  readonly #options: RequestOptions;
  readonly #ofetch: typeof ofetch;
  /** Path of the last invite that met a refusal of the credentials; undefined after a success of `PATCH` or `PUT`. */
  #refusedPath: string | undefined;
  /** Invites that an attempt of this step may have changed, by path. */
  readonly #unclearPaths = new Set<string>();
  /** Refusals in front of the API under a status 2xx, by path. Each stops the step once its invite has been read. */
  readonly #edgeErrors = new Map<string, ApiError>();
  /** Requests that have no response yet. */
  #inFlight = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.#ofetch = ofetch.create({}, { fetch: options.fetch });
  }

  /** Sends one attempt, once the limiter allows it. Throws `StopError` if the step may send no further request. */
  async send(request: ApiRequest): Promise<Result<ApiSuccess, ApiError>> {
    const { limiter, clock, onDebug } = this.#options;
    // Do not delay a PUT: the membership was read just before, and could change in the meantime.
    const acquired = await limiter.acquire(request.method === 'PUT');
    const startMs = clock.nowMs();
    const response = await this.#fetchWithTimeout(request);
    const result = response.ok ? this.#parseResponse(request, response.value) : response;
    const elapsed = `after ${Math.round(clock.nowMs() - startMs)} ms`;
    if (result.ok) {
      onDebug(`${request.method} ${request.path}${request.query ?? ''}: HTTP ${result.value.status} ${elapsed}`);
    } else {
      onDebug(`${errorLine(result.failure)} ${elapsed}, cf-ray ${result.failure.cfRay ?? 'none'}`);
    }
    this.#updateLimiter(request, result.ok ? undefined : result.failure, acquired);
    return result;
  }

  /** Rate limits, refused credentials and refusals in front of the API concern every request of the step. */
  #updateLimiter(request: ApiRequest, error: ApiError | undefined, acquired: number): void {
    const { method, path, isOptional } = request;
    const { limiter } = this.#options;
    if (error?.stopKind === 'rate-limit') {
      limiter.limitMet(error, acquired, isOptional);
      return;
    }
    if (error === undefined || error.status !== undefined) limiter.otherResponse(acquired, method);
    if (isOptional) return;

    const isRead = method === 'GET';
    if (error?.isAuthError) limiter.stop(new StopError({ kind: 'credentials', error }));
    else if (error?.stopKind === 'credentials') this.#refusedPath = path;
    else if (error === undefined && !isRead) this.#refusedPath = undefined;

    const isUnclear = !isRead && (error === undefined || error.effect === 'unknown');
    if (isUnclear) this.#unclearPaths.add(path);
    // Under a status 2xx the attempt may have had an effect: the invite is read before the step ends.
    const edgeError = error?.stopKind === 'edge' ? error : this.#edgeErrors.get(path);
    if (edgeError !== undefined && isUnclear) this.#edgeErrors.set(path, edgeError);
    else if (edgeError !== undefined) limiter.stop(new StopError({ kind: 'edge', error: edgeError }));
  }

  async #fetchWithTimeout(request: ApiRequest): Promise<Result<RawResponse, ApiError>> {
    const { limiter, clock } = this.#options;
    const ms = Math.min(ATTEMPT_TIMEOUT_MS, limiter.remainingMs);
    const timeoutError = new Error(`no complete response within ${formatSeconds(ms)}`);
    this.#inFlight += 1;
    try {
      const limit = { clock, ms, timeoutError, signal: limiter.abortSignal };
      return { ok: true, value: await withTimeLimit(limit, (signal) => this.#fetchText(request, signal)) };
    } catch (error) {
      return { ok: false, failure: this.#toConnectionError(request, error, timeoutError) };
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #fetchText(request: ApiRequest, signal: AbortSignal): Promise<RawResponse> {
    const { baseUrl, credentials } = this.#options;
    // Keep ofetch's own retry, time-out and JSON parsing off: they ignore Retry-After, the time that a body takes, and
    // the difference between broken JSON and a string.
    const response = await this.#ofetch.raw<unknown, 'stream'>(urlOf(baseUrl, request), {
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
    const { limiter, clock, redact, credentials } = this.#options;
    const pauseMs = rateLimitPauseMs(response.headers.get('ratelimit'), this.#inFlight);
    if (pauseMs !== undefined) limiter.pause(pauseMs, 'announced');

    const body = parseBody(text, redact);
    const { status } = response;
    const cfRay = redact(response.headers.get('cf-ray') ?? '') || undefined;
    if (response.ok && body.kind === 'envelope' && body.success) {
      this.#options.serverClock.observe(response.headers.get('date'));
      return { ok: true, value: { result: body.result, resultInfo: body.resultInfo, status, cfRay } };
    }
    const { isForAll, ...meaning } = meaningOf(status, body);
    // A refusal that can concern one invite alone concerns the credentials once a second invite meets it.
    const isRefusedAgain =
      !request.isOptional && (request.isList === true || ![undefined, request.path].includes(this.#refusedPath));
    const isAuthError = meaning.stopKind === 'credentials' && (isForAll || isRefusedAgain);
    const failure: ApiError = {
      ...identify(request),
      ...meaning,
      status,
      details: body.errors,
      cfRay,
      reason: describeFailure(response, body, redact),
      retryAfterMs: serverDelayMs(response.headers, body.retryAfter ?? [], clock.nowMs()),
      isRetryable: meaning.isRetryable && allowsRetry(response, body),
      isAuthError,
      isFromApi: body.kind === 'envelope' || body.kind === 'problem',
      isAccountToken: credentials.scheme === 'api-token' && credentials.token.startsWith('cfat_'),
      followsUnclear: this.#unclearPaths.has(request.path),
    };
    return { ok: false, failure };
  }

  #toConnectionError(request: ApiRequest, thrown: unknown, timeoutError: Error): ApiError {
    const { redact, wasSent, baseUrl } = this.#options;
    const cause = thrown instanceof FetchError ? thrown.cause : thrown;
    const isCancelled = cause instanceof StopError;
    const text = describeCauses(cause);
    const isOwnText = cause === timeoutError || cause instanceof BodyTooLargeError;
    const shown = isOwnText ? text : redact(text);
    const reason = isCancelled ? 'cut off, because the job was cancelled' : shown;
    const isSent = wasSent(request.method, urlOf(baseUrl, request));
    const effect = isSent ? 'unknown' : 'not-applied';
    return { ...identify(request), reason, effect, isRetryable: !isCertificateError(cause), cause };
  }
}

function urlOf(baseUrl: string, { path, query = '' }: ApiRequest): string {
  return `${baseUrl}${path}${query}`;
}

function identify({ method, path, isList }: ApiRequest): Pick<ApiError, 'method' | 'path' | 'isList'> {
  return { method, path, isList };
}

function allowsRetry({ headers }: Response, body: Body): boolean {
  return headers.get('x-should-retry') !== 'false' && !(body.kind === 'problem' && body.retryable === false);
}

function describeFailure({ ok, status, headers, url }: Response, body: Body, redact: Redact): string {
  if (status >= 300 && status < 400) {
    const location = headers.get('location');
    const target = location === null ? null : URL.parse(location, url || undefined);
    return `HTTP ${status}, a redirect${target === null ? '' : ` to ${redact(target.origin)}`}, which is refused`;
  }
  if ('description' in body) return `HTTP ${status} with ${body.description}`;
  return ok ? `HTTP ${status} without success` : `HTTP ${status}`;
}
