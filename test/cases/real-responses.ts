import { envelopeFailure, problem } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS, inviteId, invites } from '../run.ts';
import {
  ALL,
  always,
  applied,
  type Case,
  type CaseResponse,
  dropped,
  http,
  ID,
  idsTo,
  OTHER_LIST,
  onGet,
  onInvite,
  onPatch,
  sharing,
  success,
  times,
} from './case.ts';

// What Cloudflare's API has been seen to return, each row under several statuses and in several shapes of body.

interface Reason {
  readonly code: number;
  readonly message: string;
}

type Shape = readonly [what: string, body: (reason: Reason) => object];

const FIRST_SHAPE: Shape = [
  'an envelope',
  (reason) => ({ success: false, errors: [reason], messages: [], result: null }),
];

/** The shapes in which a code and its message have been seen, or may well be. */
const SHAPES: readonly Shape[] = [
  FIRST_SHAPE,
  [
    'an envelope with a number as text',
    ({ code, message }) => ({ success: false, errors: [{ code: `${code}`, message }] }),
  ],
  [
    'an envelope with two chains',
    (reason) => ({
      success: false,
      errors: [{ code: 1, message: 'outer', error_chain: [{ code: 2, message: 'inner', error_chain: [reason] }] }],
      messages: null,
      result: [],
    }),
  ],
  ['an envelope with one error and no list', (reason) => ({ success: false, errors: reason })],
  ['an envelope with the error under "error"', (reason) => ({ success: false, error: reason })],
  ['an envelope with the error in its messages', (reason) => ({ success: false, errors: [], messages: [reason] })],
  ['an envelope with code and message at its top', (reason) => ({ success: false, ...reason })],
];

interface Row extends Reason {
  readonly hint: string;
  readonly statuses: readonly number[];
  readonly inputs?: Case['inputs'];
}

const ANY = [200, 400, 401, 403, 405, 429, 500, 503];
const NO_SERVER_FAULT = [200, 400, 403, 404, 405, 410, 422];
const EDIT = 'User > Memberships: Edit, not Read';
const BY_KEY = { 'api-token': undefined, 'api-email': CREDENTIALS.email, 'api-key': CREDENTIALS.key };
const OF_ACCOUNT = { 'api-token': 'cfat_fake-token-of-an-account' };

/** Each row becomes one case for each of its statuses; the shapes of the body take turns. */
function casesOf(
  rows: readonly Row[],
  toCase: (response: CaseResponse, row: Row) => Omit<Case, 'name'>,
): readonly Case[] {
  return rows.flatMap((row, rowIndex) =>
    row.statuses.map((status, index): Case => {
      const [shape, body] = SHAPES[(rowIndex + index) % SHAPES.length] ?? FIRST_SHAPE;
      const { code, message } = row;
      const by = row.inputs === undefined ? '' : row.inputs === BY_KEY ? ', by key' : ', by the token of an account';
      return {
        name: `HTTP ${status} with ${code} "${message}" in ${shape}${by}: ${row.hint}`,
        ...toCase(http(status, body({ code, message })), row),
      };
    }),
  );
}

const ROLLED = 'rolled, deleted or has expired';

/** Refused to every request. */
const HARD: readonly Row[] = [
  { code: 6003, message: 'Invalid request headers', hint: 'malformed', statuses: ANY },
  { code: 6103, message: 'Invalid format for X-Auth-Key header', hint: '(X-Auth-Key)', statuses: ANY, inputs: BY_KEY },
  { code: 6102, message: 'Invalid format for X-Auth-Email header', hint: '(X-Auth-Email)', statuses: ANY },
  { code: 6111, message: 'Invalid format for Authorization header', hint: '(Authorization)', statuses: ANY },
  {
    code: 9106,
    message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers',
    hint: 'saw no credentials',
    statuses: ANY,
  },
  { code: 9106, message: 'Authentication failed', hint: 'often because it belongs to an account', statuses: ANY },
  {
    code: 9106,
    message: 'Authentication failed',
    hint: 'belongs to an account, not to a user',
    statuses: ANY,
    inputs: OF_ACCOUNT,
  },
  { code: 9103, message: 'Unknown X-Auth-Key or X-Auth-Email', hint: 'same user', statuses: ANY, inputs: BY_KEY },
  { code: 1000, message: 'Invalid API Token', hint: ROLLED, statuses: ANY },
  { code: 9109, message: 'max auth failures reached', hint: 'blocks requests for a while', statuses: ANY },
  { code: 10502, message: 'Too many authentication failures', hint: 'blocks requests for a while', statuses: ANY },
  { code: 1234, message: 'Something new', hint: ROLLED, statuses: [401] },
];

