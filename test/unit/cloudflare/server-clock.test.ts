import { expect, test } from 'vitest';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { ServerClock } from '../../../src/cloudflare/server-clock.ts';

const MINUTE_MS = 60_000;

/** A clock after responses with these dates, given in milliseconds from the runner's time or as text. */
function observe(...dates: readonly (number | string | null)[]) {
  const clock = new VirtualClock();
  const reported: number[] = [];
  const server = new ServerClock(clock, (skewMs) => void reported.push(skewMs));
  const startMs = Math.floor(clock.nowMs() / 1_000) * 1_000;
  for (const date of dates) {
    server.observe(typeof date === 'number' ? new Date(startMs + date).toUTCString() : date);
  }
  return { aheadMs: server.nowMs() - clock.nowMs(), reported };
}

test.each([
  ['none', [null], 0],
  ['a text', ['tomorrow'], 0],
  ['a number', ['1'], 0],
  ['a date three days ahead', [72 * 60 * MINUTE_MS], 72 * 60 * MINUTE_MS],
  ['two dates', [72 * 60 * MINUTE_MS, -7 * MINUTE_MS], -7 * MINUTE_MS],
  ['a date and then none', [-7 * MINUTE_MS, null], -7 * MINUTE_MS],
])('the time is that of the newest response with a date: %s', (_title, dates, aheadMs) => {
  expect(observe(...dates).aheadMs).toBeCloseTo(aheadMs, -4);
});

test.each([
  [[5 * MINUTE_MS], 0],
  [[5 * MINUTE_MS + 1_000], 1],
  [[-5 * MINUTE_MS - 1_000], 1],
  [[0, 6 * MINUTE_MS, 60 * MINUTE_MS], 1],
])('skews after the dates %j are reported %i times', (dates, count) => {
  expect(observe(...dates).reported).toHaveLength(count);
});
