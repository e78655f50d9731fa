import {
  cutJson,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../sandbox/cloudflare.ts';
import { always, applied, type Case, dropped, hangs, http, ID, noConnection, onPatch, shows } from './case.ts';

/** How one attempt to respond ends: what, the response, and parts of the message. */
type Attempt = readonly [what: string, response: Fault, says: readonly string[]];

const SUCCESS_BUT = 'HTTP 200 reports success, but';

/** The attempt may have taken effect, and another one may help. */
const UNKNOWN: readonly Attempt[] = [
  ['HTTP 500 with an envelope', error500(), ['HTTP 500', 'code 1002: Internal error']],
  ['HTTP 500 that reports success', http(500, { success: true, result: { status: 'accepted' } }), ['HTTP 500']],
  ['HTTP 500 with x-should-retry: true', http(500, '', { 'x-should-retry': 'true' }), ['HTTP 500 with an empty body']],
  ['HTTP 502 with an HTML page', html502(), ['HTTP 502 with an HTML page titled "502 Bad Gateway"']],
  ['HTTP 503 with text', text503(), ['HTTP 503 with text: "upstream connect error or disconnect/reset before']],
  ['HTTP 504 with text', text504(), ['HTTP 504 with text: "upstream request timeout"']],
  [
    'HTTP 520 with a problem body',
    problem({ status: 520 }),
    ['HTTP 520', 'code 520: Error 520: Web server is returning an unknown error'],
  ],
  ['HTTP 408', envelopeFailure(408, { code: 1, message: 'slow' }), ['HTTP 408', 'code 1: slow']],
  ['HTTP 200 with JSON that is cut off', cutJson(), ['HTTP 200 with JSON that is broken or cut off']],
  ['HTTP 200 with a problem body', problem({ status: 200 }), ['HTTP 200 without success', 'Error 200']],
  ['HTTP 200 with an empty body', http(200), ['HTTP 200 with an empty body']],
  ['HTTP 204', http(204), ['HTTP 204 with an empty body']],
  ['an internal error under HTTP 200', successFalse(), ['HTTP 200 without success', 'code 1002: Internal error']],
  ['HTTP 200 with JSON that has no "success"', http(200, { ok: true }), ['HTTP 200 with JSON', '"success"']],
  ['success without an invite', http(200, { success: true, result: [] }), [`${SUCCESS_BUT} holds no invitation`]],
  ['a connection that drops', dropped, ['read ECONNRESET']],
];

/** Success that does not show the desired status of the invite. */
const NOT_SHOWN: readonly Attempt[] = [
  [
    'success that shows the invite pending',
    shows({ status: 'pending' }),
    [`${SUCCESS_BUT} shows the status "pending"`],
  ],
  ['success that shows the opposite', shows({ status: 'rejected' }), [`${SUCCESS_BUT} shows the status "rejected"`]],
  ['success that shows no status', shows({ status: undefined }), [`${SUCCESS_BUT} shows no status`]],
  ['success that shows another invite', shows({ id: 'other' }), [`${SUCCESS_BUT} shows another id, "other"`]],
];

/** The attempt may have taken effect, and another one must not be made. */
const FINAL: readonly Attempt[] = [
  [
    'HTTP 200 with success: false',
    envelopeFailure(200, { code: 1001, message: 'no' }),
    ['HTTP 200 without success', 'code 1001: no'],
  ],
  ['HTTP 525', problem({ status: 525 }), ['HTTP 525']],
  ['HTTP 526', problem({ status: 526 }), ['HTTP 526']],
  ['a problem body with retryable: false', problem({ status: 520, retryable: false }), ['HTTP 520']],
  [
    'HTTP 500 with x-should-retry: false',
    http(500, '', { 'x-should-retry': 'false' }),
    ['HTTP 500 with an empty body'],
  ],
];

/** The attempt is refused for a reason that may be the invite's. */
const REFUSED: readonly Attempt[] = [
  ['HTTP 400', envelopeFailure(400, { code: 1001, message: 'no' }), ['HTTP 400', 'code 1001: no']],
  ['HTTP 400 with x-should-retry: true', http(400, { success: false }, { 'x-should-retry': 'true' }), ['HTTP 400']],
  ['HTTP 403', envelopeFailure(403, { code: 1010, message: 'Not for you' }), ['HTTP 403', 'code 1010: Not for you']],
  ['HTTP 403 without an error', envelopeFailure(403), ['HTTP 403']],
  ['HTTP 404', envelopeFailure(404), ['HTTP 404']],
  ['HTTP 410', envelopeFailure(410), ['HTTP 410']],
  ['HTTP 409 with x-should-retry: false', http(409, { success: false }, { 'x-should-retry': 'false' }), ['HTTP 409']],
];

/** The response does not end in time, or breaks off. */
const INCOMPLETE: readonly (readonly [...Attempt, tookMs: number])[] = [
  ['no response', hangs, ['no complete response within 30 s'], 30_000],
  ['a response after 30 seconds', { delayMs: 30_001 }, ['no complete response within 30 s'], 30_000],
  [
    'a body that takes longer than 30 seconds',
    { slowBody: { msPerByte: 1_000 } },
    ['no complete response within 30 s'],
    30_000,
  ],
  // 8 MiB in steps of 64 KiB every 10 ms, and the one step that is too much.
  ['a body without an end', { endless: true }, ['the response is longer than 8388608 bytes'], 1_290],
  ['a connection that drops within the body', { drop: 'body' }, ['other side closed'], 0],
  ['a body shorter than announced', { cutBody: 10 }, ['other side closed'], 0],
];

const UNSETTLED = 'Pending when last read; an attempt may still take effect.';
const UNCHANGED = 'Pending when last read; this step has not changed it.';
const isRefused = (what: string): boolean => REFUSED.some(([refused]) => refused === what);
const without = (response: Fault): Fault => ({ ...response, applied: false });

/** What the step does after one attempt: it reads, tries again, or ends. */
export const cases: readonly Case[] = [
  ...[...UNKNOWN, ...NOT_SHOWN, ...FINAL, ...INCOMPLETE].map(
    ([what, response]): Case => ({
      name: `${what} to a PATCH that took effect is followed by a read alone`,
      responses: [applied(response)],
      requests: 'PATCH GET',
      exit: 0,
      outcomes: ['changed'],
      outputs: { status: 'accepted', changed: 'true' },
    }),
  ),
  ...[...UNKNOWN, ...NOT_SHOWN, ...INCOMPLETE, ['HTTP 409', envelopeFailure(409), []] as const].map(
    ([what, response]): Case => ({
      name: `${what} to a PATCH without effect is followed by a read and another PATCH`,
      responses: [without(response)],
      requests: 'PATCH GET PATCH',
      exit: 0,
      outcomes: ['changed'],
    }),
  ),
  ...[...UNKNOWN, ...NOT_SHOWN].map(
    ([what, response, says]): Case => ({
      name: `${what} to every PATCH leaves an attempt that may still take effect`,
      inputs: { retries: '1' },
      responses: [always(onPatch(without(response)))],
      requests: 'PATCH GET PATCH GET',
      exit: 1,
      title: 'Could not accept invite Acme, Inc.',
      says: [`PATCH /user/invites/${ID}`, ...says, '(2 attempts)', UNSETTLED],
      neverSays: ['State unknown'],
      ...(NOT_SHOWN.some(([notShown]) => notShown === what) && { hints: ['Run the job again: an invite that has'] }),
      outcomes: ['failed'],
      outputs: { status: '', changed: 'false' },
    }),
  ),
  ...[...UNKNOWN, ...INCOMPLETE].map(
    ([what, response, says]): Case => ({
      name: `${what} to every request leaves the state unknown`,
      inputs: { retries: '0' },
      responses: [always(without(response))],
      requests: 'PATCH GET',
      exit: 1,
      says: [`PATCH /user/invites/${ID}`, ...says, 'State unknown'],
      outcomes: ['failed'],
      outputs: { id: ID, status: '', changed: 'false' },
      summary: ['State unknown'],
    }),
  ),
  ...INCOMPLETE.map(
    ([what, response, , tookMs]): Case => ({
      name: `${what} ends an attempt in time`,
      inputs: { retries: '0' },
      responses: [onPatch(without(response))],
      requests: 'PATCH GET',
      exit: 1,
      tookMs,
    }),
  ),
  ...[...FINAL, ...REFUSED].map(
    ([what, response, says]): Case => ({
      name: `${what} to a PATCH is final`,
      responses: [onPatch(response)],
      requests: 'PATCH GET',
      exit: 1,
      says: [`PATCH /user/invites/${ID}`, ...says, isRefused(what) ? UNCHANGED : UNSETTLED],
      neverSays: ['State unknown', 'attempts)'],
      outcomes: ['failed'],
      outputs: { status: isRefused(what) ? 'pending' : '' },
      tookMs: 0,
    }),
  ),
  ...[...FINAL, ...REFUSED.slice(0, 1)].map(
    ([what, response]): Case => ({
      name: `${what} to every request is final`,
      responses: [always(response)],
      requests: 'PATCH GET',
      exit: 1,
      says: [isRefused(what) ? 'Not changed by this step.' : 'State unknown.'],
      outputs: { status: '' },
      tookMs: 0,
    }),
  ),
  {
    name: 'a PATCH without a connection is sent again without a read',
    responses: [noConnection],
    requests: 'PATCH PATCH',
    exit: 0,
    outcomes: ['changed'],
    atMs: [0, 500],
  },
  {
    name: 'a PATCH that meets the rate limit is sent again without a read',
    responses: [tooManyRequests({ retryAfterMs: 70 })],
    requests: 'PATCH PATCH',
    exit: 0,
    outcomes: ['changed'],
    atMs: [0, 70],
    logs: ['Pausing all requests for 0.1 s', 'HTTP 429'],
  },
  {
    name: 'a response right before the time-out of 30 seconds counts',
    responses: [{ delayMs: 29_999 }],
    requests: 'PATCH',
    exit: 0,
    outcomes: ['changed'],
  },
  {
    name: 'success that leaves out the id counts',
    responses: [shows({ id: undefined })],
    requests: 'PATCH',
    exit: 0,
    outcomes: ['changed'],
    outputs: { id: ID },
  },
  {
    name: 'success with errors in the same envelope counts',
    responses: [
      applied(
        http(200, { success: true, errors: [{ code: 1000, message: 'odd' }], result: { id: ID, status: 'accepted' } }),
      ),
    ],
    requests: 'PATCH',
    exit: 0,
    outcomes: ['changed'],
    outputs: { id: ID, status: 'accepted', organization_name: '' },
  },
];
