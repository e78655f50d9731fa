import { expect, test } from 'vitest';
import { fetchFailed } from '../../../sandbox/fetch.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { ERROR_RULES, type ErrorRule } from '../../../src/cloudflare/error-codes.ts';
import type { ApiError } from '../../../src/cloudflare/errors.ts';
import { RequestLimiter } from '../../../src/cloudflare/limiter.ts';
import { RequestSender } from '../../../src/cloudflare/request.ts';
import { ServerClock } from '../../../src/cloudflare/server-clock.ts';
import { apiError } from './fixture.ts';

const SECRET = 'fake-token-of-a-test';

/** Sends one PATCH that ends with `response`, and resolves with its failure. */
async function fail(response: Response | Error) {
  const clock = new VirtualClock();
  const { signal: cancelled } = new AbortController();
  const limiter = new RequestLimiter({ clock, timeoutSeconds: 600, cancelled, onPause: () => undefined });
  const debug: string[] = [];
  const sender = new RequestSender({
    baseUrl: 'https://api.cloudflare.example/client/v4',
    credentials: { scheme: 'api-token', token: SECRET },
    fetch: () => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)),
    wasSent: () => true,
    clock,
    limiter,
    serverClock: new ServerClock(clock, () => undefined),
    redact: (text) => text.replaceAll(SECRET, '***'),
    onDebug: (line) => void debug.push(line),
  });
  const { method, path } = apiError();
  const result = await clock.run(sender.send({ method: method as 'PATCH', path, body: { status: 'accepted' } }));
  if (result.ok) expect.fail('the request did not fail');
  return { failure: result.failure, limiter, debug: debug.join('\n') };
}

/** A response with these errors; the codes after the first one are in its chain. */
function response(status: number, [code, ...chain]: readonly number[], message = 'x', headers = {}): Response {
  const inChain = chain.reduceRight<object[]>((inner, code) => [{ code, message, error_chain: inner }], []);
  const errors = code === undefined ? [] : [{ code, message, error_chain: inChain }];
  return Response.json({ success: false, errors, result: null }, { status, headers });
}

const REFUSED = { effect: 'not-applied', isRetryable: false, stopKind: 'credentials' } as const;
const MEANINGS: Readonly<Record<ErrorRule['kind'], Partial<ApiError>>> = {
  credentials: REFUSED,
  'credentials-here': REFUSED,
  'rate-limit': { effect: 'not-applied', isRetryable: true, stopKind: 'rate-limit' },
  transient: { effect: 'unknown', isRetryable: true },
  'not-found': { effect: 'rejected', isRetryable: false, isNotFound: true },
  routing: { effect: 'rejected', isRetryable: false },
};
const STATUSES = [200, 400, 403, 404, 405, 407, 409, 422, 500, 503];
const SAMPLES: Readonly<Record<string, string>> = {
  'max auth failures': 'max auth failures reached',
  'authentication failed': 'Authentication failed',
  'invalid api token': 'Invalid API Token',
  'throttl|limit': 'Please wait and consider throttling your request speed',
  'consider throttling': 'Rate limited',
  'internal[': 'internal error, please try again',
  'valid user-level authentication not found': 'Valid user-level authentication not found',
  'from location': 'Cannot use the access token from location: 203.0.113.7',
  'unauthorized to access': 'Unauthorized to access requested resource',
  'authentication scheme': 'method not allowed for the api_token authentication scheme',
  'authenticat|authoriz': 'Unable to authenticate request',
  'route to': 'Could not route to /v4/user/invites/abc, perhaps your object identifier is invalid?',
};
const SAMPLED_RULES = ERROR_RULES.map((rule) => {
  const source = rule.message?.source ?? '';
  const message = Object.entries(SAMPLES).find(([part]) => source.includes(part))?.[1];
  return { rule, code: rule.code ?? 4_242, message: message ?? 'x' };
});

test.each(SAMPLED_RULES)(
  'code $code with the message "$message" has its own rule under any status',
  async ({ rule, code, message }) => {
    const isForAll = rule.kind === 'credentials';
    for (const status of STATUSES) {
      const failures = [];
      for (const codes of [[code], [1001, code], [1001, 1002, 1003, code]]) {
        const { failure, limiter } = await fail(response(status, codes, message));
        failures.push(failure);
        expect(limiter.stopError?.reason).toEqual(isForAll ? { kind: 'credentials', error: failure } : undefined);
      }
      // A failure of the server says nothing of an invite or an address.
      const isOverruled = status >= 500 && ['not-found', 'routing', 'transient'].includes(rule.kind);
      for (const failure of failures) {
        expect(failure).toMatchObject(
          isOverruled ? { effect: 'unknown', isRetryable: true } : { rule, ...MEANINGS[rule.kind] },
        );
        expect(failure.isAuthError).toBe(isForAll);
      }
    }
  },
);

