import type { ErrorDetail, ErrorRule } from './error-codes.ts';
import type { Effect } from './http-status.ts';

/** One attempt of a request to Cloudflare's API that failed. */
export interface ApiError {
  readonly method: string;
  /** Path below the base URL, without the query. */
  readonly path: string;
  /** What happened, in a few words: `HTTP 502 with an HTML page`, `no complete response within 30 s`. */
  readonly reason: string;
  readonly effect: Effect;
  readonly isRetryable: boolean;
  /** The HTTP status; left out if there was no response. */
  readonly status?: number;
  readonly details?: readonly ErrorDetail[];
  readonly rule?: ErrorRule | undefined;
  readonly cfRay?: string | undefined;
  /** The delay that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /**
   * What this failure has to do with the whole step: it met the rate limit; the credentials were refused, perhaps for
   * this invite alone; or something in front of the API refused the runner.
   */
  readonly stopKind?: 'rate-limit' | 'credentials' | 'edge' | undefined;
  /** Whether Cloudflare refused the credentials, and the step has been stopped for it. */
  readonly isAuthError?: boolean;
  /** Whether Cloudflare says that this user has no such invite. */
  readonly isNotFound?: boolean;
  /** Whether the response has the form of a response of Cloudflare's API, or of a problem of Cloudflare's edge. */
  readonly isFromApi?: boolean;
  /** Whether the request was for a list, and not for one invite. */
  readonly isList?: boolean | undefined;
  /** Whether an earlier attempt of this step may have changed the invite that the request was for. */
  readonly followsUnclear?: boolean | undefined;
  /** Whether the token has the prefix of tokens that an account owns. */
  readonly isAccountToken?: boolean | undefined;
  /** Why there was no response. */
  readonly cause?: unknown;
}

/** The error in one line. */
export function errorLine({ method, path, reason }: ApiError): string {
  return `${method} ${path}: ${reason}`;
}

/** A request that failed for good. */
export interface RequestFailure {
  readonly error: ApiError;
  readonly attempts: number;
  /** Whether another attempt was possible, but the wait for it exceeds the time that the step has left. */
  readonly retryExceedsDeadline: boolean;
}

/** A value, or why there is none. */
export type Result<T, Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** A time in which the step sends no request. */
export interface Pause {
  /** A request met the rate limit: HTTP 429, or Cloudflare's code; or a `Ratelimit` header says that nothing is left. */
  readonly reason: 'refused' | 'refused-by-code' | 'announced';
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number;
  readonly durationMs: number;
  readonly error: ApiError | undefined;
}

/** Why the step sends no further request. */
export type StopReason =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'deadline'; readonly timeoutSeconds: number }
  | {
      readonly kind: 'rate-limit';
      readonly pause: Pause;
      /** How long the step has waited for the rate limit, in milliseconds. */
      readonly waitedMs: number;
      /** Milliseconds that were left, fewer than the pause has; undefined if `retries` is 0: no pause is made. */
      readonly leftMs: number | undefined;
      readonly timeoutSeconds: number;
    }
  | { readonly kind: 'credentials'; readonly error: ApiError }
  /** Something in front of the API refused the runner: Cloudflare's edge, a firewall, a login page. */
  | { readonly kind: 'edge'; readonly error: ApiError };

/** Thrown instead of sending a request once the step has been stopped. */
export class StopError extends Error {
  override readonly name = 'StopError';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason.kind);
    this.reason = reason;
  }
}
