import type { ErrorDetail, ErrorRule } from './error-codes.ts';
import type { Effect } from './http-status.ts';

/** One attempt of a request to Cloudflare's API that failed. */
export interface ApiError {
  readonly method: string;
  /** Path below the base URL, without the query. */
  readonly path: string;
  /** What happened, in a few words: `HTTP 502 with an HTML page`, `no complete answer within 30 s`. */
  readonly reason: string;
  readonly effect: Effect;
  readonly isRetryable: boolean;
  /** The HTTP status; left out if there was no answer. */
  readonly status?: number;
  readonly details?: readonly ErrorDetail[];
  readonly rule?: ErrorRule | undefined;
  readonly cfRay?: string | undefined;
  /** The delay that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether Cloudflare refused the credentials, so that it would refuse every further request too. */
  readonly isAuthError?: boolean;
  /** Whether Cloudflare says that this user has no such invite. */
  readonly isNotFound?: boolean;
  /** Why there was no answer. */
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
  /** Whether there would have been another attempt, had the step time to wait for it. */
  readonly retryExceedsDeadline: boolean;
}

/** A value, or why there is none. */
export type Result<T, Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** A time in which the step sends no request. */
export interface Pause {
  /** An answer 429 asked for it (`refused`), or a `Ratelimit` header with nothing left (`announced`). */
  readonly reason: 'refused' | 'announced';
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number;
  readonly durationMs: number;
  readonly error: ApiError | undefined;
}

/** Why the step sends no further request. */
export type StopReason =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'deadline'; readonly timeoutSeconds: number }
  /** Cloudflare asks for a longer pause than the step has time for. */
  | { readonly kind: 'rate-limit'; readonly pause: Pause; readonly leftMs: number; readonly timeoutSeconds: number }
  | { readonly kind: 'credentials'; readonly error: ApiError };

/** Thrown instead of sending a request once the step has been stopped. */
export class StopError extends Error {
  override readonly name = 'StopError';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason.kind);
    this.reason = reason;
  }
}
