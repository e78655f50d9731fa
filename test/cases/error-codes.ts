import { envelopeFailure } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS } from '../run.ts';
import { type Case, http, ID } from './case.ts';

type CodeAndMessage = readonly [code: number, message: string, chain?: CodeAndMessage];

/** A response, by its status and its error with the error chain, and a part of the hint about it. */
type Row = readonly [status: number, error: CodeAndMessage | undefined, hint: string];

const MALFORMED = (code: number, header: string): CodeAndMessage => {
  return [6003, 'Invalid request headers', [code, `Invalid format for ${header} header`]];
};
const SCHEME = 'method not allowed for the api_token authentication scheme';
const TOO_MANY: CodeAndMessage = [10502, 'Too many authentication failures'];

const STOPS_TOKEN: readonly Row[] = [
  [400, MALFORMED(6111, 'Authorization'), 'Cloudflare cannot read the api-token (Authorization)'],
  [400, [9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers'], 'saw no credentials'],
  [401, undefined, 'does not accept this API token'],
  [401, [1000, 'Invalid API Token'], 'rolled, deleted or has expired'],
  [403, [9109, 'Invalid access token'], 'does not know this token'],
  [403, [9109, 'Unauthorized to access requested resource'], 'user API token with User > Memberships: Edit'],
  [403, [9109, 'Valid user-level authentication not found'], 'belongs to an account, not to a user'],
  [403, [9109, 'Cannot use the access token from location: 203.0.113.7'], 'client IP filter'],
  [403, [9109, 'Invalid access token', [1, 'cannot use it from LOCATION: 2001:db8::1']], 'client IP filter'],
  [403, [10000, 'Authentication error'], 'user API token with User > Memberships: Edit'],
  [403, [10000, SCHEME], 'use the Global API Key instead: inputs api-email and api-key'],
  [405, [10000, `PATCH ${SCHEME}`], 'use the Global API Key instead: inputs api-email and api-key'],
  [405, [10000, ''], 'lacks a permission'],
  [405, [10405, 'Method not allowed'], 'Memberships: Edit, not Read'],
  [405, [9109, 'Invalid access token'], 'does not know this token'],
  // The same code under other statuses.
  [403, [6003, 'Invalid request headers'], 'malformed'],
  [403, [9106, 'Missing headers'], 'saw no credentials'],
  [400, [9103, 'Unknown X-Auth-Key or X-Auth-Email'], 'do not belong to the same user'],
  [400, [9109, 'Invalid access token'], 'does not know this token'],
  [400, [10000, 'Authentication error'], 'lacks a permission'],
  [404, [10000, 'Authentication error'], 'lacks a permission'],
  [500, [10000, 'Authentication error'], 'lacks a permission'],
  [403, [1001, 'Forbidden', [9109, 'Invalid access token']], 'does not know this token'],
  [200, TOO_MANY, 'Correct the API token before you run this again.'],
  [400, TOO_MANY, 'Correct the API token before you run this again.'],
  [403, TOO_MANY, 'Correct the API token before you run this again.'],
  [429, TOO_MANY, 'Correct the API token before you run this again.'],
  [503, TOO_MANY, 'Correct the API token before you run this again.'],
];

const STOPS_KEY: readonly Row[] = [
  [400, MALFORMED(6103, 'X-Auth-Key'), 'Cloudflare cannot read the api-key (X-Auth-Key)'],
  [400, MALFORMED(6102, 'X-Auth-Email'), 'Cloudflare cannot read the api-email (X-Auth-Email)'],
  [401, undefined, 'does not accept this Global API Key'],
  [403, [9103, 'Unknown X-Auth-Key or X-Auth-Email'], 'do not belong to the same user'],
  [405, [9103, 'Unknown X-Auth-Key or X-Auth-Email'], 'do not belong to the same user'],
  [403, [10000, 'Authentication error'], 'did not accept api-key and api-email'],
  [429, TOO_MANY, 'Correct the Global API Key before you run this again.'],
];

const CONCERNS_INVITE: readonly Row[] = [
  [
    400,
    [7003, 'Could not route to /client/v4/user/invites/abc, perhaps'],
    'no such invite or membership. Check the id',
  ],
  [
    400,
    [7003, 'Could not route to /client/v4/…', [7000, 'No route for that URI']],
    'no such invite or membership. Check the id',
  ],
  [
    404,
    [1003, 'Not found'],
    'no such invite or membership. Check the id, and that the credentials are those of the invited user',
  ],
  [404, undefined, 'no such API at this address: check api-base-url'],
  [403, [1001, 'Forbidden'], 'but not the credentials'],
  [403, [1001, 'Forbidden'], 'Enterprise'],
  [400, [1001, 'invitation is already accepted'], 'see its message'],
  [400, [1000, 'Invalid something'], 'see its message'],
  [525, undefined, 'could not make a secure connection to the server behind it'],
  [526, undefined, 'could not make a secure connection to the server behind it'],
  [500, [1002, 'Internal error'], 'cloudflarestatus.com, and run the job again later'],
  [524, undefined, 'cloudflarestatus.com, and run the job again later'],
  [409, undefined, 'at the same time. Run the job again'],
  [408, undefined, 'Run the job again'],
  [403, undefined, 'not a response of Cloudflare’s API. Check api-base-url, and whether a firewall'],
  [405, undefined, 'not a response of Cloudflare’s API'],
  [405, [1001, 'Not now'], 'see its message'],
  [400, undefined, 'not a response of Cloudflare’s API'],
  [500, [7003, 'Could not route to /client/v4/…'], 'cloudflarestatus.com'],
];

const shown = ([code, message]: CodeAndMessage): string => `code ${code}: ${message || 'no message'}`;
const toError = ([code, message, chain]: CodeAndMessage) => {
  return { code, message, ...(chain && { error_chain: [{ code: chain[0], message: chain[1] }] }) };
};

function toCase([status, error, hint]: Row, what: string): Case {
  const response = error === undefined ? http(status, 'Nothing') : envelopeFailure(status, toError(error));
  const says = error === undefined ? [] : [shown(error), ...(error[2] ? [` > ${shown(error[2])}`] : [])];
  return {
    name: `HTTP ${status}${error === undefined ? '' : ` with ${says.join('')}`} ${what}: ${hint}`,
    inputs: { retries: '0' },
    responses: [response],
    requests: 'PATCH GET',
    exit: 1,
    says: [`HTTP ${status}`, ...says],
    hints: [hint],
    outcomes: ['failed'],
    onServer: ['pending'],
  };
}

const stopped = { requests: 'PATCH', title: 'Cloudflare refused the credentials', tookMs: 0 } satisfies Partial<Case>;
const { email, key } = CREDENTIALS;
const BY_KEY = { 'api-token': undefined, 'api-email': email, 'api-key': key };

/** The meaning of a response and its hint. Code and message decide together: Cloudflare uses some codes twice. */
export const cases: readonly Case[] = [
  ...STOPS_TOKEN.map((row): Case => ({ ...toCase(row, 'refuses the token'), ...stopped })),
  ...STOPS_KEY.map((row): Case => ({ ...toCase(row, 'refuses the key'), ...stopped, inputs: BY_KEY })),
  ...CONCERNS_INVITE.map((row): Case => toCase(row, 'concerns one invite')),
  {
    name: 'HTTP 401 with x-should-retry: true refuses the token',
    responses: [http(401, '', { 'x-should-retry': 'true' })],
    requests: 'PATCH',
    exit: 1,
    title: stopped.title,
  },
  {
    name: 'malformed headers without an error chain name no input',
    responses: [envelopeFailure(400, toError([6003, 'Invalid request headers']))],
    requests: 'PATCH',
    exit: 1,
    title: stopped.title,
    message: [
      `${stopped.title}. PATCH /user/invites/${ID} failed: HTTP 400.`,
      'Cloudflare: code 6003: Invalid request headers.',
      'cf-ray: 8f3a5c0000000001-FRA.',
      'What to do: The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.',
    ].join('\n'),
  },
  {
    name: 'the first of two errors refuses the token',
    responses: [
      envelopeFailure(403, toError([9109, 'Cannot use the access token from location: 203.0.113.7']), {
        code: 1001,
        message: 'Forbidden',
      }),
    ],
    requests: 'PATCH',
    exit: 1,
    title: stopped.title,
    says: ['code 9109', 'code 1001: Forbidden'],
    hints: ['client IP filter'],
  },
];
