import type { Clock } from '../clock.ts';
import { type ApiError, type Pause, StopError } from './errors.ts';

/** How many requests of a step are in flight at the same time at most. */
export const MAX_CONCURRENT_REQUESTS = 4;

/** Largest difference between two requests for one pause, in milliseconds: the time between two answers. */
const SAME_PAUSE_MS = 2_000;

/** Time left to requests in flight when the job is cancelled, in milliseconds, so that their outcome is known. */
const CANCEL_GRACE_MS = 1_000;

export interface LimiterOptions {
  readonly clock: Clock;
  /** The budget of the whole step, counted from now. */
  readonly timeoutSeconds: number;
  /** Aborts when the job is cancelled. */
  readonly cancelled: AbortSignal;
  /** Called once for each pause that holds back a request. */
  readonly onPause: (pause: Pause) => void;
}

/**
 * What every request of a step passes through: one deadline, one rate limit, one end. All requests of a step share a
 * limiter, so that a limit which one of them meets holds back the others too.
 */
export class RequestLimiter {
  /** Aborts requests in flight, a moment after the job was cancelled. */
  readonly abortSignal: AbortSignal;
  readonly #options: LimiterOptions;
  readonly #deadlineMs: number;
  readonly #stop = new AbortController();
  #pause: (Pause & { readonly isAnnounced: boolean }) | undefined;

  constructor(options: LimiterOptions) {
    const { clock, timeoutSeconds, cancelled } = options;
    this.#options = options;
    this.#deadlineMs = clock.nowMs() + timeoutSeconds * 1_000;
    const abort = new AbortController();
    this.abortSignal = abort.signal;
    const cancel = (): void => {
      this.stop(new StopError({ kind: 'cancelled' }));
      void clock.sleep(CANCEL_GRACE_MS).then(() => abort.abort(this.stopReason));
    };
    if (cancelled.aborted) cancel();
    else cancelled.addEventListener('abort', cancel);
  }

  /** Why the step sends no further request; undefined while it may. */
  get stopReason(): StopError | undefined {
    return this.#stop.signal.reason as StopError | undefined;
  }

  /** Milliseconds until the deadline. */
  get remainingMs(): number {
    return this.#deadlineMs - this.#options.clock.nowMs();
  }

  get isPaused(): boolean {
    return this.#pauseLeftMs() > 0;
  }

  /** Ends the step's traffic for good; the first reason stays. */
  stop(reason: StopError): void {
    this.#stop.abort(reason);
  }

  /** Whether a wait of `ms` milliseconds leaves time for a request after it. */
  hasTimeFor(ms: number): boolean {
    return ms < this.remainingMs;
  }

  /**
   * Resolves when a request may be sent, after any pause.
   * @throws {StopError} if the step may send no further request; at once if a pause does not fit into the budget
   */
  async acquire(): Promise<void> {
    const { timeoutSeconds, onPause } = this.#options;
    this.#throwIfStopped();
    for (let pause = this.#pause; pause !== undefined && this.isPaused; pause = this.#pause) {
      const leftMs = Math.max(0, this.remainingMs);
      const waitMs = this.#pauseLeftMs();
      if (!this.hasTimeFor(waitMs)) this.stop(new StopError({ kind: 'rate-limit', pause, leftMs, timeoutSeconds }));
      this.#throwIfStopped();
      if (!pause.isAnnounced) onPause(pause);
      this.#pause = { ...pause, isAnnounced: true };
      await this.wait(waitMs);
    }
    if (this.remainingMs <= 0) this.stop(new StopError({ kind: 'deadline', timeoutSeconds }));
    this.#throwIfStopped();
  }

  /**
   * Waits `ms` milliseconds between two attempts of one request.
   * @throws {StopError} as soon as the step is stopped
   */
  wait(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#stop.signal);
  }

  /** Holds back every request of the step for `durationMs` milliseconds from now. */
  pause(durationMs: number, reason: Pause['reason'], error?: ApiError): void {
    const current = this.#pause;
    const untilMs = this.#options.clock.nowMs() + durationMs;
    const extraMs = untilMs - (current?.untilMs ?? 0);
    if (current === undefined || extraMs > 0) {
      // Answers to requests in flight together ask for the same pause: one line of the log is enough.
      const isAnnounced = this.isPaused && extraMs <= SAME_PAUSE_MS && current?.isAnnounced === true;
      this.#pause = { reason, untilMs, durationMs, error, isAnnounced };
    } else if (error !== undefined && current.error === undefined) {
      // A refusal explains a pause better than a header of the same answer.
      this.#pause = { ...current, reason, error };
    }
  }

  #pauseLeftMs(): number {
    return (this.#pause?.untilMs ?? 0) - this.#options.clock.nowMs();
  }

  #throwIfStopped(): void {
    if (this.stopReason !== undefined) throw this.stopReason;
  }
}
