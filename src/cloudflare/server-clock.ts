import type { Clock } from '../clock.ts';
import { parseHttpDate } from './retry.ts';

/** Difference between the two clocks beyond which it is reported, in milliseconds. */
const NOTABLE_SKEW_MS = 5 * 60 * 1_000;

/**
 * Cloudflare's time, from the `Date` of its newest response; the runner's time until there is one. Dates of
 * invites are compared with it, because a self-hosted runner's clock may be wrong.
 */
export class ServerClock {
  readonly #clock: Clock;
  readonly #onSkew: (skewMs: number) => void;
  #skewMs = 0;
  #isSkewReported = false;

  /** @param onSkew called once if the clocks differ by more than five minutes; above 0 if the runner's is behind */
  constructor(clock: Clock, onSkew: (skewMs: number) => void) {
    this.#clock = clock;
    this.#onSkew = onSkew;
  }

  /** Milliseconds since the Unix epoch. */
  nowMs(): number {
    return this.#clock.nowMs() + this.#skewMs;
  }

  /** Takes the time from a response's `Date` header. Ignores one that is missing or is no date. */
  observe(date: string | null): void {
    const dateMs = parseHttpDate(date);
    if (dateMs === undefined) return;
    this.#skewMs = dateMs - this.#clock.nowMs();
    if (this.#isSkewReported || Math.abs(this.#skewMs) <= NOTABLE_SKEW_MS) return;
    this.#isSkewReported = true;
    this.#onSkew(this.#skewMs);
  }
}