/** Refused to one request, and perhaps to all. */
const SOFT: readonly Row[] = [
  { code: 9109, message: 'Invalid access token', hint: 'does not know this token', statuses: ANY },
  { code: 9109, message: 'Unauthorized to access requested resource', hint: EDIT, statuses: ANY },
  { code: 9109, message: 'Valid user-level authentication not found', hint: 'My Profile > API Tokens', statuses: ANY },
  {
    code: 9109,
    message: 'Cannot use the access token from location: 203.0.113.7',
    hint: 'client IP filter',
    statuses: ANY,
  },
  {
    code: 9109,
    message: 'Unauthorized to access requested resource',
    hint: 'belongs to an account',
    statuses: ANY,
    inputs: OF_ACCOUNT,
  },
  { code: 10000, message: 'Authentication error', hint: EDIT, statuses: ANY },
  {
    code: 10000,
    message: 'Authentication error',
    hint: 'did not accept api-key and api-email',
    statuses: ANY,
    inputs: BY_KEY,
  },
  {
    code: 10000,
    message: 'PATCH method not allowed for the api_token authentication scheme',
    hint: EDIT,
    statuses: ANY,
  },
  { code: 10001, message: 'Unable to authenticate request', hint: EDIT, statuses: ANY },
  {
    code: 10405,
    message: 'Method not allowed for this authentication scheme',
    hint: 'use the Global API Key instead',
    statuses: ANY,
  },
];

const LIMITS: readonly Row[] = [
  { code: 971, message: 'Please wait and consider throttling your request speed', hint: 'a pause', statuses: ANY },
  { code: 10429, message: 'Throttled', hint: 'a pause', statuses: ANY },
  { code: 10100, message: 'Please wait and consider throttling your request speed', hint: 'a pause', statuses: ANY },
  { code: 4242, message: 'Rate limit exceeded', hint: 'a pause', statuses: ANY },
  { code: 4242, message: 'Nothing known', hint: 'a pause', statuses: [429] },
];

const PASSING: readonly Row[] = [
  {
    code: 10001,
    message: 'internal error, please try again',
    hint: 'another attempt',
    statuses: [200, 400, 401, 403, 409, 500],
  },
  { code: 1000, message: 'request timeout', hint: 'another attempt', statuses: [200, 400, 401, 403, 408, 503] },
  { code: 10000, message: 'Internal Server Error', hint: 'another attempt', statuses: [200, 400, 401, 403, 422] },
  { code: 4242, message: 'the operation timed out', hint: 'another attempt', statuses: [200, 400, 401, 403, 504] },
];

const NOT_FOUND = 'no such invite or membership. Check the id';
const MISSING: readonly Row[] = [
  {
    code: 7003,
    message: `Could not route to /client/v4/user/invites/${ID}, perhaps your object identifier is invalid?`,
    hint: NOT_FOUND,
    statuses: NO_SERVER_FAULT,
  },
  {
    code: 7003,
    message: 'Could not route to /client/v5/user/invites/x, perhaps your object identifier is invalid?',
    hint: 'check api-base-url',
    statuses: NO_SERVER_FAULT,
  },
  {
    code: 7003,
    message: 'Could not route to /client/v4/user/user/invites/x, perhaps your object identifier is invalid?',
    hint: 'check api-base-url',
    statuses: NO_SERVER_FAULT,
  },
  { code: 7000, message: 'No route for that URI', hint: 'check api-base-url', statuses: NO_SERVER_FAULT },
  { code: 1003, message: 'Not found', hint: NOT_FOUND, statuses: [404] },
];

const TITLE = 'Cloudflare refused the credentials';
const EDGE_TITLE = 'The runner was refused in front of Cloudflare’s API';
const TWO = { 'invite-id': `${ID} ${inviteId(2)}` };

/** Responses of Cloudflare's edge, in front of the API. */
const CHALLENGE = '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head></html>';
const html = (status: number, body: string): CaseResponse =>
  http(status, body, { 'content-type': 'text/html', 'cf-mitigated': 'challenge' });
