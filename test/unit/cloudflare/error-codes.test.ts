import { describe, expect, test } from 'vitest';
import { fetchFailed } from '../../../sandbox/fetch.ts';
import type { Credentials } from '../../../src/cloudflare/credentials.ts';
import { hintFor } from '../../../src/cloudflare/error-codes.ts';
import { ApiError, type ApiErrorFields, type Effect } from '../../../src/cloudflare/errors.ts';

type Scheme = Credentials['scheme'];
type CodeAndMessage = readonly [code: number, message: string];

const apiError = (fields: Partial<ApiErrorFields>): ApiError =>
  new ApiError({
    method: 'PATCH',
    path: '/user/invites/abc',
    reason: 'failed',
    effect: 'refused',
    retryable: false,
    ...fields,
  });

function answered(status: number, error?: CodeAndMessage, ...chain: readonly CodeAndMessage[]): ApiError {
  const toEntry = ([code, message]: CodeAndMessage) => ({ code, message });
  return apiError({ status, details: error === undefined ? [] : [{ ...toEntry(error), chain: chain.map(toEntry) }] });
}

const unconnected = (cause: unknown, effect: Effect): ApiError => apiError({ effect, cause });

const failedWith = (code: string): TypeError => fetchFailed('because', { code });

const HEADERS: CodeAndMessage = [6003, 'Invalid request headers'];

