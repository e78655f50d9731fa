import { countOf } from './words.ts';

/** Time as the action sees it. Injected, so that tests run hours in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never runs backwards within one run. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay of `setTimeout`, 2^31 - 1 ms; a longer one fires at once. Source: Node.js, "Timers". */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the machine. Corrections of the system time during a run do not change it. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal?.reason);
    const timer = setTimeout(resolve, Math.min(ms, MAX_TIMER_MS));
    signal?.addEventListener('abort', onAbort);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  },
};

export interface TimeLimit {
  readonly clock: Clock;
  /** Time for the work, in milliseconds. */
  readonly ms: number;
  /** Thrown when the time is over. */
  readonly timeoutError: Error;
  /** Ends the work early. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` under a time limit. Rejects at the limit, or when `signal` aborts, even if `work` ignores the signal that
 * it gets.
 * @throws `timeoutError`, the reason of `signal`, or what `work` throws
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  limit.signal.throwIfAborted();
  const end = new AbortController();
  const signal = AbortSignal.any([limit.signal, end.signal]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason));
  const timeOut = (): void => end.abort(limit.timeoutError);
  limit.clock.sleep(limit.ms, signal).then(timeOut, () => undefined);
  try {
    return await Promise.race([aborted, work(signal)]);
  } finally {
    end.abort();
  }
}

/** A long duration in milliseconds, for people: `3 days`, `2 hours`, `7 minutes`; rounded down. */
export function formatDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return countOf(Math.floor(hours / 24), 'day');
  return hours >= 2 ? countOf(hours, 'hour') : countOf(minutes, 'minute');
}

/** A duration in milliseconds, for people: `290 s`, `0.4 s`. */
export function formatSeconds(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1_000) : Math.round(ms / 100) / 10} s`;
}
