import { type Clock, formatSeconds } from '../clock.ts';
import { type ApiError, StopError } from './errors.ts';

/** By how much two requests for one pause differ at the most, in milliseconds: the time between two answers. */
const SAME_PAUSE_MS = 2_000;

/** Time left to requests that are under way when the job is cancelled, so that their outcome is known. */
const CANCEL_GRACE_MS = 1_000;

/** A time in which no request of the step is sent. */
export interface Pause {
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number;
  readonly durationMs: number;
}

/**
 * What every request of a step passes through: one deadline, one rate limit, one end.
 * All requests of a step share a gate, so that a limit which one of them meets holds back the others too.
 */
export class RequestLimiter {
  readonly deadlineMs: number;
  /** Aborts what is still under way, a moment after the job was cancelled. */
  readonly abortSignal: AbortSignal;
  readonly #clock: Clock;
  readonly #timeoutSeconds: number;
  readonly #onPause: (pause: Pause) => void;
  readonly #stopping = new AbortController();
  #pause: Pause | undefined;
  #pauseError: ApiError | undefined;
  #isAnnounced = false;

  /** @param options.timeoutSeconds the budget of the whole step, counted from now */
  constructor(options: {
    readonly clock: Clock;
    readonly timeoutSeconds: number;
    readonly cancelled: AbortSignal;
    readonly onPause: (pause: Pause) => void;
  }) {
    this.#clock = options.clock;
    this.#timeoutSeconds = options.timeoutSeconds;
    this.#onPause = options.onPause;
    this.deadlineMs = options.clock.nowMs() + options.timeoutSeconds * 1_000;
    const abortSignal = new AbortController();
    this.abortSignal = abortSignal.signal;
    const cancel = (): void => {
      this.stop(new StopError('cancelled', 'The job was cancelled.'));
      void options.clock.sleep(CANCEL_GRACE_MS).then(() => abortSignal.abort(this.stopped));
    };
    if (options.cancelled.aborted) cancel();
    else options.cancelled.addEventListener('abort', cancel);
  }

  /** Why no further request is sent; undefined while requests are allowed. */
  get stopped(): StopError | undefined {
    return this.#stopping.signal.reason as StopError | undefined;
  }

  get remainingMs(): number {
    return this.deadlineMs - this.#clock.nowMs();
  }

  get isPaused(): boolean {
    return this.#pauseLeftMs() > 0;
  }

  /** Ends the step's traffic for good; the first reason counts. */
  stop(reason: StopError): void {
    this.#stopping.abort(reason);
  }

  /** Whether a wait of `ms` milliseconds would leave time for a request after it. */
  fits(ms: number): boolean {
    return ms < this.remainingMs;
  }

  /**
   * Resolves when a request may be sent, after any pause.
   * @throws {StopError} if none may be sent any more, at once also if a pause does not fit into the budget
   */
  async enter(): Promise<void> {
    this.#throwIfStopped();
    for (let waitMs = this.#pauseLeftMs(); waitMs > 0; waitMs = this.#pauseLeftMs()) {
      if (!this.fits(waitMs)) this.#stopForPause();
      this.#announcePause();
      await this.wait(waitMs);
    }
    if (this.remainingMs <= 0) {
      this.stop(new StopError('deadline', `The step’s budget of ${this.#timeoutSeconds} s is used up.`));
    }
    this.#throwIfStopped();
  }

  /**
   * Waits `ms` milliseconds between two attempts of one request.
   * @throws {StopError} as soon as the step is stopped
   */
  wait(ms: number): Promise<void> {
    return this.#clock.sleep(ms, this.#stopping.signal);
  }

  /** Holds back every request of the step for `ms` milliseconds from now. */
  pause(ms: number, reason: string, error?: ApiError): void {
    const untilMs = this.#clock.nowMs() + ms;
    const extraMs = untilMs - (this.#pause?.untilMs ?? 0);
    // Answers that were under way together ask for the same pause: one line in the log is enough for them.
    if (!this.isPaused || extraMs > SAME_PAUSE_MS) this.#isAnnounced = false;
    // A refusal explains a pause better than the header of the same answer.
    const explainsBetter = error !== undefined && this.#pauseError === undefined;
    if (extraMs > 0) this.#pause = { reason, untilMs, durationMs: ms };
    else if (explainsBetter && this.#pause !== undefined) this.#pause = { ...this.#pause, reason };
    if (extraMs > 0 || explainsBetter) this.#pauseError = error;
  }

  #pauseLeftMs(): number {
    return (this.#pause?.untilMs ?? 0) - this.#clock.nowMs();
  }

  #announcePause(): void {
    if (this.#isAnnounced || this.#pause === undefined) return;
    this.#isAnnounced = true;
    this.#onPause(this.#pause);
  }

  #stopForPause(): void {
    const asked = formatSeconds(this.#pause?.durationMs ?? 0);
    const left = formatSeconds(Math.max(0, this.remainingMs));
    this.stop(
      new StopError(
        'rate-limit',
        `A pause of ${asked} is needed (${this.#pause?.reason}), and the step has ${left} of its ${this.#timeoutSeconds} s left.`,
        this.#pauseError,
      ),
    );
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.stopped !== undefined) throw this.stopped;
  }
}
