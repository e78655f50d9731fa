import type { Clock } from '../src/clock.ts';

// The longest delay of setTimeout, which is also the limit of the system clock.
const MAX_TIMER_MS = 2_147_483_647;
// Streams deliver data in later turns of the event loop. Time must wait for them.
const TURNS_BEFORE_ADVANCE = 3;
const TURNS_BEFORE_DEADLOCK = 1000;
// Long enough for a module that a test loads on demand, on a busy machine.
const REAL_MS_BEFORE_DEADLOCK = 10_000;

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const fileSystemIsBusy = (): boolean =>
  process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name === 'CloseReq');

/** Time that advances only when all work waits for it. Hours pass in milliseconds. */
export class VirtualClock implements Clock {
  /** Every requested sleep in milliseconds, in order, without those of `unrecorded()`. */
  readonly sleeps: number[] = [];

  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;

  readonly #deadlockMs: number;

  /**
   * @param startMs start time, in milliseconds since the epoch
   * @param deadlockMs real milliseconds without any event after which the work counts as stuck
   */
  constructor(startMs = Date.parse('2026-11-23T09:00:00Z'), deadlockMs = REAL_MS_BEFORE_DEADLOCK) {
    this.#nowMs = startMs;
    this.#deadlockMs = deadlockMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /**
   * @throws the signal's reason as soon as the signal aborts
   * @throws a RangeError when `ms` is not a number
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return this.#sleep(ms, signal);
  }

  /** The same time without a record of sleeps, for the server: its waits are not those of the client. */
  unrecorded(): Clock {
    return { nowMs: () => this.#nowMs, sleep: (ms, signal) => this.#sleep(ms, signal) };
  }

  /** The same time on a clock that is `offsetMs` ahead, or behind if negative. Its sleeps are recorded. */
  offBy(offsetMs: number): Clock {
    return { nowMs: () => this.#nowMs + offsetMs, sleep: (ms, signal) => this.sleep(ms, signal) };
  }

  /**
   * Advances the time until the work settles. Settles like the work.
   * @throws an Error 'deadlock' when nothing sleeps and nothing happens
   */
  async run<T>(work: Promise<T> | (() => T | Promise<T>)): Promise<T> {
    let settled = false;
    const promise = typeof work === 'function' ? (async () => work())() : work;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    let idleTurns = 0;
    let idleSinceMs = performance.now();
    while (!settled) {
      await turn();
      idleTurns = fileSystemIsBusy() ? 0 : idleTurns + 1;
      if (settled || idleTurns < TURNS_BEFORE_ADVANCE) continue;
      if (this.#advance()) {
        idleTurns = 0;
        idleSinceMs = performance.now();
      } else if (idleTurns > TURNS_BEFORE_DEADLOCK && performance.now() - idleSinceMs > this.#deadlockMs) {
        throw new Error('deadlock: nothing sleeps and the work does not settle');
      }
    }
    return promise;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (Number.isNaN(ms)) throw new RangeError('sleep(NaN)');
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + Math.max(0, Math.min(ms, MAX_TIMER_MS)),
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #advance(): boolean {
    if (this.#sleepers.size === 0) return false;
    const dueMs = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.dueMs));
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueMs > dueMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    return true;
  }
}
