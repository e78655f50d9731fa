import { envelopeFailure, error500, problem, tooManyRequests } from '../../sandbox/cloudflare.ts';
import { inviteId, invites } from '../run.ts';
import {
  ALL,
  always,
  type Case,
  type CaseResponse,
  dropped,
  http,
  ID,
  idsTo,
  late,
  noConnection,
  onGet,
  onInvite,
  onPatch,
  sharing,
  shows,
  times,
  withHeaders,
} from './case.ts';

const READ = { 'dry-run': 'true' };
const NONE_LEFT = { ratelimit: '"default";r=0;t=30' };
const TWO = { 'invite-id': `${ID} ${inviteId(2)}` };

/** What the server says about the delay: headers, and the wait that follows in milliseconds, if it says anything. */
const DELAYS: readonly (readonly [what: string, headers: Readonly<Record<string, string>>, waitMs?: number])[] = [
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['no seconds', { 'retry-after': '0' }],
  ['less than no seconds', { 'retry-after': '-5' }],
  ['parts of a second', { 'retry-after': '1.5' }, 1_500],
  ['more seconds than any backoff', { 'retry-after': '290' }, 290_000],
  ['milliseconds', { 'retry-after-ms': '250' }, 250],
  ['milliseconds and more seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 7_000],
  ['milliseconds and less seconds', { 'retry-after-ms': '2500', 'retry-after': '1' }, 2_500],
  ['a date', { 'retry-after': 'Mon, 23 Nov 2026 09:00:20 GMT' }, 20_000],
  ['a date of RFC 850', { 'retry-after': 'Monday, 23-Nov-26 09:00:20 GMT' }, 20_000],
  ['a date of asctime', { 'retry-after': 'Mon Nov 23 09:00:20 2026' }, 20_000],
  [
    'a date by a clock of its own',
    { 'retry-after': 'Mon, 23 Nov 2026 12:00:20 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' },
    20_000,
  ],
  ['a date that is over', { 'retry-after': 'Mon, 23 Nov 2026 08:00:00 GMT' }],
  [
    'a date that is over by a clock of its own',
    { 'retry-after': 'Mon, 23 Nov 2026 09:00:20 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' },
  ],
  ['nonsense', { 'retry-after': 'soon' }],
  ['nothing', {}],
];

/** Failures of a read that may pass. */
const PASSING: readonly (readonly [what: string, response: CaseResponse])[] = [
  ['HTTP 500', error500()],
  ['HTTP 502', http(502, '<html>')],
  ['HTTP 408', envelopeFailure(408)],
  ['HTTP 409', envelopeFailure(409)],
  ['JSON that is cut off', http(200, '{"success": tr')],
  ['a connection that drops', dropped],
  ['a connection that is refused', noConnection],
  ['a success that shows another invite', shows({ id: 'other' })],
  ['a success that shows no status', shows({ status: undefined })],
];

/** Failures of a read that last. */
const LASTING: readonly (readonly [what: string, response: CaseResponse])[] = [
  ['HTTP 525', problem({ status: 525 })],
  ['HTTP 503 with x-should-retry: false', http(503, '', { 'x-should-retry': 'false' })],
  ['HTTP 429 with x-should-retry: false', http(429, '', { 'x-should-retry': 'false' })],
  ['HTTP 400', envelopeFailure(400)],
  ['HTTP 403', envelopeFailure(403)],
  ['HTTP 404', envelopeFailure(404)],
  ['HTTP 410', envelopeFailure(410)],
  ['HTTP 400 with x-should-retry: true', http(400, '', { 'x-should-retry': 'true' })],
  ['success: false', http(200, { success: false })],
];

/** How long a step waits where the server asks for it, and where a limit is met. */
export const cases: readonly Case[] = [
  ...[429, 503].flatMap((status) =>
    DELAYS.map(
      ([what, headers, waitMs = status === 429 ? 5_000 : 500]): Case => ({
        name: `HTTP ${status} that asks for ${what} is obeyed`,
        inputs: READ,
        responses: [http(status, { success: false }, { 'content-type': 'application/json', ...headers })],
        requests: 'GET GET',
        exit: 0,
        atMs: [0, waitMs],
      }),
    ),
  ),
  ...[429, 520].map(
    (status): Case => ({
      name: `a problem body ${status} that asks for a delay is obeyed`,
      inputs: READ,
      responses: [problem({ status, retry_after: 12 })],
      requests: 'GET GET',
      exit: 0,
      atMs: [0, 12_000],
    }),
  ),
  {
    name: 'retries are lines of the log',
    inputs: READ,
    responses: [error500(), tooManyRequests({ retryAfter: 20 })],
    requests: 'GET GET GET',
    exit: 0,
    atMs: [0, 500, 20_500],
    logs: [
      `GET /user/invites/${ID}: HTTP 500 (attempt 1 of 5 failed; next in 0.5 s)`,
      'Pausing all requests for 20 s, until 2026-11-23T09:00:20.500Z: Cloudflare responded with HTTP 429',
    ],
  },

  // One limit for all requests
  ...sharing({ exit: 0 }, [
    {
      name: '429 pauses every request of the step',
      inputs: { 'invite-id': idsTo(6) },
      invites: invites(6),
      responses: [
        onInvite(1, tooManyRequests({ retryAfter: 10 })),
        ...[2, 3, 4].map((nth) => onInvite(nth, late(100))),
      ],
      requests: 'PATCH PATCH PATCH PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 0, 0, 10_000, 10_000, 10_000],
      logs: ['Pausing all requests for 10 s'],
    },
    {
      name: '429 holds back an invite that waits for another reason',
      inputs: TWO,
      invites: invites(2),
      responses: [onInvite(1, error500()), onInvite(2, { ...tooManyRequests({ retryAfter: 10 }), delayMs: 100 })],
      requests: 'PATCH PATCH PATCH GET PATCH',
      atMs: [0, 0, 10_100, 10_100, 10_100],
    },
    {
      name: '429 to requests that are under way together is one pause',
      inputs: { 'invite-id': idsTo(4) },
      invites: invites(4),
      responses: [times(4, tooManyRequests())],
      requests: 'PATCH PATCH PATCH PATCH PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 0, 0, 5_000, 5_000, 5_000, 5_000],
    },
    {
      name: '429 without Retry-After pauses for longer each time',
      responses: [times(8, tooManyRequests())],
      requests: 'GET GET GET GET GET GET GET GET GET',
      inputs: { ...READ, 'timeout-seconds': '1000', retries: '1' },
      atMs: [0, 5_000, 15_000, 35_000, 75_000, 155_000, 315_000, 615_000, 915_000],
      neverLogs: ['attempt'],
    },
    {
      name: '429 after a success begins a new row of pauses',
      inputs: ALL,
      responses: [times(2, onGet(tooManyRequests())), onPatch(tooManyRequests())],
      requests: 'GET GET GET PATCH PATCH',
      atMs: [0, 5_000, 15_000, 15_000, 20_000],
    },
    {
      name: '429 after another failure begins a new row of pauses',
      inputs: READ,
      responses: [tooManyRequests(), tooManyRequests(), problem({ status: 522, retry_after: 1 }), tooManyRequests()],
      requests: 'GET GET GET GET GET',
      atMs: [0, 5_000, 15_000, 16_000, 21_000],
    },
    {
      name: 'a pause that fits is waited for',
      inputs: { ...ALL, 'timeout-seconds': '300' },
      responses: [tooManyRequests({ retryAfter: 290 })],
      requests: 'GET GET PATCH',
      tookMs: 290_000,
    },
    {
      name: 'a delay that fits by a millisecond is waited for',
      inputs: { ...READ, 'timeout-seconds': '60' },
      responses: [http(503, 'down', { 'retry-after-ms': '59999' })],
      requests: 'GET GET',
      atMs: [0, 59_999],
    },

    {
      name: 'a pause becomes longer where another response asks for more, for those who wait already too',
      inputs: TWO,
      invites: invites(2),
      responses: [
        onInvite(1, tooManyRequests({ retryAfter: 5 })),
        onInvite(2, { ...tooManyRequests({ retryAfter: 9 }), delayMs: 1_000 }),
      ],
      requests: 'PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 10_000, 10_000],
      logs: ['Pausing all requests for 5 s', 'Pausing all requests for 9 s'],
    },
    {
      name: 'a pause stays as it is where another response asks for less, and is not announced again',
      inputs: TWO,
      invites: invites(2),
      responses: [
        onInvite(1, tooManyRequests({ retryAfter: 5 })),
        onInvite(2, { ...tooManyRequests({ retryAfter: 3 }), delayMs: 1_000 }),
      ],
      requests: 'PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 5_000, 5_000],
      logs: ['Pausing all requests for 5 s'],
      neverLogs: ['for 3 s'],
    },
    {
      name: 'a pause that becomes hardly longer is not announced again',
      inputs: TWO,
      invites: invites(2),
      responses: [
        onInvite(1, tooManyRequests({ retryAfter: 5 })),
        onInvite(2, { ...tooManyRequests({ retryAfter: 5 }), delayMs: 1_000 }),
      ],
      requests: 'PATCH PATCH PATCH PATCH',
      atMs: [0, 0, 6_000, 6_000],
      neverLogs: ['until 2026-11-23T09:00:06'],
    },

    // Ratelimit
    {
      name: 'a limit that is announced is not met',
      inputs: { 'organization-name': 'Globex', 'wait-seconds': '10', 'if-no-match': 'ignore' },
      invites: [],
      server: { rateLimit: { requests: 2, windowMs: 60_000, announce: true } },
      requests: 'GET GET GET GET',
      atMs: [0, 5_000, 60_000, 60_000],
      logs: ['no request left in Cloudflare’s rate limit'],
    },
    {
      name: 'Ratelimit with nothing left pauses requests after a success',
      inputs: ALL,
      responses: [withHeaders(NONE_LEFT)],
      requests: 'GET PATCH',
      atMs: [0, 30_000],
    },
    {
      name: 'Ratelimit with requests left pauses nothing',
      inputs: ALL,
      responses: [withHeaders({ ratelimit: '"default";r=1;t=30' })],
      requests: 'GET PATCH',
      tookMs: 0,
    },
  ]),
  ...(['seconds', 'date', 'ms'] as const).map(
    (retryAfter): Case => ({
      name: `a server that says in ${retryAfter} when to come back is asked again right then`,
      inputs: { 'invite-id': idsTo(4), 'dry-run': 'true' },
      invites: invites(4),
      server: { rateLimit: { requests: 2, windowMs: 5_000, retryAfter } },
      requests: 'GET GET GET GET GET GET',
      exit: 0,
      atMs: [0, 0, 0, 0, 5_000, 5_000],
    }),
  ),
  {
    name: 'a rate limit ends a step without retries with the limit’s message',
    inputs: { 'invite-id': idsTo(6), retries: '0' },
    invites: invites(6),
    responses: [onInvite(1, tooManyRequests({ retryAfter: 10 })), ...[2, 3, 4].map((nth) => onInvite(nth, late(100)))],
    requests: 'PATCH PATCH PATCH PATCH',
    exit: 1,
    annotations: ['error: Cloudflare’s rate limit ended the step'],
    says: ['A pause of 10 s is needed (Cloudflare responded with HTTP 429', 'code 971'],
    outcomes: ['failed', 'changed', 'changed', 'changed', 'not_attempted', 'not_attempted'],
    tookMs: 100,
  },
  ...sharing({ inputs: { retries: '0' }, requests: 'PATCH GET', exit: 1, atMs: [0, 30_000] }, [
    {
      name: 'Ratelimit with nothing left pauses requests after an error',
      responses: [http(400, { success: false }, NONE_LEFT)],
    },
    {
      name: 'Ratelimit with nothing left pauses requests after a response that cannot be read',
      responses: [http(502, '<html>', { ratelimit: '"a";r=0;t=30, "b";r=9;t=90' })],
    },
  ]),

  // No time
  ...sharing({ exit: 1, title: 'Cloudflare’s rate limit leaves no time', tookMs: 0 }, [
    {
      name: 'a rate limit that leaves no time stops the step at once',
      inputs: { 'timeout-seconds': '20' },
      responses: [tooManyRequests({ retryAfter: 290 })],
      requests: 'PATCH',
      says: ['A pause of 290 s is needed', 'of its 20 s left', 'HTTP 429', 'code 971', 'asked to wait 290 s'],
      hints: ['rate limit (1,200 requests in 5 minutes', 'Raise timeout-seconds'],
      summary: ['290 s'],
    },
    {
      name: 'a rate limit without an end stops the step at once',
      inputs: READ,
      responses: [tooManyRequests({ retryAfter: '9'.repeat(400) })],
      requests: 'GET',
      says: ['A pause of Infinity s is needed'],
    },
    {
      name: 'a pause that becomes too long stops those who wait already',
      inputs: { ...TWO, 'timeout-seconds': '10' },
      invites: invites(2),
      responses: [
        onInvite(1, tooManyRequests({ retryAfter: 5 })),
        onInvite(2, { ...tooManyRequests({ retryAfter: 60 }), delayMs: 1_000 }),
      ],
      requests: 'PATCH PATCH',
      says: ['A pause of 60 s is needed', 'the step has 9 s of its 10 s left'],
      outcomes: ['failed', 'failed'],
      tookMs: 1_000,
    },
    {
      name: 'the longer one of two refusals explains a rate limit that leaves no time',
      inputs: { ...TWO, 'timeout-seconds': '10' },
      invites: invites(2),
      responses: [
        onInvite(1, { ...tooManyRequests({ retryAfter: 60, code: 971 }), delayMs: 10 }),
        onInvite(2, { ...tooManyRequests({ retryAfter: 30, code: 10100 }), delayMs: 10 }),
      ],
      requests: 'PATCH PATCH',
      says: ['A pause of 60 s is needed', 'code 971'],
      neverSays: ['code 10100'],
      tookMs: 10,
    },
    {
      name: 'Ratelimit that leaves no time is not explained by an earlier refusal',
      inputs: { ...ALL, 'timeout-seconds': '10' },
      responses: [tooManyRequests({ retryAfter: 1 }), withHeaders({ ratelimit: '"default";r=0;t=60' })],
      requests: 'GET GET',
      says: ['A pause of 60 s is needed (no request left in Cloudflare’s rate limit)'],
      neverSays: ['HTTP 429'],
      tookMs: 1_000,
    },
    {
      name: 'a rate limit that leaves no time for the list stops the step at once',
      inputs: { ...ALL, 'timeout-seconds': '20' },
      responses: [tooManyRequests({ retryAfterMs: 290_000, code: 10100 })],
      requests: 'GET',
      says: ['290 s', 'code 10100'],
      hints: ['rate limit', 'timeout-seconds'],
    },
    {
      name: 'a rate limit that leaves no time leaves a listed invite pending and known',
      inputs: { ...ALL, 'timeout-seconds': '20' },
      responses: [onPatch(tooManyRequests({ retryAfter: 290 }))],
      requests: 'GET PATCH',
      neverSays: ['State unknown'],
      outcomes: ['failed'],
      outputs: { status: 'pending' },
    },
    {
      name: 'a rate limit that leaves no time keeps what was accepted before',
      inputs: { ...ALL, 'timeout-seconds': '20' },
      invites: invites(3),
      responses: [onInvite(3, tooManyRequests({ retryAfter: 290 }))],
      requests: 'GET PATCH PATCH PATCH',
      outcomes: ['changed', 'changed', 'failed'],
    },
    {
      name: 'a rate limit that leaves no time stops several invites with one error',
      inputs: { 'invite-id': idsTo(6), 'timeout-seconds': '20' },
      invites: invites(6),
      responses: [always({ ...tooManyRequests({ retryAfter: 290 }), delayMs: 50 })],
      requests: 'PATCH PATCH PATCH PATCH',
      outputs: { matched_count: '6', failed_count: '6' },
      tookMs: 50,
    },
    {
      name: 'a rate limit that leaves no time is explained by the refusal although Ratelimit says so too',
      inputs: READ,
      server: { rateLimit: { requests: 0, windowMs: 300_000, blockMs: 900_000, announce: true } },
      requests: 'GET',
      says: ['A pause of 900 s is needed (Cloudflare responded with HTTP 429', 'code 10100'],
    },
    {
      name: 'Ratelimit with nothing left for too long stops the step before its next request',
      inputs: ALL,
      responses: [withHeaders({ ratelimit: '"default";r=0;t=900' })],
      requests: 'GET',
      says: ['A pause of 900 s is needed'],
      outcomes: ['not_attempted'],
    },
  ]),
  ...sharing({ exit: 1 }, [
    {
      name: 'a delay that HTTP 503 asks for and that does not fit is named at once',
      inputs: { 'timeout-seconds': '60' },
      responses: [http(503, 'down', { 'retry-after': '60' })],
      requests: 'PATCH GET',
      says: ['asked to wait 60 s', 'timeout-seconds leaves no time', 'Pending when last read'],
      tookMs: 0,
    },
    {
      name: 'a delay that a problem body asks for and that does not fit is named at once',
      inputs: { ...READ, 'timeout-seconds': '60' },
      responses: [problem({ status: 522, retry_after: 120 })],
      requests: 'GET',
      says: ['asked to wait 120 s', 'timeout-seconds leaves no time'],
      tookMs: 0,
    },
    {
      name: 'a delay is not said to lack time where no retry is left',
      inputs: { ...READ, 'timeout-seconds': '60', retries: '0' },
      responses: [http(503, 'down', { 'retry-after': '90' })],
      requests: 'GET',
      says: ['asked to wait 90 s'],
      neverSays: ['leaves no time'],
    },
    {
      name: 'retries wait twice as long each time, and 8 seconds at most',
      inputs: { ...READ, retries: '7' },
      responses: [times(8, error500())],
      requests: 'GET GET GET GET GET GET GET GET',
      says: ['(8 attempts)'],
      atMs: [0, 500, 1_500, 3_500, 7_500, 15_500, 23_500, 31_500],
      tookMs: 31_500,
    },
  ]),
  ...PASSING.map(
    ([what, response]): Case => ({
      name: `a read is sent again after ${what}`,
      inputs: READ,
      responses: [response],
      requests: 'GET GET',
      exit: 0,
      atMs: [0, 500],
    }),
  ),
  ...LASTING.map(
    ([what, response]): Case => ({
      name: `a read is not sent again after ${what}`,
      inputs: READ,
      responses: [response],
      requests: 'GET',
      exit: 1,
      neverSays: ['attempts', 'leaves no time'],
      tookMs: 0,
    }),
  ),
];