const edgeProblem = (status: number, code: number): CaseResponse =>
  http(status, {
    type: 'about:blank',
    title: `Error ${code}: Access denied`,
    status,
    error_code: code,
    cloudflare_error: true,
  });
const EDGE: readonly (readonly [what: string, response: (status: number) => CaseResponse, says: string])[] = [
  ['a challenge', (status) => html(status, CHALLENGE), 'an HTML page titled "Just a moment..."'],
  [
    'a page after a comment',
    (status) => html(status, `\uFEFF\n<!-- x -->\n<?xml version="1.0"?>\n${CHALLENGE}`),
    'titled "Just a moment..."',
  ],
  ['the text of error 1010', (status) => http(status, 'error code: 1010'), 'error code: 1010'],
  ['the text of error 1105', (status) => http(status, 'error code: 1105\n'), 'error code: 1105'],
  ['a problem 1020', (status) => edgeProblem(status, 1020), 'code 1020: Error 1020: Access denied'],
];

const retried = (requests: string): Omit<Case, 'name'> => ({
  requests,
  exit: 0,
  outcomes: ['changed'],
  outputs: { status: 'accepted' },
});
const THIRTY = { inputs: { 'invite-id': idsTo(30) }, invites: invites(30) };
const AUTH_ERROR = envelopeFailure(403, { code: 10000, message: 'Authentication error' });
const outcomesOf = (count: number, rest: readonly number[], outcome: 'failed' | 'not_attempted' = 'failed') =>
  Array.from({ length: count }, (_, index) => (rest.includes(index + 1) ? outcome : 'changed'));

const THROTTLED = envelopeFailure(429, {
  code: 971,
  message: 'Please wait and consider throttling your request speed',
});

const NOT_ALLOWED = envelopeFailure(403, { code: 10000, message: 'Authentication error' });

