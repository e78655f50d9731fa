/** One entry of an envelope's `errors`, or what an RFC 9457 problem body says. */
export interface ErrorDetail {
  readonly code?: number;
  readonly message: string;
  readonly documentationUrl?: string;
  /** JSON pointer to the part of the request that was refused. */
  readonly pointer?: string;
  readonly chain: readonly { readonly code?: number; readonly message: string }[];
}

/**
 * What a failed request may have done on the server:
 * `none` nothing, it never arrived or was turned away before it was looked at;
 * `refused` nothing, but the refusal concerns the invite, whose state is therefore worth reading;
 * `unclear` it may have been applied.
 */
export type Effect = 'none' | 'refused' | 'unclear';

export interface ApiErrorFields {
  readonly method: string;
  /** Path below the base URL, without the query. */
  readonly path: string;
  /** What happened, in a few words: `HTTP 502 with an HTML page`, `no answer within 30 s`. */
  readonly reason: string;
  readonly effect: Effect;
  readonly retryable: boolean;
  readonly status?: number;
  readonly details?: readonly ErrorDetail[];
  readonly cfRay?: string;
  /** The delay that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** One request to Cloudflare's API that did not bring what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly method: string;
  readonly path: string;
  readonly reason: string;
  readonly effect: Effect;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly details: readonly ErrorDetail[];
  readonly cfRay: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** How many attempts had been made when this one failed. */
  attempts = 1;
  /** Whether another attempt would have been made, had there been time to wait for it. */
  retryExceedsDeadline = false;

  constructor(fields: ApiErrorFields) {
    super(`${fields.method} ${fields.path}: ${fields.reason}`, { cause: fields.cause });
    this.method = fields.method;
    this.path = fields.path;
    this.reason = fields.reason;
    this.effect = fields.effect;
    this.retryable = fields.retryable;
    this.status = fields.status;
    this.details = fields.details ?? [];
    this.cfRay = fields.cfRay;
    this.retryAfterMs = fields.retryAfterMs;
  }

  /** Every error code of the answer, those of the error chains included. */
  get codes(): readonly number[] {
    return errorCodes(this.details);
  }

  /** Whether Cloudflare refused the credentials, so that every further request would be refused as well. */
  get isAuthError(): boolean {
    return this.status !== undefined && isAuthError(this.status, this.codes);
  }

  /** Whether Cloudflare says that this user has no such invite. */
  get isNotFound(): boolean {
    // A 404 without an error of the API comes from something else, a wrong base URL for example.
    const isNotFound = this.status === 404 && this.details.length > 0;
    return this.effect === 'refused' && (isNotFound || this.codes.includes(NO_ROUTE));
  }
}

// "Could not route to /client/v4/…, perhaps your object identifier is invalid?"
const NO_ROUTE = 7003;

/** Every code in `details`, those of the error chains included. */
export function errorCodes(details: readonly ErrorDetail[]): number[] {
  return details
    .flatMap((detail) => [detail.code, ...detail.chain.map((link) => link.code)])
    .filter((code) => code !== undefined);
}

/**
 * Whether an answer means that the credentials are no good, whatever was asked for.
 *
 * Codes as observed in Cloudflare's answers: 9103 unknown key or e-mail, 9109 invalid token or missing
 * permission, 10000 authentication error, 6003 malformed authentication headers, 9106 missing ones,
 * 10502 too many authentication failures.
 */
export function isAuthError(status: number, codes: readonly number[]): boolean {
  const has = (...wanted: number[]): boolean => wanted.some((code) => codes.includes(code));
  return (
    status === 401 ||
    ((status === 403 || status === 405) && has(9103, 9109, 10000)) ||
    (status === 400 && has(6003, 9106)) ||
    has(10502)
  );
}

/**
 * Why no further request of the step is sent.
 * `cancelled` the job was cancelled, `deadline` the step's time is used up, `rate-limit` Cloudflare wants a
 * longer pause than the step has time for, `credentials` they were refused.
 */
export type StopReason = 'cancelled' | 'deadline' | 'rate-limit' | 'credentials';

/** Thrown instead of sending a request once the step has been stopped. */
export class StopError extends Error {
  override readonly name = 'StopError';
  readonly reason: StopReason;
  /** The answer that led to the stop, where there is one. */
  readonly error: ApiError | undefined;

  constructor(reason: StopReason, message: string, error?: ApiError) {
    super(message);
    this.reason = reason;
    this.error = error;
  }
}

const MAX_CAUSES = 6;

/**
 * The reasons behind a failed `fetch`, which undici hides in `cause`, possibly nested or as an
 * AggregateError: `connect ECONNREFUSED 127.0.0.1:1`.
 */
export function describeCauses(error: unknown): string {
  const texts = causes(error).map((cause) => {
    const code = errorCode(cause);
    const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    const message = text || (code ?? 'unknown error');
    return code === undefined || message.includes(code) ? message : `${message} (${code})`;
  });
  const distinct = [...new Set(texts)];
  // undici's own message says nothing once there is a cause behind it.
  return (distinct.length > 1 ? distinct.filter((text) => text !== 'fetch failed') : distinct).join(': ');
}

/** `error`, what caused it, and what caused that, outermost first; at most a handful. */
export function causes(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && found.length < MAX_CAUSES) {
    const current = queue.shift();
    found.push(current);
    if (current instanceof AggregateError) queue.push(...current.errors);
    if (current instanceof Error && current.cause !== undefined) queue.push(current.cause);
  }
  return found;
}

/** The `code` of a system or undici error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
