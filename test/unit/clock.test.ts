import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatSeconds, systemClock } from '../../src/clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('the time of the machine', () => {
  test('counts from the Unix epoch', () => {
    expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(60_000);
  });

  test('does not follow a correction of the system’s time', () => {
    const beforeMs = systemClock.nowMs();
    vi.setSystemTime(0);
    expect(Date.now()).toBeLessThan(60_000);
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(beforeMs);
  });
});

describe('sleeping', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  /** What becomes of a promise: a list that stays empty while it is pending. */
  const watch = (promise: Promise<void>): unknown[] => {
    const seen: unknown[] = [];
    promise.then(
      () => seen.push('woke'),
      (reason: unknown) => seen.push(reason),
    );
    return seen;
  };

  test('ends after the time asked for and not before', async () => {
    const seen = watch(systemClock.sleep(1_000));
    await vi.advanceTimersByTimeAsync(999);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(['woke']);
  });

  test.each([2 ** 31, Number.POSITIVE_INFINITY])(
    'does not end at once for %d ms, longer than a timer takes',
    async (ms) => {
      const seen = watch(systemClock.sleep(ms));
      await vi.advanceTimersByTimeAsync(24 * 3_600_000);
      expect(seen).toEqual([]);
    },
  );

  test('ends with the signal’s reason as soon as it aborts, and leaves no timer behind', async () => {
    const controller = new AbortController();
    const seen = watch(systemClock.sleep(1_000, controller.signal));
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort('because');
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['because']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not begin when the signal has aborted before', async () => {
    await expect(systemClock.sleep(1_000, AbortSignal.abort('before'))).rejects.toBe('before');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const seen = watch(systemClock.sleep(1_000, signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual(['woke']);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test.each([
  [0, '0 s'],
  [49, '0 s'],
  [50, '0.1 s'],
  [437.5, '0.4 s'],
  [1_000, '1 s'],
  [9_940, '9.9 s'],
  [10_000, '10 s'],
  [10_499, '10 s'],
  [290_000, '290 s'],
])('%d ms are %j for people', (ms, text) => {
  expect(formatSeconds(ms)).toBe(text);
});