export const cases: readonly Case[] = [
  // Refused credentials
  ...casesOf(HARD, (response, { hint, inputs = {} }) => ({
    inputs: { 'invite-id': idsTo(9), ...inputs },
    invites: invites(9),
    responses: [always(response)],
    requests: 'PATCH PATCH PATCH PATCH',
    exit: 1,
    title: TITLE,
    hints: [hint],
    neverSays: ['Enterprise'],
    outcomes: [...Array(4).fill('failed'), ...Array(5).fill('not_attempted')],
    onServer: Array(9).fill('pending'),
    tookMs: 0,
  })),
  ...casesOf(SOFT, (response, { hint, inputs }) => ({
    // The only invite.
    ...(inputs && { inputs }),
    responses: [always(response)],
    requests: 'PATCH',
    exit: 1,
    title: TITLE,
    hints: [hint],
    neverSays: ['Enterprise', 'Only this invite'],
    outcomes: ['failed'],
    tookMs: 0,
  })),
  ...SOFT.filter(({ inputs }) => inputs === undefined).flatMap(({ code, message, hint }): readonly Case[] => {
    const response = envelopeFailure(403, { code, message });
    const of = `${code} "${message}"`;
    return [
      {
        name: `${of} for one of 30 invites fails only that one, without a read`,
        ...THIRTY,
        responses: [always(onInvite(7, response))],
        requests: Array(30).fill('PATCH').join(' '),
        exit: 1,
        annotations: ['error: Could not accept invite'],
        hints: ['It may concern this id only. First check that it is right', hint],
        outcomes: outcomesOf(30, [7]),
        onServer: outcomesOf(30, [7]).map((outcome) => (outcome === 'failed' ? 'pending' : 'accepted')),
      },
      {
        name: `${of} for two of 30 invites far apart fails only these`,
        ...THIRTY,
        responses: [always(onInvite(7, response)), always(onInvite(20, response))],
        requests: Array(30).fill('PATCH').join(' '),
        exit: 1,
        annotations: ['error', 'error'],
        outcomes: outcomesOf(30, [7, 20]),
        onServer: outcomesOf(30, [7, 20]).map((outcome) => (outcome === 'failed' ? 'pending' : 'accepted')),
      },
      {
        name: `${of} for all of 30 invites stops the step`,
        ...THIRTY,
        server: { latencyMs: 50 },
        responses: [always(response)],
        requests: 'PATCH PATCH PATCH PATCH',
        exit: 1,
        annotations: [`error: ${TITLE}`],
        hints: [hint],
        neverSays: ['Only this invite'],
        outputs: { failed_count: '30', changed: 'false' },
      },
      {
        name: `${of} for every PATCH after reads that succeed stops the step`,
        inputs: { ...THIRTY.inputs, 'organization-name': 'Acme*' },
        invites: THIRTY.invites,
        server: { latencyMs: 50 },
        responses: [always(onPatch(response))],
        requests: 'GET GET GET GET PATCH PATCH PATCH PATCH',
        exit: 1,
        annotations: [`error: ${TITLE}`],
      },
      {
        name: `${of} for the list stops the step`,
        inputs: ALL,
        invites: THIRTY.invites,
        responses: [response],
        requests: 'GET',
        exit: 1,
        title: TITLE,
        hints: [hint],
        neverSays: ['Only this invite'],
      },
    ];
  }),
  {
    name: 'refused credentials after two attempts of unknown effect leave both invites in State unknown',
    inputs: TWO,
    invites: invites(2),
    responses: [times(2, onPatch(applied(http(500)))), always(AUTH_ERROR)],
    requests: 'PATCH PATCH GET GET',
    exit: 1,
    outcomes: ['failed', 'failed'],
    annotations: ['error', 'error'],
    says: ['State unknown'],
  },

  // Rate limits
  ...casesOf(LIMITS, (response) => ({
    inputs: { retries: '1' },
    responses: [times(3, response)],
    ...retried('PATCH PATCH PATCH PATCH'),
    atMs: [0, 5_000, 15_000, 35_000],
    logs: ['Pausing all requests for 5 s', 'Pausing all requests for 10 s', 'Pausing all requests for 20 s'],
    neverLogs: ['attempt'],
  })),
  ...[200, 403, 429].flatMap((status): readonly Case[] => [
    {
      name: `HTTP ${status} with the text of error 1015 is a rate limit`,
      responses: [http(status, 'error code: 1015')],
      ...retried('PATCH PATCH'),
      atMs: [0, 5_000],
    },
    {
      name: `HTTP ${status} with a problem 1015 is a rate limit`,
      responses: [edgeProblem(status, 1015)],
      ...retried('PATCH PATCH'),
      atMs: [0, 5_000],
    },
  ]),
  {
    name: 'HTTP 429 with an HTML page is a rate limit',
    responses: [html(429, CHALLENGE)],
    ...retried('PATCH PATCH'),
    atMs: [0, 5_000],
  },
  {
    name: 'a rate limit with Retry-After: 0 beside retry_after in its body takes the longer one',
    responses: [
      http(429, { success: false, errors: [{ code: 971, message: 'x' }], retry_after: 30 }, { 'retry-after': '0' }),
    ],
    ...retried('PATCH PATCH'),
    atMs: [0, 30_000],
  },
  {
    name: 'a rate limit that is met again after its delay is paused for longer',
    responses: [times(3, http(429, { success: false }, { 'retry-after': '1' }))],
    ...retried('PATCH PATCH PATCH PATCH'),
    atMs: [0, 1_000, 11_000, 31_000],
  },
  {
    name: 'a rate limit without a delay that ends after five minutes leaves time for 60 invites',
    inputs: { ...ALL, 'timeout-seconds': '900' },
    invites: invites(60),
    server: { pageSize: 100, rateLimit: { requests: 40, windowMs: 1_000, blockMs: 300_000, retryAfter: 'none' } },
    // 39 are accepted; one is refused at 0 s, and four at 5, 15, 35, 75 and 155 s; 21 are accepted at 315 s.
    requests: `GET${' PATCH'.repeat(39 + 1 + 4 * 5 + 21)}`,
    tookMs: 315_000,
    exit: 0,
    outputs: { changed_count: '60' },
  },
  {
    name: 'a rate limit without a delay ends the step before the first pause that does not fit',
    inputs: { ...ALL, 'timeout-seconds': '60' },
    responses: [always(onPatch(THROTTLED))],
    requests: 'GET PATCH PATCH PATCH PATCH',
    exit: 1,
    title: 'Cloudflare’s rate limit leaves no time',
    says: ['A pause of 40 s is needed', 'the step has 25 s of its 60 s left. The step has waited 35 s for the limit.'],
    hints: ['Raise timeout-seconds, or run fewer jobs with this user at the same time'],
    neverSays: ['retries', 'attempts'],
    atMs: [0, 0, 5_000, 15_000, 35_000],
    tookMs: 35_000,
  },
  {
    name: '429 to requests in flight is one pause, although the responses arrive one after another',
    inputs: { 'invite-id': idsTo(4) },
    invites: invites(4),
    responses: [1, 2, 3, 4].map((number) => onInvite(number, { ...THROTTLED, delayMs: number * 2_000 })),
    requests: 'PATCH PATCH PATCH PATCH PATCH PATCH PATCH PATCH',
    exit: 0,
    // The pause of 5 s that the first one met ends at 7 s, before the last response.
    atMs: [0, 0, 0, 0, 7_000, 7_000, 7_000, 8_000],
  },
  {
    name: 'a connection that drops does not end the row of pauses',
    inputs: { 'dry-run': 'true' },
    responses: [THROTTLED, dropped, THROTTLED],
    requests: 'GET GET GET GET',
    exit: 0,
    atMs: [0, 5_000, 5_500, 15_500],
  },

  // Failures that may pass
  ...casesOf(PASSING, (response) => ({ responses: [onPatch(response)], ...retried('PATCH GET PATCH') })).map(
    (testCase) => ({
      ...testCase,
      name: `${testCase.name} without effect`,
    }),
  ),
  ...casesOf(PASSING, (response) => ({ responses: [onPatch(applied(response))], ...retried('PATCH GET') })).map(
    (testCase) => ({
      ...testCase,
      name: `${testCase.name} with effect`,
    }),
  ),
  {
    name: 'an internal error on every attempt has the hint about Cloudflare’s status page',
    inputs: { retries: '1' },
    responses: [always(onPatch(envelopeFailure(403, { code: 10001, message: 'internal error, please try again' })))],
    requests: 'PATCH GET PATCH GET',
    exit: 1,
    hints: ['cloudflarestatus.com'],
    neverSays: ['Enterprise', 'timeout-seconds', 'token'],
  },

  // Missing invites and wrong addresses
  ...casesOf(MISSING, (response, { hint }) => ({
    responses: [always(response)],
    requests: 'PATCH GET',
    exit: 1,
    hints: [hint],
    neverSays: ['Enterprise', 'attempts', ...(hint === NOT_FOUND ? [] : ['Check the id'])],
    neverLogs: hint === NOT_FOUND ? ['Not changed by this step'] : [],
    tookMs: 0,
  })),
  ...MISSING.map(
    ({ code, message }): Case => ({
      name: `${code} "${message}" for the list has a hint about api-base-url`,
      inputs: ALL,
      responses: [envelopeFailure(404, { code, message })],
      requests: 'GET',
      exit: 1,
      title: 'The list of invites could not be read',
      hints: ['check api-base-url'],
      neverSays: ['such invite', 'Check the id'],
    }),
  ),
  {
    name: 'a missing invite after an attempt of unknown effect has no hint about a wrong id',
    responses: [
      onPatch(http(502)),
      onGet(http(502)),
      always(envelopeFailure(404, { code: 7003, message: 'Could not route' })),
    ],
    requests: 'PATCH GET PATCH GET',
    exit: 1,
    hints: ['An earlier attempt of this step may have responded to it'],
    neverSays: ['Check the id'],
  },

  {
    name: 'a missing invite that was only read before has a hint about a wrong id',
    inputs: { 'invite-id': ID, 'organization-name': 'Acme*' },
    responses: [always(onPatch(envelopeFailure(404, { code: 7003, message: 'Could not route' })))],
    requests: 'GET PATCH GET',
    exit: 1,
    hints: ['Check the id'],
  },
  {
    name: 'two soft refusals stop the step although reads and failures come between them',
    inputs: { 'invite-id': idsTo(3), 'organization-name': 'Acme*' },
    invites: invites(3),
    responses: [
      onInvite(1, onPatch(NOT_ALLOWED)),
      onInvite(2, onPatch(envelopeFailure(400, { code: 1001, message: 'Not for you' }))),
      { ...onInvite(3, onPatch(NOT_ALLOWED)), delayMs: 1_000 },
    ],
    requests: 'GET GET GET PATCH PATCH PATCH GET',
    exit: 1,
    annotations: [`error: ${TITLE}`, 'error: Could not accept invite'],
  },

  // Responses of the edge
  ...EDGE.flatMap(([what, response, says]): readonly Case[] =>
    [400, 401, 403, 404, 405, 407, 451].map(
      (status): Case => ({
        name: `HTTP ${status} with ${what} stops the step: it concerns the runner`,
        inputs: { 'invite-id': idsTo(9) },
        invites: invites(9),
        responses: [always(response(status))],
        requests: 'PATCH PATCH PATCH PATCH',
        exit: 1,
        title: EDGE_TITLE,
        says: [`HTTP ${status}`, says],
        hints: ['It concerns the runner, not an invite', 'check api-base-url'],
        neverSays: ['Enterprise', 'Check the id', 'see its message'],
        onServer: Array(9).fill('pending'),
        tookMs: 0,
      }),
    ),
  ),
  ...EDGE.flatMap(([what, response]): readonly Case[] => [
    {
      name: `HTTP 200 with ${what} stops the step after a read`,
      inputs: { 'invite-id': idsTo(9) },
      invites: invites(9),
      server: { latencyMs: 10 },
      responses: [always(onPatch(response(200)))],
      requests: 'PATCH PATCH PATCH PATCH GET GET GET GET',
      exit: 1,
      annotations: [`error: ${EDGE_TITLE}`],
      outcomes: [...Array(4).fill('failed'), ...Array(5).fill('not_attempted')],
    },
    {
      name: `HTTP 200 with ${what} to a PATCH that took effect counts`,
      responses: [onPatch(applied(response(200)))],
      ...retried('PATCH GET'),
    },
    {
      name: `HTTP 200 with ${what} in the place of the list stops the step`,
      inputs: ALL,
      responses: [response(200)],
      requests: 'GET',
      exit: 1,
      title: EDGE_TITLE,
    },
  ]),
  ...[408, 409, 500, 502, 503, 522].map(
    (status): Case => ({
      name: `HTTP ${status} with a page is a failure that may pass`,
      responses: [onPatch(html(status, CHALLENGE))],
      ...retried('PATCH GET PATCH'),
    }),
  ),
  {
    name: 'a page of the edge keeps the status of a listed invite in the output',
    inputs: ALL,
    responses: [onPatch(html(403, CHALLENGE))],
    requests: 'GET PATCH',
    exit: 1,
    outputs: { status: 'pending' },
  },
  {
    name: 'a problem 530 under HTTP 403 concerns one invite',
    responses: [onPatch(edgeProblem(403, 530))],
    requests: 'PATCH GET',
    exit: 1,
    title: 'Could not accept invite',
    neverSays: ['not a response of Cloudflare’s API'],
  },
  {
    name: 'HTTP 522 with a problem body is sent again',
    responses: [problem({ status: 522 })],
    ...retried('PATCH GET PATCH'),
  },

  // Where a body can have its reason
  ...(
    [
      ['a text in errors', { success: false, errors: ['Not today'] }, 'Not today'],
      ['a text as errors', { success: false, errors: 'Not today' }, 'Not today'],
      ['a text in messages', { success: false, errors: [], messages: ['Not today'] }, 'Not today'],
      ['a text as error', { success: false, error: 'Not today' }, 'Not today'],
      ['a text as error without success', { error: 'Not today' }, 'Not today'],
      ['a word as code', { success: false, errors: [{ code: 'not_today' }] }, 'code not_today'],
      ['title and detail', { title: 'No', detail: 'Not today', status: 418 }, 'No: Not today'],
      ['title and detail without a status', { title: 'No', detail: 'Not today' }, 'No: Not today'],
      ['a message at its top', { message: 'Not today' }, 'Not today'],
      ['a member of its own', { success: false, explanation: 'Not today' }, '"explanation":"Not today"'],
      ['a member of its own without success', { explanation: 'Not today' }, '"explanation":"Not today"'],
      [
        'an error without a word, and a member of its own',
        { success: false, errors: [{}], x: 'Not today' },
        'Not today',
      ],
      ['a list of texts', ['Not today'], '["Not today"]'],
      ['plain text', 'Not today', 'Not today'],
    ] as const
  ).flatMap(([what, body, says]) =>
    [400, 403, 422].map(
      (status): Case => ({
        name: `HTTP ${status} with ${what} shows the reason`,
        responses: [onPatch(http(status, body as object))],
        requests: 'PATCH GET',
        exit: 1,
        says: [`HTTP ${status}`, says],
        outcomes: ['failed'],
      }),
    ),
  ),
  ...[400, 403, 405, 410, 422].flatMap((status) =>
    (
      [
        ['nothing', ''],
        ['an envelope without a reason', { success: false, errors: [], messages: [], result: null }],
        ['an empty object', {}],
      ] as const
    ).map(
      ([what, body]): Case => ({
        name: `HTTP ${status} with ${what} does not point to a message`,
        responses: [onPatch(http(status, body))],
        requests: 'PATCH GET',
        exit: 1,
        neverSays: ['see its message'],
      }),
    ),
  ),

  // Empty lists, and lists without parameters
  ...(
    [
      ['an empty list', []],
      ['null', null],
      ['an empty object', {}],
      ['no result', undefined],
    ] as const
  ).flatMap(([what, result]): readonly Case[] => [
    {
      name: `${what} as the result is an empty list`,
      inputs: { ...ALL, 'if-no-match': 'error' },
      responses: [success(result)],
      requests: 'GET GET',
      exit: 1,
      title: 'No pending invite matches',
    },
    {
      name: `${what} as a result is the last page of a list`,
      inputs: ALL,
      invites: invites(2),
      server: { pageSize: 2, resultInfo: 'missing' },
      responses: [{ ...success(result), on: { path: 'page=2' } }],
      requests: 'GET GET PATCH PATCH',
      exit: 0,
    },
  ]),
  ...(
    [
      [400, { success: false, errors: [{ code: 1001, message: 'unknown query parameter: per_page' }] }],
      [422, { success: false, errors: [{ code: 4_000, message: 'Invalid', source: { pointer: '/page' } }] }],
      [
        400,
        {
          success: false,
          errors: [{ code: 1001, message: 'Invalid', error_chain: [{ message: 'page is not allowed' }] }],
        },
      ],
      [400, 'Unexpected query string'],
      [404, 'Unexpected parameters'],
    ] as const
  ).map(
    ([status, body], index): Case => ({
      name: `a list that refuses its parameters is read once without them (${index + 1})`,
      inputs: { 'organization-name': 'Globex', 'wait-seconds': '5', 'if-no-match': 'ignore' },
      invites: invites(2),
      server: { paging: 'unpaged' },
      responses: [http(status, body)],
      requests: 'GET GET GET GET',
      exit: 0,
      annotations: ['notice'],
      paths: ['/user/invites?page=1&per_page=50', '/user/invites', '/user/invites', OTHER_LIST],
    }),
  ),
  {
    name: 'a list that is also refused without its parameters fails',
    inputs: ALL,
    responses: [times(2, envelopeFailure(400, { code: 1001, message: 'page is unknown' }))],
    requests: 'GET GET',
    exit: 1,
    title: 'The list of invites could not be read',
  },
  {
    name: 'a list fails when a page after the first one is refused',
    inputs: ALL,
    invites: invites(4),
    server: { pageSize: 2 },
    responses: [{ ...envelopeFailure(400, { code: 1001, message: 'page is unknown' }), on: { path: 'page=2' } }],
    requests: 'GET GET',
    exit: 1,
    title: 'The list of invites could not be read',
  },
  ...sharing(
    { requests: 'PATCH GET', exit: 1, hints: ['gave no reason'], neverSays: ['see its message', 'Enterprise'] },
    [
      {
        name: 'a code without a message has no hint about a message',
        responses: [envelopeFailure(400, { code: 1234, message: '' })],
      },
      {
        name: 'HTTP 403 without a message has no hint about a message',
        responses: [envelopeFailure(403, { code: 1234, message: '' })],
      },
    ],
  ),
  ...sharing(
    {
      inputs: { ...ALL, retries: '0' },
      requests: 'GET',
      exit: 1,
      title: 'The list of invites could not be read',
      hints: ['Run the job again. If it goes on'],
      neverSays: ['the invite', 'an invite'],
    },
    [
      { name: 'HTTP 409 for the list has no hint about an invite', responses: [http(409, 'no')] },
      { name: 'HTTP 408 for the list has no hint about an invite', responses: [http(408, 'no')] },
    ],
  ),
];
