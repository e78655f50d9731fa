/** Time as the action sees it. Passed in, so that tests run hours in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never runs backwards within one run. */
  nowMs(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason as soon as the signal aborts
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// The longest delay that setTimeout takes (2^31 - 1 ms); a longer one would fire at once.
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the machine, immune to corrections of the system's time while the action runs. */
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

/** A duration for people: `290 s`, `0.4 s`. */
export function formatSeconds(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1_000) : Math.round(ms / 100) / 10} s`;
}
