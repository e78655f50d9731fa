import type { Clock } from '../clock.ts';
import { type ApiError, type Pause, StopError } from './errors.ts';
import { limitPauseMs } from './retry.ts';

/** How many requests of a step are in flight at the same time at most. */
export const MAX_CONCURRENT_REQUESTS = 4;
/** How much later a pause may end, in milliseconds, and still be the same pause: the time between two responses. */
const SAME_PAUSE_MS = 2_000;
/** Time for requests in flight when the job is cancelled, in milliseconds, so that their outcome is known. */
const CANCEL_GRACE_MS = 1_000;

interface LimiterOptions {
  readonly clock: Clock;
  /** Time for the whole step, counted from now. */
  readonly timeoutSeconds: number;
  readonly cancelled: AbortSignal;
  /** Ends the step at the first rate limit that a request meets, in place of a pause. */
  readonly stopsAtLimit?: boolean;
  /** Called once for each pause that holds back a request. */
  readonly onPause: (pause: Pause) => void;
}

interface AnnouncedPause extends Pause {
  /** Whether the log has a line about it. */
  readonly isAnnounced: boolean;
}

/** One deadline, one rate limit and one end for all requests of a step: a limit that one of them meets pauses all. */
export class RequestLimiter {
  /** Aborts requests in flight, a moment after the job was cancelled. */
  readonly abortSignal: AbortSignal;
  readonly #options: LimiterOptions;
  readonly #deadlineMs: number;
  readonly #stop = new AbortController();
  #pause: AnnouncedPause | undefined;
  /** Rate limits met so far. Those of requests that were in flight together count as one. */
  #limits = 0;
  /** Rate limits met since the last other response. */
  #limitsInRow = 0;
  /** Whether the last limit was met by a request that only reads. */
  #isLimitOfRead = true;
  #waitedMs = 0;
  #waitedUntilMs = 0;

  constructor(options: LimiterOptions) {
    const { clock, timeoutSeconds, cancelled } = options;
    this.#options = options;
    this.#deadlineMs = clock.nowMs() + timeoutSeconds * 1_000;
    const abort = new AbortController();
    this.abortSignal = abort.signal;
    const cancel = (): void => {
      this.stop(new StopError({ kind: 'cancelled' }));
      void clock.sleep(CANCEL_GRACE_MS).then(() => abort.abort(this.stopError));
    };
    if (cancelled.aborted) cancel();
    else cancelled.addEventListener('abort', cancel);
  }

  /** Why the step sends no further request; undefined while it may. */
  get stopError(): StopError | undefined {
    return this.#stop.signal.reason as StopError | undefined;
  }

  /** Milliseconds until the deadline. */
  get remainingMs(): number {
    return this.#deadlineMs - this.#options.clock.nowMs();
  }

  /** Whether a limit that a request met holds back every request. */
  get isLimited(): boolean {
    const pause = this.#currentPause;
    return pause !== undefined && pause.reason !== 'announced';
  }

  /** The pause that holds back requests now. */
  get #currentPause(): AnnouncedPause | undefined {
    const pause = this.#pause;
    return pause !== undefined && pause.untilMs > this.#options.clock.nowMs() ? pause : undefined;
  }

  /** Ends the step's requests for good; the first reason stays. */
  stop(error: StopError): void {
    this.#stop.abort(error);
  }

  /** Whether a wait of `ms` milliseconds leaves time for a request after it. */
  hasTimeFor(ms: number): boolean {
    return ms < this.remainingMs;
  }

  /**
   * Waits until a request may be sent. Throws `StopError` if none may, or if a pause is longer than the time left.
   * @param passesAnnounced whether to send the request during a pause that only a `Ratelimit` header announces
   * @returns how many limits the step has met so far: pass it to `limitMet` or `otherResponse` with the response
   */
  async acquire(passesAnnounced = false): Promise<number> {
    const { clock, timeoutSeconds, onPause } = this.#options;
    for (let pause = this.#currentPause; pause !== undefined; pause = this.#currentPause) {
      if (passesAnnounced && pause.reason === 'announced') break;
      const leftMs = Math.max(0, this.remainingMs);
      const waitMs = pause.untilMs - clock.nowMs();
      if (!this.hasTimeFor(waitMs)) this.#stopForLimit(pause, leftMs);
      this.#stop.signal.throwIfAborted();
      if (!pause.isAnnounced) onPause(pause);
      this.#pause = { ...pause, isAnnounced: true };
      const startMs = Math.max(clock.nowMs(), this.#waitedUntilMs);
      await this.wait(waitMs);
      // Requests wait side by side: count their time once.
      this.#waitedMs += Math.max(0, clock.nowMs() - startMs);
      this.#waitedUntilMs = clock.nowMs();
    }
    if (this.remainingMs <= 0) this.stop(new StopError({ kind: 'deadline', timeoutSeconds }));
    this.#stop.signal.throwIfAborted();
    return this.#limits;
  }

  /**
   * Pauses the step because a request met the rate limit: for longer each time, unless the server says how long.
   * @param acquired what `acquire` returned for this request
   * @param isOptional whether the step can do without the response; if so, the step does not end here
   */
  limitMet(error: ApiError, acquired: number, isOptional = false): void {
    let pauseMs = error.retryAfterMs ?? 0;
    if (acquired === this.#limits) {
      this.#limits += 1;
      this.#limitsInRow += 1;
      this.#isLimitOfRead = error.method === 'GET';
      pauseMs = limitPauseMs(this.#limitsInRow, error.retryAfterMs);
    }
    this.pause(pauseMs, error.status === 429 ? 'refused' : 'refused-by-code', error);
    if (this.#options.stopsAtLimit && !isOptional && this.#pause !== undefined)
      this.#stopForLimit(this.#pause, undefined);
  }

  /**
   * Ends the row of limits, if this request was sent after the last one: it got another response. A `GET` does not end a
   * row of limits that `PATCH` or `PUT` met.
   * @param acquired what `acquire` returned for this request
   */
  otherResponse(acquired: number, method: string): void {
    if (acquired === this.#limits && (this.#isLimitOfRead || method !== 'GET')) this.#limitsInRow = 0;
  }

  #stopForLimit(pause: Pause, leftMs: number | undefined): void {
    const { timeoutSeconds } = this.#options;
    this.stop(new StopError({ kind: 'rate-limit', pause, waitedMs: this.#waitedMs, leftMs, timeoutSeconds }));
  }

  /** Waits `ms` milliseconds. Rejects with a `StopError` as soon as the step is stopped. */
  wait(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, this.#stop.signal);
  }

  /** Holds back every request of the step for `durationMs` milliseconds from now. */
  pause(durationMs: number, reason: Pause['reason'], error?: ApiError): void {
    const untilMs = this.#options.clock.nowMs() + durationMs;
    const current = this.#currentPause;
    if (current === undefined || untilMs > current.untilMs) {
      // Responses to requests in flight together ask for the same pause: one line of the log is enough.
      const isAnnounced = current?.isAnnounced === true && untilMs - current.untilMs <= SAME_PAUSE_MS;
      // A refusal holds back requests that a header of another response lets pass.
      const isKept = error === undefined && current?.error !== undefined;
      const cause = isKept
        ? { reason: current.reason, error: { ...current.error, retryAfterMs: undefined } }
        : { reason, error };
      this.#pause = { ...cause, untilMs, durationMs, isAnnounced };
    } else if (current.error === undefined) {
      // A refusal explains a pause better than a header of the same response.
      this.#pause = { ...current, reason, error };
    }
  }
}
