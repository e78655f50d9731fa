/** Time as the action sees it. Injected, so that tests run hours in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never runs backwards within one run. */
  nowMs(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason as soon as the signal aborts
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay of `setTimeout`, 2^31 - 1 ms; a longer one fires at once. Source: Node.js, "Timers". */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the machine, unaffected by corrections of the system's time during a run. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(ms, MAX_TIMER_MS),
      );
      signal?.addEventListener('abort', onAbort);
    }),
};

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** What to throw when the time is up. */
  readonly timeoutError: Error;
  /** Ends the work early. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` under a time limit. Rejects at the limit, or when `signal` aborts, even if `work` ignores the signal
 * that it is handed.
 *
 * @throws `timeoutError`, the reason of `signal`, or what `work` throws
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const finished = new AbortController();
  limit.clock.sleep(limit.ms, finished.signal).then(
    () => timeout.abort(limit.timeoutError),
    () => undefined,
  );
  const signal = AbortSignal.any([timeout.signal, limit.signal]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    finished.abort();
  }
}

/** A duration for people: `290 s`, `0.4 s`. */
export function formatSeconds(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1_000) : Math.round(ms / 100) / 10} s`;
}
