import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatSeconds, systemClock, type TimeLimit, withTimeLimit } from '../../src/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  if (vi.isFakeTimers()) expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** How a promise settled; empty while it is pending. */
function watch(promise: Promise<unknown>): unknown[] {
  const settled: unknown[] = [];
  promise.then(
    (value) => settled.push(value ?? 'resolved'),
    (reason: unknown) => settled.push(reason),
  );
  return settled;
}

test('the system clock counts from the Unix epoch', () => {
  expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(60_000);
});

test('the system clock does not follow a correction of the system’s time', () => {
  vi.useRealTimers();
  const beforeMs = systemClock.nowMs();
  vi.setSystemTime(0);
  expect(Date.now()).toBeLessThan(60_000);
  expect(systemClock.nowMs()).toBeGreaterThanOrEqual(beforeMs);
});

test('a sleep ends after its time and not before', async () => {
  const settled = watch(systemClock.sleep(1_000));
  await vi.advanceTimersByTimeAsync(999);
  expect(settled).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(settled).toEqual(['resolved']);
});

test.each([2 ** 31, Number.POSITIVE_INFINITY])('a sleep of %d ms does not end at once', async (ms) => {
  const job = new AbortController();
  const settled = watch(systemClock.sleep(ms, job.signal));
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(settled).toEqual([]);
  job.abort();
});

test('a sleep ends with the reason of its signal, and leaves no timer', async () => {
  const job = new AbortController();
  const settled = watch(systemClock.sleep(1_000, job.signal));
  await vi.advanceTimersByTimeAsync(10);
  expect(vi.getTimerCount()).toBe(1);
  job.abort('because');
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toEqual(['because']);
});

test('a sleep with an aborted signal does not begin', async () => {
  await expect(systemClock.sleep(1_000, AbortSignal.abort('before'))).rejects.toBe('before');
});

test('a sleep leaves no listener on its signal', async () => {
  const { signal } = new AbortController();
  const settled = watch(systemClock.sleep(1_000, signal));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(settled).toEqual(['resolved']);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

const timeoutError = new Error('too slow');

function limitOf(ms: number, signal = new AbortController().signal): TimeLimit {
  return { clock: systemClock, ms, timeoutError, signal };
}

test.each<[string, () => Promise<string>, unknown]>([
  ['resolves with what its work resolves with', async () => 'done', 'done'],
  ['rejects with what its work throws', () => Promise.reject('broken'), 'broken'],
])('a time limit %s', async (_title, work, expected) => {
  const settled = watch(withTimeLimit(limitOf(1_000), work));
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toEqual([expected]);
});

test('a time limit ends work that ignores its signal, and aborts that signal', async () => {
  const seen: AbortSignal[] = [];
  const settled = watch(
    withTimeLimit(limitOf(1_000), (signal) => {
      seen.push(signal);
      return new Promise(() => undefined);
    }),
  );
  await vi.advanceTimersByTimeAsync(999);
  expect(settled).toEqual([]);
  expect(seen[0]?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(settled).toEqual([timeoutError]);
  expect(seen[0]?.reason).toBe(timeoutError);
});

test.each([0, 10])('an abort after %d ms ends work under a time limit with its reason', async (ms) => {
  const job = new AbortController();
  if (ms === 0) job.abort('cancelled');
  const settled = watch(withTimeLimit(limitOf(1_000, job.signal), () => new Promise(() => undefined)));
  await vi.advanceTimersByTimeAsync(ms);
  job.abort('cancelled');
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toEqual(['cancelled']);
});

test('work that fails after its time limit is not an unhandled rejection', async () => {
  const settled = watch(
    withTimeLimit(limitOf(1_000), async () => {
      await systemClock.sleep(2_000);
      throw new Error('late');
    }),
  );
  await vi.advanceTimersByTimeAsync(2_000);
  expect(settled).toEqual([timeoutError]);
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
  [Number.POSITIVE_INFINITY, 'Infinity s'],
])('%d ms are written as %j', (ms, text) => {
  expect(formatSeconds(ms)).toBe(text);
});
