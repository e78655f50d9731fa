import { expect, test } from 'vitest';
import type { ApiError, StopReason } from '../../../src/cloudflare/errors.ts';
import { runProblem } from '../../../src/problems/run-problem.ts';
import { stopProblem } from '../../../src/problems/stop-problem.ts';
import { apiError } from '../cloudflare/fixture.ts';

/** A step whose 10 s leave no time for a pause of `seconds`. */
function rateLimit(seconds: number, reason: 'refused' | 'announced', error?: ApiError): StopReason {
  const pause = { reason, durationMs: seconds * 1_000, untilMs: 0, error };
  return { kind: 'rate-limit', pause, waitedMs: 0, leftMs: 5_000, timeoutSeconds: 10 };
}

const tooMany = apiError({
  status: 429,
  reason: 'HTTP 429',
  effect: 'not-applied',
  stopKind: 'rate-limit',
  retryAfterMs: 290_000,
});

test.each<[StopReason, string, string, string]>([
  [{ kind: 'cancelled' }, 'The job was cancelled', '', 'Run the job again'],
  [
    { kind: 'deadline', timeoutSeconds: 10 },
    'The step ran out of time',
    'The step’s budget of 10 s is used up.',
    'Raise timeout-seconds, or handle fewer invites',
  ],
  [
    rateLimit(290, 'announced'),
    'Cloudflare’s rate limit leaves no time',
    'A pause of 290 s is needed (no request left in Cloudflare’s rate limit), and the step has 5 s of its 10 s left.',
    'Raise timeout-seconds, or run the job again after the pause.',
  ],
  [
    rateLimit(Number.POSITIVE_INFINITY, 'refused', tooMany),
    'Cloudflare’s rate limit leaves no time',
    'A pause of Infinity s is needed (Cloudflare responded with HTTP 429, too many requests), and the step has 5 s of its 10 s left. PATCH /user/invites/abc failed: HTTP 429.',
    'over Cloudflare’s rate limit',
  ],
  [
    {
      kind: 'credentials',
      error: apiError({ status: 401, reason: 'HTTP 401', stopKind: 'credentials', isAuthError: true }),
    },
    'Cloudflare refused the credentials',
    'PATCH /user/invites/abc failed: HTTP 401.',
    'does not accept this API token',
  ],
])('a stop under the title "$1" says why: $2', (reason, title, message, hint) => {
  expect(stopProblem(reason, 'api-token')).toMatchObject({ title, message, hint: expect.stringContaining(hint) });
});

test.each([undefined, tooMany])('a stop at the first rate limit says how to wait for it', (error) => {
  const reason = { ...rateLimit(290, 'refused', error), leftMs: undefined };
  expect(stopProblem(reason, 'api-token')).toMatchObject({
    title: 'Cloudflare’s rate limit ended the step',
    hint: 'Run the job again after the pause, or fewer jobs with this user at the same time; with retries of 1 or more the step waits by itself.',
  });
});

test.each<StopReason>([{ kind: 'cancelled' }, { kind: 'deadline', timeoutSeconds: 10 }, rateLimit(290, 'announced')])(
  'a stop without a response has no details: $kind',
  (reason) => {
    expect(stopProblem(reason, 'api-token').details).toEqual([]);
  },
);

test('a stop by a rate limit says how long the step waited', () => {
  const reason = { ...rateLimit(40, 'refused', tooMany), waitedMs: 35_000 };
  expect(stopProblem(reason, 'api-token').message).toContain('The step has waited 35 s for the limit.');
});

test('a stop by a rate limit names the delay that the server asked for', () => {
  const { details } = stopProblem(rateLimit(290, 'refused', tooMany), 'api-token');
  expect(details).toEqual(['The server asked to wait 290 s before another attempt.']);
});

test.each([
  ['malformed', /HTTPS_PROXY or HTTP_PROXY is malformed .* http:\/\/proxy\.example:3128/],
  ['unsupported', new RegExp(`Node ${process.version} cannot use it.*Node 24\\.14 or later`)],
] as const)('a proxy that is %s is explained', (problem, message) => {
  expect(runProblem({ kind: 'proxy', problem })?.message).toMatch(message);
});