test('the first rule of the table that fits any of several codes applies', async () => {
  expect((await fail(response(400, [6003, 6103]))).failure.rule?.code).toBe(6103);
  expect((await fail(response(403, [9109, 10502]))).failure.rule?.code).toBe(10502);
});

test.each([
  [401, [], true],
  [401, [1000], true],
  [403, [], false],
  [403, [1001], false],
  [405, [10405], false],
  [400, [1001], false],
  [407, [], false],
  [429, [971], false],
  [500, [1002], false],
])('HTTP %d with the codes %j refuses the credentials: %s', async (status, codes, isAuthError) => {
  const { failure, limiter } = await fail(response(status, codes));
  expect(failure.isAuthError).toBe(isAuthError);
  expect(limiter.stopError !== undefined).toBe(isAuthError);
});

test.each<[string, Response | Error, boolean]>([
  ['code 7003', response(400, [7003]), true],
  ['code 7003 below another code', response(400, [7000, 7003]), true],
  ['HTTP 404 with an error of the API', response(404, [1003]), true],
  ['HTTP 404 without an error of the API', new Response('Not found', { status: 404 }), false],
  ['HTTP 400', response(400, [1001]), false],
  ['HTTP 410', response(410, []), false],
  ['code 7003 in a response with an unknown effect', response(500, [7003]), false],
  ['a connection that never was', fetchFailed('refused', { code: 'ECONNREFUSED' }), false],
])('%s means that there is no such invite: %s', async (_title, response, isNotFound) => {
  expect((await fail(response)).failure.isNotFound ?? false).toBe(isNotFound);
});

const PROBLEM = { cloudflare_error: true, title: 'Error 520', status: 520 };

test.each<[string, Response, Partial<ApiError>]>([
  ['an envelope', response(500, []), { isRetryable: true, effect: 'unknown', reason: 'HTTP 500' }],
  ['an envelope under HTTP 200', response(200, []), { isRetryable: false, reason: 'HTTP 200 without success' }],
  ['text under HTTP 200', new Response('ok'), { isRetryable: true, reason: 'HTTP 200 with text: "ok"' }],
  ['x-should-retry: false', response(500, [], '', { 'x-should-retry': 'false' }), { isRetryable: false }],
  ['x-should-retry: true', response(400, [], '', { 'x-should-retry': 'true' }), { isRetryable: false }],
  ['retryable: false', Response.json({ ...PROBLEM, retryable: false }, { status: 520 }), { isRetryable: false }],
  ['retryable: true', Response.json({ ...PROBLEM, retryable: true }, { status: 400 }), { isRetryable: false }],
  ['retry-after', response(500, [], '', { 'retry-after': '7' }), { isRetryable: true, retryAfterMs: 7_000 }],
  ['retry_after', Response.json({ ...PROBLEM, retry_after: 7 }, { status: 520 }), { retryAfterMs: 7_000 }],
  [
    'a redirect',
    new Response('', { status: 302, headers: { location: 'https://a.example/b?c' } }),
    {
      isRetryable: false,
      effect: 'not-applied',
      reason: 'HTTP 302, a redirect to https://a.example, which is refused',
    },
  ],
])('a response with %s says whether to try again', async (_title, response, expected) => {
  expect((await fail(response)).failure).toMatchObject(expected);
});

test('the credential is redacted in every part of a failed request', async () => {
  const responses = [
    response(403, [1001], SECRET, { 'cf-ray': SECRET }),
    new Response(SECRET, { status: 403 }),
    new Response(`<html><title>${SECRET}</title>`, { status: 403 }),
    new Response('', { status: 302, headers: { location: `https://${SECRET}.example/` } }),
    Response.json({ cloudflare_error: true, title: SECRET, detail: SECRET }, { status: 520 }),
    fetchFailed(SECRET),
  ];
  for (const response of responses) {
    const { failure, debug } = await fail(response);
    const { cause: _, ...shown } = failure;
    expect(JSON.stringify(shown)).toContain('***');
    expect(JSON.stringify(shown) + debug).not.toContain(SECRET);
  }
});
