import { describe, expect, test } from 'vitest';
import { MAX_CONCURRENT_REQUESTS } from '../../src/cloudflare/limiter.ts';
import { invites, run, seededRandom } from '../run.ts';

// Cloudflare's limit for a user: 1,200 requests in five minutes; a request beyond it is refused, and so are all for five minutes more.
const REQUESTS = 1_200;
const WINDOW_MS = 300_000;
const BLOCK_MS = 300_000;

/** Page size that the action asks for, and gets. */
const PAGE_SIZE = 50;

/** Maximum of the measured time divided by the time that the limit allows. */
const TOLERANCE = 1.1;

interface Load {
  readonly count: number;
  /** Average time of a response. */
  readonly latencyMs: number;
}

/** A step that finds `count` pending invites under Cloudflare's limit and accepts them all. */
function acceptAll({ count, latencyMs }: Load, announce: boolean) {
  const rateLimit = { requests: REQUESTS, windowMs: WINDOW_MS, blockMs: BLOCK_MS, announce };
  // Responses overtake each other, so that the last requests of a window are not sent at the same time.
  const random = seededRandom(count);
  return run({
    inputs: { 'organization-name': '*', 'timeout-seconds': '86400' },
    world: {
      // They live for longer than the step.
      invites: invites(count, () => ({ expires_on: '2026-12-24T09:00:00Z' })),
      honourPerPage: true,
      latencyMs: () => latencyMs * (0.5 + random()),
      rateLimit,
    },
  });
}

/** The requests that no client can do without: the pages of the list one after another, then one PATCH each. */
function neededRequests({ count }: Load): { readonly pages: number; readonly all: number } {
  const pages = Math.ceil(count / PAGE_SIZE);
  return { pages, all: pages + count };
}

/** How many times the limit is used up before the last request. */
function fullWindows(load: Load): number {
  return Math.floor((neededRequests(load).all - 1) / REQUESTS);
}

/**
 * The time of a client that knows the limit from the first request and never exceeds it: every window that it uses
 * up lasts five minutes from its first request, whatever time the requests in it take, and what is left for the last
 * window takes the time of its responses.
 */
function allowedWhenAnnounced(load: Load): number {
  const { pages, all } = neededRequests(load);
  const windows = fullWindows(load);
  const last = all - windows * REQUESTS;
  const pagesInLast = windows === 0 ? pages : 0;
  return windows * WINDOW_MS + (pagesInLast + (last - pagesInLast) / MAX_CONCURRENT_REQUESTS) * load.latencyMs;
}

/**
 * The time of a client that learns of the limit from refusals alone. It cannot know that a window is used up before
 * it asks for more, and pays for each with the time that its requests took and the five minutes of the refusal.
 */
function allowedWhenRefused(load: Load): number {
  const { pages } = neededRequests(load);
  return fullWindows(load) * BLOCK_MS + (pages + load.count / MAX_CONCURRENT_REQUESTS) * load.latencyMs;
}

describe.each<Load>([
  { count: 1_000, latencyMs: 100 },
  { count: 3_000, latencyMs: 50 },
  { count: 3_000, latencyMs: 200 },
])('rate limit', { timeout: 60_000 }, (load) => {
  const name = `${load.count} invites, ${load.latencyMs} ms per response`;

  test(`an announced limit costs no refusal and no extra time: ${name}`, async () => {
    const { exitCode, sandbox, elapsedMs } = await acceptAll(load, true);
    expect(exitCode).toBe(0);
    expect(sandbox.invites().every(({ status }) => status === 'accepted')).toBe(true);
    expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(elapsedMs / allowedWhenAnnounced(load)).toBeLessThanOrEqual(TOLERANCE);
  });

  test(`a limit that only refusals show costs no extra time: ${name}`, async () => {
    const { exitCode, sandbox, elapsedMs } = await acceptAll(load, false);
    expect(exitCode).toBe(0);
    expect(sandbox.invites().every(({ status }) => status === 'accepted')).toBe(true);
    // Those that were under way together when the window was used up, and none while the refusal lasts.
    const refused = sandbox.requests.filter(({ status }) => status === 429).length;
    expect(refused).toBeLessThanOrEqual(fullWindows(load) * MAX_CONCURRENT_REQUESTS);
    expect(elapsedMs / allowedWhenRefused(load)).toBeLessThanOrEqual(TOLERANCE);
  });
});