describe('the hint says what to do about', () => {
  test.each<[string, ApiError, Scheme, readonly RegExp[]]>([
    [
      'a malformed key',
      answered(400, HEADERS, [6103, 'Invalid format for X-Auth-Key header']),
      'global-api-key',
      [/malformed/, /stray space, newline/, /kind of credential/, /api-key \(X-Auth-Key\)/],
    ],
    [
      'a malformed e-mail address',
      answered(400, HEADERS, [6102, 'Invalid format for X-Auth-Email header']),
      'global-api-key',
      [/malformed/, /stray space, newline/, /api-email \(X-Auth-Email\)/],
    ],
    [
      'a malformed token',
      answered(400, HEADERS, [6111, 'Invalid format for Authorization header']),
      'api-token',
      [/malformed/, /stray space, newline/, /kind of credential/, /api-token \(Authorization\)/],
    ],
    [
      'malformed headers, whichever',
      answered(400, HEADERS),
      'api-token',
      [/malformed/, /stray space, newline/, /the input names\.$/],
    ],
    [
      'missing headers',
      answered(400, [9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers']),
      'global-api-key',
      [/saw no credentials/, /proxy/],
    ],
    [
      'a key of nobody',
      answered(403, [9103, 'Unknown X-Auth-Key or X-Auth-Email']),
      'global-api-key',
      [/do not belong to the same user/, /rolled/],
    ],
    [
      'a token of nobody',
      answered(401, [1000, 'Invalid API Token']),
      'api-token',
      [/API token/, /deleted or has expired/],
    ],
    ['a 401 without a code', answered(401), 'global-api-key', [/Global API Key/, /rolled/]],
    [
      'an invalid token',
      answered(403, [9109, 'Invalid access token']),
      'api-token',
      [/does not know this token/, /deleted or has expired/],
    ],
    [
      'a permission that is missing',
      answered(403, [9109, 'Unauthorized to access requested resource']),
      'api-token',
      [/lacks a permission/, /user API token/, /Memberships: Edit/],
    ],
    [
      'a token of an account',
      answered(403, [9109, 'Valid user-level authentication not found']),
      'api-token',
      [/owned by an account/, /My Profile > API Tokens/],
    ],
    [
      'an address that the token does not allow',
      answered(403, [9109, 'Cannot use the access token from location: 203.0.113.7']),
      'api-token',
      [/IP filter/, /runner/],
    ],
    [
      'the same in an error chain',
      answered(403, [9109, 'Invalid access token'], [1, 'cannot use the access token from LOCATION: 2001:db8::1']),
      'api-token',
      [/IP filter/],
    ],
    [
      'a token without the permission',
      answered(403, [10000, 'Authentication error']),
      'api-token',
      [/lacks a permission/, /user API token/, /Memberships: Edit/],
    ],
    [
      'a key that is refused',
      answered(403, [10000, 'Authentication error']),
      'global-api-key',
      [/api-key and api-email were not accepted/, /rolled/],
    ],
    [
      'a scheme that is refused',
      answered(405, [10000, 'PATCH method not allowed for the api_token authentication scheme']),
      'api-token',
      [/Use the Global API Key/, /api-email and api-key/],
    ],
    [
      'a scheme that is refused under another status',
      answered(403, [10000, 'method not allowed for the api_token authentication scheme']),
      'api-token',
      [/Use the Global API Key/],
    ],
    ['a scheme that is refused without a reason', answered(405, [10000, '']), 'api-token', [/Use the Global API Key/]],
    [
      'an id that is not this user’s',
      answered(400, [
        7003,
        'Could not route to /client/v4/user/invites/abc, perhaps your object identifier is invalid?',
      ]),
      'api-token',
      [/no such invite/, /Check the id/, /invited user/],
    ],
    [
      'the same with an older answer',
      answered(400, [7003, 'Could not route to /client/v4/…'], [7000, 'No route for that URI']),
      'global-api-key',
      [/no such invite/],
    ],
    ['HTTP 404', answered(404, [1003, 'Not found']), 'api-token', [/no such invite/]],
    ...[400, 403, 429, 503].map((status): [string, ApiError, Scheme, readonly RegExp[]] => [
      `too many failed authentications (HTTP ${status})`,
      answered(status, [10502, 'Too many authentication failures']),
      'api-token',
      [/too many failed authentications/, /Do not run this again before the API token is corrected/],
    ]),
    [
      'the rate limit',
      answered(429, [971, 'Please wait and consider throttling your request speed']),
      'api-token',
      [/rate limit/, /1,200 requests in 5 minutes/, /timeout-seconds/],
    ],
    [
      'the rate limit, older answer',
      answered(429, [10100, 'Please wait and consider throttling your request speed']),
      'api-token',
      [/rate limit/, /timeout-seconds/],
    ],
    [
      'a 403 of another cause',
      answered(403, [1001, 'Forbidden']),
      'api-token',
      [/not the credentials/, /Enterprise/, /firewall/],
    ],
    ...[300, 302, 399].map((status): [string, ApiError, Scheme, readonly RegExp[]] => [
      `a redirect (HTTP ${status})`,
      answered(status),
      'api-token',
      [/never sent on to another address/, /api-base-url/],
    ]),
    ['HTTP 525', answered(525), 'api-token', [/secure connection to the server behind/, /cloudflarestatus/]],
    ['HTTP 526', answered(526), 'api-token', [/secure connection to the server behind/, /cloudflarestatus/]],
    ['HTTP 500', answered(500, [1002, 'Internal error']), 'api-token', [/cloudflarestatus/, /again later/]],
    ['HTTP 524', answered(524), 'api-token', [/cloudflarestatus/, /again later/]],
    [
      'a certificate that is not trusted',
      unconnected(failedWith('SELF_SIGNED_CERT_IN_CHAIN'), 'none'),
      'api-token',
      [/certificate is not trusted/, /NODE_EXTRA_CA_CERTS/],
    ],
    [
      'an address that cannot be reached',
      unconnected(failedWith('ENOTFOUND'), 'none'),
      'api-token',
      [/could not reach the API/, /DNS/, /HTTPS_PROXY and NO_PROXY/, /api-base-url/],
    ],
    [
      'a proxy that refuses to connect',
      unconnected(fetchFailed('Proxy response (407) !== 200 when HTTP Tunneling'), 'none'),
      'api-token',
      [/proxy did not let the request through/, /user and a password/],
    ],
    [
      'an address that the token does not allow, beside another error',
      apiError({
        status: 403,
        details: [
          { code: 9109, message: 'Cannot use the access token from location: 203.0.113.7', chain: [] },
          { code: 1001, message: 'Forbidden', chain: [] },
        ],
      }),
      'api-token',
      [/IP filter/],
    ],
  ])('%s', (_case, error, scheme, essentials) => {
    const hint = hintFor(error, scheme);
    for (const essential of essentials) expect(hint).toMatch(essential);
  });
});

test('the four meanings of 9109 and the three of 10000 have hints of their own', () => {
  const hints = [
    answered(403, [9109, 'Invalid access token']),
    answered(403, [9109, 'Unauthorized to access requested resource']),
    answered(403, [9109, 'Valid user-level authentication not found']),
    answered(403, [9109, 'Cannot use the access token from location: 203.0.113.7']),
    answered(405, [10000, 'PATCH method not allowed for the api_token authentication scheme']),
  ].map((error) => hintFor(error, 'api-token'));
  expect(new Set(hints).size).toBe(hints.length);
});

test.each<[string, ApiError, RegExp]>([
  ['an answer that says it all itself', answered(400, [1001, 'invitation is already accepted']), /see its message/],
  ['a conflict', answered(409), /at the same time.*again/],
  ['code 1000 that is no 401', answered(400, [1000, 'Invalid something']), /see its message/],
  ['a malformed header that is none of ours', answered(400, [6103, 'Invalid format']), /see its message/],
  ['success that does not show the status', apiError({ status: 200, effect: 'unclear' }), /Run the job again/],
  ['a time-out of the server', apiError({ status: 408, effect: 'unclear' }), /Run the job again/],
  ['a 404 that the API did not send', apiError({ status: 404 }), /api-base-url/],
  ['a connection that broke', unconnected(failedWith('ECONNRESET'), 'unclear'), /Run the job again/],
])('the hint for %s claims no more than is known', (_case, error, essential) => {
  expect(hintFor(error, 'api-token')).toMatch(essential);
});
