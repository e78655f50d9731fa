import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  BASE_PATH,
  CloudflareSandbox,
  changedResult,
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  redirectTo,
  type SandboxOptions,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { fetchFailed, sandboxFetch } from '../../../sandbox/fetch.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { type ClientOptions, InvitesClient } from '../../../src/cloudflare/client.ts';
import type { Credentials } from '../../../src/cloudflare/credentials.ts';
import { ApiError, type Effect, StopError } from '../../../src/cloudflare/errors.ts';
import { type Pause, RequestLimiter } from '../../../src/cloudflare/limiter.ts';
import { VERSION } from '../../../src/version.ts';

const { acmeDns, agency, expired } = DEMO_IDS;
const HOST = 'api.cloudflare.example';
const JSON_TYPE = { 'content-type': 'application/json' };

interface Setting extends Partial<SandboxOptions> {
  readonly timeoutSeconds?: number;
  readonly retries?: number;
  readonly random?: () => number;
  /** Which of the demo user's credentials are used. */
  readonly scheme?: Credentials['scheme'];
  readonly fetch?: ClientOptions['fetch'];
}

function setUp(setting: Setting = {}) {
  const { timeoutSeconds = 600, retries = 4, random = () => 0, scheme = 'api-token', fetch, ...options } = setting;
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const world = demoAccount(startMs);
  const sandbox = new CloudflareSandbox({ clock: clock.unrecorded(), ...world, ...options });
  const job = new AbortController();
  const pauses: Pause[] = [];
  const traces: string[] = [];
  const debug: string[] = [];
  const gate = new RequestLimiter({
    clock,
    timeoutSeconds,
    cancelled: job.signal,
    onPause: (pause) => pauses.push(pause),
  });
  const { token, email, key } = world.credentials;
  const client = new InvitesClient({
    baseUrl: `https://${HOST}${BASE_PATH}`,
    credentials: scheme === 'api-token' ? { scheme, token } : { scheme, email, key },
    retries,
    fetch: fetch ?? sandboxFetch(sandbox, clock.unrecorded()),
    clock,
    random,
    gate,
    onRetry: (line) => traces.push(line),
    onDebug: (line) => debug.push(line),
  });
  return {
    client,
    clock,
    debug,
    gate,
    job,
    pauses,
    sandbox,
    traces,
    world,
    elapsedMs: () => clock.nowMs() - startMs,
    /** When each request arrived, in milliseconds from the start. */
    arrivals: () => sandbox.requests.map(({ atMs }) => atMs - startMs),
  };
}

async function rejection<T extends Error>(work: Promise<unknown>, type: new (...parameters: never[]) => T): Promise<T> {
  const reason = await work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(type);
  return reason as T;
}

/** A header laid over the true answer. */
const withHeaders = (headers: Record<string, string>): Fault => ({
  name: 'headers',
  mutateReply: (reply) => ({ ...reply, headers: { ...reply.headers, ...headers } }),
});

const answering = (status: number, body: string | object, headers: Record<string, string> = {}): Fault => ({
  reply: { status, body, headers },
});

const times = (count: number, fault: Fault): Fault => ({ ...fault, times: count });

describe('a request', () => {
  test('to answer an invite is one PATCH that says so and no more', async () => {
    const { client, clock, sandbox, world } = setUp();
    const invite = await clock.run(client.answer(acmeDns, 'accepted'));
    expect(invite).toMatchObject({ id: acmeDns, status: 'accepted', organization_name: 'Acme, Inc.' });
    expect(sandbox.requests).toHaveLength(1);
    expect(sandbox.requests[0]).toMatchObject({
      method: 'PATCH',
      path: `/client/v4/user/invites/${acmeDns}`,
      body: '{"status":"accepted"}',
      appliedStatus: 'accepted',
      headers: {
        host: HOST,
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': `cloudflare-invite-action/${VERSION}`,
        authorization: `Bearer ${world.credentials.token}`,
      },
    });
    expect(sandbox.requests[0]?.headers).not.toHaveProperty('x-auth-key');
  });

  test('to reject an invite says that', async () => {
    const { client, clock, sandbox } = setUp();
    await clock.run(client.answer(acmeDns, 'rejected'));
    expect(sandbox.requests.map(({ body }) => body)).toEqual(['{"status":"rejected"}']);
    expect(sandbox.invite(acmeDns)).toHaveProperty('status', 'rejected');
  });

  test.each<[string, (client: InvitesClient) => Promise<unknown>, string]>([
    ['read an invite', (client) => client.read(agency), `/client/v4/user/invites/${agency}`],
    ['read an invite patiently', (client) => client.readPatiently(agency), `/client/v4/user/invites/${agency}`],
    ['list invites', (client) => client.listPage(3, 50), '/client/v4/user/invites?page=3&per_page=50'],
  ])('to %s is one GET without a body', async (_case, send, path) => {
    const { client, clock, sandbox } = setUp();
    await clock.run(send(client));
    expect(sandbox.requests).toMatchObject([
      { method: 'GET', path, body: '', headers: { accept: 'application/json' } },
    ]);
    expect(sandbox.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  test('with the Global API Key carries key and e-mail address, and no token', async () => {
    const { client, clock, sandbox, world } = setUp({ scheme: 'global-api-key' });
    await clock.run(client.read(acmeDns));
    const headers = sandbox.requests[0]?.headers;
    expect(headers).toMatchObject({ 'x-auth-email': world.credentials.email, 'x-auth-key': world.credentials.key });
    expect(headers).not.toHaveProperty('authorization');
  });

  test('names the version of package.json', async () => {
    const { client, clock, sandbox } = setUp();
    await clock.run(client.read(acmeDns));
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(sandbox.requests[0]?.headers['user-agent']).toBe(`cloudflare-invite-action/${version}`);
  });

  test('keeps an id within its place in the path', async () => {
    const { client, clock, sandbox } = setUp({ invites: [{ id: 'a/b?c#d', status: 'pending' }] });
    await clock.run(client.read('a/b?c#d'));
    expect(sandbox.requests[0]?.path).toBe('/client/v4/user/invites/a%2Fb%3Fc%23d');
  });

  test('that goes well leaves one line for debugging, with its duration, and none in the log', async () => {
    const { client, clock, debug, traces } = setUp({ latencyMs: 120 });
    await clock.run(client.read(acmeDns));
    expect(debug).toEqual([`GET /user/invites/${acmeDns}: HTTP 200 after 120 ms`]);
    expect(traces).toEqual([]);
  });

  test('that fails leaves a line for debugging with the ray', async () => {
    const { client, clock, debug } = setUp({ latencyMs: 120, faults: [answering(503, 'down', { 'cf-ray': 'ray-1' })] });
    await rejection(clock.run(client.read(acmeDns)), ApiError);
    expect(debug).toEqual([`GET /user/invites/${acmeDns}: HTTP 503 with text: "down" after 120 ms, cf-ray ray-1`]);
    const dropped = setUp({ faults: [dropBeforeApply()] });
    await rejection(dropped.clock.run(dropped.client.read(acmeDns)), ApiError);
    expect(dropped.debug).toEqual([expect.stringMatching(/ after 0 ms, cf-ray none$/)]);
  });
});

describe('a page of the list', () => {
  test('holds its entries as they are and what the server says of the whole list', async () => {
    const { client, clock } = setUp({ pageSize: 5, extraListEntries: [null, 'odd'] });
    const page = await clock.run(client.listPage(2, 50));
    expect(page.entries.slice(-2)).toEqual([null, 'odd']);
    expect(page).toMatchObject({ entries: { length: 4 }, totalCount: 9, perPage: 5 });
  });

  test('may say nothing of the whole list', async () => {
    const { client, clock } = setUp({ resultInfo: 'missing' });
    const page = await clock.run(client.listPage(1, 50));
    expect(page).toMatchObject({ entries: { length: 7 }, totalCount: undefined, perPage: undefined });
  });

  test.each([null, {}, 'none'])('that is %j instead of a list is a failure which may pass', async (result) => {
    const { client, clock, sandbox } = setUp({ faults: [answering(200, { success: true, result })] });
    expect((await clock.run(client.listPage(1, 50))).entries).toHaveLength(7);
    expect(sandbox.requests).toHaveLength(2);
    sandbox.addFault(times(5, answering(200, { success: true, result })));
    const error = await rejection(clock.run(client.listPage(1, 50)), ApiError);
    expect(error.message).toBe('GET /user/invites: HTTP 200 reports success, but holds no list of invites');
  });
});

interface Expected {
  readonly reason: string;
  readonly effect: Effect;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** 0 unless told. */
  readonly tookMs?: number;
}

const unclear = (status: number | undefined, reason: string, retryable = true): Expected => ({
  status,
  reason,
  effect: 'unclear',
  retryable,
});
const refused = (status: number, retryable = false): Expected => ({
  status,
  reason: `HTTP ${status}`,
  effect: 'refused',
  retryable,
});
const none = (status: number | undefined, reason: string, retryable: boolean): Expected => ({
  status,
  reason,
  effect: 'none',
  retryable,
});
const SUCCESS_BUT = 'HTTP 200 reports success, but';
const TIMEOUT: Expected = { ...unclear(undefined, 'no complete answer within 30 s'), tookMs: 30_000 };

describe('an attempt to answer that meets', () => {
  test.each<[string, Fault, Expected]>([
    ['HTTP 500', error500(), unclear(500, 'HTTP 500')],
    [
      'HTTP 500 that claims success',
      answering(500, { success: true, result: { status: 'accepted' } }),
      unclear(500, 'HTTP 500'),
    ],
    ['an HTML page', html502(), unclear(502, 'HTTP 502 with an HTML page titled "502 Bad Gateway"')],
    [
      'plain text',
      text503(),
      unclear(
        503,
        'HTTP 503 with text: "upstream connect error or disconnect/reset before headers. reset reason: connection termination"',
      ),
    ],
    ['a gateway’s time-out', text504(), unclear(504, 'HTTP 504 with text: "upstream request timeout"')],
    ['a problem', problem({ status: 520 }), unclear(520, 'HTTP 520')],
    ['a problem 525', problem({ status: 525 }), unclear(525, 'HTTP 525', false)],
    ['a problem 526', problem({ status: 526 }), unclear(526, 'HTTP 526', false)],
    ['a problem that must not be retried', problem({ status: 520, retryable: false }), unclear(520, 'HTTP 520', false)],
    ['a problem that is said to be success', problem({ status: 200 }), unclear(200, 'HTTP 200 without success')],
    [
      'an error that must not be retried',
      answering(500, '', { 'x-should-retry': 'false' }),
      unclear(500, 'HTTP 500 with an empty body', false),
    ],
    [
      'an error that may be retried',
      answering(500, '', { 'x-should-retry': 'true' }),
      unclear(500, 'HTTP 500 with an empty body'),
    ],
    ['a refusal', envelopeFailure(400, { code: 1001, message: 'no' }), refused(400)],
    [
      'a refusal that claims it may be retried',
      answering(400, { success: false }, { 'x-should-retry': 'true' }),
      refused(400),
    ],
    ['a refusal of this invite alone', envelopeFailure(403, { code: 1001, message: 'no' }), refused(403)],
    ['an unknown path', envelopeFailure(404), refused(404)],
    ['a conflict', envelopeFailure(409), refused(409, true)],
    [
      'a conflict that must not be retried',
      answering(409, { success: false }, { 'x-should-retry': 'false' }),
      refused(409),
    ],
    ['a request time-out', envelopeFailure(408), unclear(408, 'HTTP 408')],
    ['the rate limit', tooManyRequests({ retryAfter: 1 }), none(429, 'HTTP 429', true)],
    ['cut JSON', cutJson(), unclear(200, 'HTTP 200 with JSON that is broken or cut off')],
    ['an empty body', answering(200, ''), unclear(200, 'HTTP 200 with an empty body')],
    ['no body', answering(204, ''), unclear(204, 'HTTP 204 with an empty body')],
    ['success: false', successFalse(), unclear(200, 'HTTP 200 without success', false)],
    [
      'JSON of somebody else',
      answering(200, { ok: true }),
      unclear(200, 'HTTP 200 with JSON that is no answer of the API (it has no "success")'),
    ],
    [
      'success that is still pending',
      stillPending(),
      unclear(200, `${SUCCESS_BUT} the invite has the status "pending"`),
    ],
    [
      'success with the opposite status',
      changedResult('opposite', { status: 'rejected' }),
      unclear(200, `${SUCCESS_BUT} the invite has the status "rejected"`),
    ],
    [
      'success for another invite',
      changedResult('other', { id: agency }),
      unclear(200, `${SUCCESS_BUT} shows another invite, "${agency}"`),
    ],
    [
      'success without a status',
      changedResult('none', { status: undefined }),
      unclear(200, `${SUCCESS_BUT} shows no status of the invite`),
    ],
    [
      'success without an invite',
      answering(200, { success: true, result: [] }),
      unclear(200, `${SUCCESS_BUT} holds no invite`),
    ],
    ['a connection that drops before', dropBeforeApply(), unclear(undefined, 'read ECONNRESET')],
    ['a connection that drops after', dropAfterApply(), unclear(undefined, 'read ECONNRESET')],
    [
      'a connection that drops within the body',
      { drop: 'body' },
      unclear(undefined, 'terminated: other side closed (UND_ERR_SOCKET)'),
    ],
    [
      'a body shorter than announced',
      { cutBody: 10 },
      unclear(undefined, 'terminated: other side closed (UND_ERR_SOCKET)'),
    ],
    ['a refused connection', { refuseConnection: true }, none(undefined, `connect ECONNREFUSED ${HOST}`, true)],
    ['no answer at all', { hang: true }, TIMEOUT],
    ['an answer that comes too late', { delayMs: 30_001 }, TIMEOUT],
    ['a body that comes too slowly', { slowBody: { msPerByte: 1_000 } }, TIMEOUT],
    [
      'a body without an end',
      { endless: true },
      // 8 MiB in steps of 64 KiB every 10 ms, and the one step that is too much.
      { ...unclear(undefined, 'the answer is longer than 8388608 bytes'), tookMs: 1_290 },
    ],
  ])('%s fails, and says what may have come of it', async (_case, fault, expected) => {
    const { client, clock, sandbox, elapsedMs, gate } = setUp({ faults: [fault] });
    const error = await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError);
    const { tookMs = 0, ...fields } = expected;
    expect(error).toMatchObject({ ...fields, method: 'PATCH', path: `/user/invites/${acmeDns}` });
    expect(error.message).toBe(`PATCH /user/invites/${acmeDns}: ${expected.reason}`);
    expect(sandbox.requests).toHaveLength(1);
    expect(elapsedMs()).toBe(tookMs);
    expect(gate.stopped).toBeUndefined();
  });

  test.each<[string, Fault[]]>([
    ['success', []],
    ['failure', [error500()]],
    ['connection that drops', [dropBeforeApply()]],
  ])('a %s leaves no timer behind that would keep the process alive', async (_case, faults) => {
    const { client, clock } = setUp({ faults });
    const sleep = vi.spyOn(clock, 'sleep');
    await clock.run(client.answer(acmeDns, 'accepted').catch(() => undefined));
    expect(sleep.mock.calls.map(([ms, signal]) => [ms, signal?.aborted])).toEqual([[30_000, true]]);
  });

  test('an answer just in time succeeds', async () => {
    const { client, clock } = setUp({ faults: [{ delayMs: 29_999 }] });
    expect(await clock.run(client.answer(acmeDns, 'accepted'))).toHaveProperty('status', 'accepted');
  });

  test('success that leaves out the id succeeds', async () => {
    const { client, clock } = setUp({ faults: [changedResult('no id', { id: undefined })] });
    expect(await clock.run(client.answer(acmeDns, 'accepted'))).toHaveProperty('status', 'accepted');
  });

  test('success with errors beside it succeeds', async () => {
    const body = {
      success: true,
      errors: [{ code: 1000, message: 'odd' }],
      result: { id: acmeDns, status: 'accepted' },
    };
    const { client, clock } = setUp({ faults: [answering(200, body)] });
    expect(await clock.run(client.answer(acmeDns, 'accepted'))).toEqual({ id: acmeDns, status: 'accepted' });
  });
});

describe('an error', () => {
  test('keeps what Cloudflare said, its ray and the delay that it asked for', async () => {
    const entry = {
      code: 1001,
      message: 'Invalid request',
      documentation_url: 'https://developers.cloudflare.com/x',
      source: { pointer: '/status' },
      error_chain: [{ code: 1002, message: 'because' }],
    };
    const body = { success: false, errors: [entry], messages: [], result: null };
    const fault = answering(400, body, { 'cf-ray': 'ray-1', 'retry-after': '7' });
    const { client, clock } = setUp({ faults: [fault] });
    const error = await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError);
    expect(error).toMatchObject({ cfRay: 'ray-1', retryAfterMs: 7_000, attempts: 1 });
    expect(error.details).toEqual([
      {
        code: 1001,
        message: 'Invalid request',
        documentationUrl: 'https://developers.cloudflare.com/x',
        pointer: '/status',
        chain: [{ code: 1002, message: 'because' }],
      },
    ]);
  });

  test('keeps what a problem said', async () => {
    const { client, clock } = setUp({ faults: [problem({ status: 520, retry_after: 12 })] });
    const error = await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError);
    expect(error.codes).toEqual([520]);
    expect(error.retryAfterMs).toBe(12_000);
    expect(error.details[0]?.message).toContain('Web server is returning an unknown error');
  });

  test('keeps the ray of a success that is none', async () => {
    const { client, clock } = setUp({ faults: [stillPending()] });
    const error = await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError);
    expect(error.cfRay).toMatch(/-FRA$/);
  });

  test('has no ray and no delay where there are none', async () => {
    const { client, clock } = setUp({ faults: [dropBeforeApply()] });
    const error = await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError);
    expect(error).toMatchObject({ cfRay: undefined, retryAfterMs: undefined });
  });

  test('tells an invite that is missing from one that is answered', async () => {
    const { client, clock } = setUp();
    const missing = await rejection(clock.run(client.answer('0'.repeat(32), 'accepted')), ApiError);
    expect(missing).toMatchObject({ isNotFound: true, effect: 'refused', retryable: false });
    const answered = await rejection(clock.run(client.answer(expired, 'accepted')), ApiError);
    expect(answered).toMatchObject({ isNotFound: false, effect: 'refused', retryable: false });
  });

  test.each([stillPending(), cutJson()])('keeps $name from being success for a read as well', async (fault) => {
    const { client, clock } = setUp({ faults: [fault] });
    const read = clock.run(client.read(acmeDns));
    if (fault.name === 'stillPending') await expect(read).resolves.toHaveProperty('status', 'pending');
    else await rejection(read, ApiError);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another invite', { id: agency }],
    ['without a status', { status: undefined }],
  ])('is what a read %s ends in', async (_case, changes) => {
    const { client, clock } = setUp({ faults: [changedResult('odd', changes)] });
    expect(await rejection(clock.run(client.read(acmeDns)), ApiError)).toMatchObject({
      effect: 'unclear',
      retryable: true,
    });
  });
});

test.each(['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
  'a certificate that is not accepted (%s) is not tried again',
  async (code) => {
    let calls = 0;
    const { client, clock, elapsedMs } = setUp({
      fetch: () => {
        calls += 1;
        return Promise.reject(fetchFailed('certificate of no use', { code }));
      },
    });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({
      reason: `certificate of no use (${code})`,
      effect: 'none',
      retryable: false,
      status: undefined,
    });
    expect(calls).toBe(1);
    expect(elapsedMs()).toBe(0);
  },
);

describe('a redirect', () => {
  const ELSEWHERE = 'https://elsewhere.example/secret/path?token=abc';

  test.each(
    [300, 301, 302, 303, 307, 308].flatMap((status) => [
      [status, 'api-token'] as const,
      [status, 'global-api-key'] as const,
    ]),
  )('%d with the scheme %s is refused, not followed and not tried again', async (status, scheme) => {
    const { client, clock, sandbox } = setUp({ scheme, faults: [redirectTo(ELSEWHERE, status)] });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ status, effect: 'none', retryable: false });
    expect(error.reason).toBe(`HTTP ${status}, a redirect to https://elsewhere.example, which is refused`);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('of an answer has no effect', async () => {
    const { client, clock, sandbox } = setUp({ faults: [redirectTo(ELSEWHERE, 307)] });
    expect(await rejection(clock.run(client.answer(acmeDns, 'accepted')), ApiError)).toHaveProperty('effect', 'none');
    expect(sandbox.requests).toHaveLength(1);
    expect(sandbox.invite(acmeDns)).toHaveProperty('status', 'pending');
  });

  test('within the same server is refused as well, and named by the server alone', async () => {
    const { client, clock, sandbox } = setUp({ faults: [redirectTo('/login?next=x')] });
    const error = await rejection(clock.run(client.read(acmeDns)), ApiError);
    expect(error.reason).toBe(`HTTP 302, a redirect to https://${HOST}, which is refused`);
    expect(sandbox.requests).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['that does not say where to', answering(302, '')],
    ['to nowhere', redirectTo('http://')],
  ])('%s names no server', async (_case, fault) => {
    const { client, clock } = setUp({ faults: [fault] });
    const error = await rejection(clock.run(client.read(acmeDns)), ApiError);
    expect(error.reason).toBe('HTTP 302, a redirect, which is refused');
  });
});

describe('trying again', () => {
  const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];
  const gaps = (times: readonly number[]): number[] => times.slice(1).map((ms, index) => ms - (times[index] ?? 0));

  test.each<Fault>([
    error500(),
    html502(),
    text504(),
    problem({ status: 520 }),
    envelopeFailure(408),
    envelopeFailure(409),
    tooManyRequests(),
    cutJson(),
    dropBeforeApply(),
    dropAfterApply(),
    { name: 'refused connection', refuseConnection: true },
    { name: 'hang', hang: true },
    changedResult('no status', { status: undefined }),
  ])('helps against $name', async (fault) => {
    const { client, clock, sandbox } = setUp({ faults: [fault] });
    expect(await clock.run(client.readPatiently(acmeDns))).toHaveProperty('id', acmeDns);
    expect(sandbox.requests).toHaveLength(2);
  });

  test.each<Fault>([
    problem({ status: 525 }),
    problem({ status: 526 }),
    { ...answering(503, '', { 'x-should-retry': 'false' }), name: 'HTTP 503 with x-should-retry: false' },
    { ...answering(429, '', { 'x-should-retry': 'false' }), name: 'HTTP 429 with x-should-retry: false' },
    envelopeFailure(400),
    envelopeFailure(403),
    envelopeFailure(404),
    envelopeFailure(410),
    { ...answering(400, '', { 'x-should-retry': 'true' }), name: 'HTTP 400 with x-should-retry: true' },
    successFalse(),
  ])('is not done after $name', async (fault) => {
    const { client, clock, sandbox, elapsedMs, traces } = setUp({ faults: [fault] });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ attempts: 1, retryExceedsDeadline: false });
    expect(sandbox.requests).toHaveLength(1);
    expect(elapsedMs()).toBe(0);
    expect(traces).toEqual([]);
  });

  test.each([0, 1, 4, 10])('ends after %d retries, each after a longer wait', async (retries) => {
    const { client, clock, sandbox, arrivals, elapsedMs } = setUp({ retries, faults: [times(20, error500())] });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ attempts: retries + 1, retryExceedsDeadline: false, status: 500 });
    expect(sandbox.requests).toHaveLength(retries + 1);
    expect(gaps(arrivals())).toEqual(BACKOFF_MS.slice(0, retries));
    expect(elapsedMs()).toBe(arrivals().at(-1));
  });

  test.each<[string, Fault]>([
    ['failure', error500()],
    ['refusal for the rate limit', tooManyRequests()],
  ])('waits a little less by chance after each %s, a quarter at most', async (_case, fault) => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const chances = fc.oneof(fc.constant([0.999_999]), fc.array(chance, { minLength: 1, maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(chances, async (values) => {
        let drawn = 0;
        const random = (): number => values[drawn++ % values.length] ?? 0;
        const { client, clock, arrivals } = setUp({ random, retries: 5, faults: [times(5, fault)] });
        await clock.run(client.readPatiently(acmeDns));
        const expected = BACKOFF_MS.slice(0, 5).map(
          (ms, index) => ms * (1 - 0.25 * (values[index % values.length] ?? 0)),
        );
        expect(arrivals()).toHaveLength(6);
        for (const [index, gap] of gaps(arrivals()).entries()) expect(gap).toBeCloseTo(expected[index] ?? 0, 2);
      }),
      { numRuns: 10 },
    );
  });

  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['no seconds', { 'retry-after': '0' }, 0],
    ['parts of a second', { 'retry-after': '1.5' }, 1_500],
    ['more seconds than any backoff', { 'retry-after': '290' }, 290_000],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['milliseconds and seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    ['a date', { 'retry-after': 'Mon, 23 Nov 2026 09:00:20 GMT' }, 20_000],
    ['a date of RFC 850', { 'retry-after': 'Monday, 23-Nov-26 09:00:20 GMT' }, 20_000],
    ['a date of asctime', { 'retry-after': 'Mon Nov 23 09:00:20 2026' }, 20_000],
    ['a date that is over', { 'retry-after': 'Mon, 23 Nov 2026 08:00:00 GMT' }, 0],
    ['nonsense', { 'retry-after': 'soon' }, 437.5],
    ['nothing', {}, 437.5],
  ])('obeys a server that asks for %s as it stands', async (_case, headers, waitMs) => {
    for (const status of [429, 503]) {
      const { client, clock, arrivals } = setUp({
        random: () => 0.5,
        faults: [answering(status, { success: false }, { ...JSON_TYPE, ...headers })],
      });
      await clock.run(client.readPatiently(acmeDns));
      expect(arrivals(), `HTTP ${status}`).toEqual([0, waitMs]);
    }
  });

  test.each([429, 520])('obeys the delay in the body of a problem %d', async (status) => {
    const { client, clock, arrivals } = setUp({ faults: [problem({ status, retry_after: 12 })] });
    await clock.run(client.readPatiently(acmeDns));
    expect(arrivals()).toEqual([0, 12_000]);
  });

  test('is told in the log, with what is going on', async () => {
    const { client, clock, traces } = setUp({ faults: [error500(), tooManyRequests({ retryAfter: 20 })] });
    await clock.run(client.readPatiently(acmeDns));
    expect(traces).toEqual([
      `GET /user/invites/${acmeDns}: HTTP 500 (attempt 1 of 5 failed; next in 0.5 s)`,
      `GET /user/invites/${acmeDns}: HTTP 429 (attempt 2 of 5 failed)`,
    ]);
  });

  test('is done for a page of the list as well', async () => {
    const { client, clock, arrivals } = setUp({ faults: [times(2, html502())] });
    expect((await clock.run(client.listPage(1, 50))).entries).toHaveLength(7);
    expect(arrivals()).toEqual([0, 500, 1_500]);
  });

  test.each<[string, (client: InvitesClient) => Promise<unknown>]>([
    ['a single read', (client) => client.read(acmeDns)],
    ['an answer, which must be read back first', (client) => client.answer(acmeDns, 'accepted')],
  ])('is not done by %s', async (_case, send) => {
    const { client, clock, sandbox } = setUp({ faults: [error500()] });
    await rejection(clock.run(send(client)), ApiError);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('reads back once more after a refusal for the rate limit, and after nothing else', async () => {
    const { client, clock, arrivals } = setUp({ faults: [tooManyRequests({ retryAfter: 7 })] });
    expect(await clock.run(client.readBack(acmeDns))).toMatchObject({ id: acmeDns, status: 'pending' });
    expect(arrivals()).toEqual([0, 7_000]);
    const failing = setUp({ faults: [error500()] });
    await rejection(failing.clock.run(failing.client.readBack(acmeDns)), ApiError);
    expect(failing.sandbox.requests).toHaveLength(1);
  });

  test('is not begun when there is no time to wait for it, and the error says how long the wait would be', async () => {
    const { client, clock, gate, elapsedMs, sandbox } = setUp({
      timeoutSeconds: 60,
      faults: [answering(503, 'down', { 'retry-after': '60' })],
    });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ attempts: 1, retryExceedsDeadline: true, retryAfterMs: 60_000, status: 503 });
    expect(elapsedMs()).toBe(0);
    expect(sandbox.requests).toHaveLength(1);
    expect(gate.stopped).toBeUndefined();
  });

  test('is done when there is just enough time to wait for it', async () => {
    const { client, clock, arrivals } = setUp({
      timeoutSeconds: 60,
      faults: [answering(503, 'down', { 'retry-after-ms': '59999' })],
    });
    await clock.run(client.readPatiently(acmeDns));
    expect(arrivals()).toEqual([0, 59_999]);
  });

  test('is not said to fail for lack of time once the retries are used up', async () => {
    const { client, clock } = setUp({
      retries: 0,
      timeoutSeconds: 60,
      faults: [answering(503, '', { 'retry-after': '90' })],
    });
    expect(await rejection(clock.run(client.readPatiently(acmeDns)), ApiError)).toHaveProperty(
      'retryExceedsDeadline',
      false,
    );
  });
});

describe('the rate limit', () => {
  test('pauses every request of the step, not only the one that met it', async () => {
    const { client, clock, arrivals, pauses, sandbox } = setUp({ faults: [tooManyRequests({ retryAfter: 10 })] });
    const work = async (): Promise<void> => {
      await rejection(client.answer(acmeDns, 'accepted'), ApiError);
      await Promise.all([client.answer(acmeDns, 'accepted'), client.read(agency), client.listPage(1, 50)]);
    };
    await clock.run(work());
    expect(arrivals()).toEqual([0, 10_000, 10_000, 10_000]);
    expect(sandbox.requests.map(({ status }) => status)).toEqual([429, 200, 200, 200]);
    expect(pauses).toMatchObject([{ durationMs: 10_000, reason: 'Cloudflare answered HTTP 429, too many requests' }]);
  });

  test('pauses the others although the request that met it is not tried again', async () => {
    const { client, clock, arrivals } = setUp({ retries: 0, faults: [tooManyRequests({ retryAfter: 10 })] });
    const work = async (): Promise<void> => {
      await rejection(client.readPatiently(acmeDns), ApiError);
      await client.read(agency);
    };
    await clock.run(work());
    expect(arrivals()).toEqual([0, 10_000]);
  });

  test('also holds back a request that waits for its next attempt for another reason', async () => {
    const { client, clock, sandbox } = setUp({
      faults: [
        { ...error500(), on: { id: acmeDns } },
        { ...tooManyRequests({ retryAfter: 10 }), on: { id: agency }, delayMs: 100 },
      ],
    });
    await clock.run(Promise.all([client.readPatiently(acmeDns), client.readPatiently(agency)]));
    const startMs = sandbox.requests[0]?.atMs ?? 0;
    expect(sandbox.requests.map(({ atMs }) => atMs - startMs)).toEqual([0, 0, 10_100, 10_100]);
  });

  test('met by requests that are under way together counts once and is announced once', async () => {
    const { client, clock, arrivals, pauses } = setUp({ faults: [times(4, tooManyRequests())] });
    await clock.run(Promise.all([acmeDns, agency, expired, acmeDns].map((id) => client.readPatiently(id))));
    expect(arrivals()).toEqual([0, 0, 0, 0, 500, 500, 500, 500]);
    expect(pauses).toHaveLength(1);
  });

  test('met again and again without a word from the server is left alone for longer each time', async () => {
    const { client, clock, arrivals } = setUp({ faults: [times(4, tooManyRequests())] });
    await clock.run(client.readPatiently(acmeDns));
    expect(arrivals()).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test.each<[string, Fault]>([
    ['success', { name: 'nothing', delayMs: 0 }],
    ['failure of another kind', error500()],
  ])('met after a %s is a new one', async (_case, between) => {
    const { client, clock, pauses } = setUp({
      faults: [tooManyRequests(), tooManyRequests(), between, tooManyRequests()],
    });
    const work = async (): Promise<void> => {
      await client.readPatiently(acmeDns);
      await client.readPatiently(acmeDns);
    };
    await clock.run(work());
    expect(pauses.map(({ durationMs }) => durationMs)).toEqual([500, 1_000, 500]);
  });

  test('that is about to be met is not: with nothing left, requests wait', async () => {
    const { client, clock, sandbox, arrivals, pauses } = setUp({
      rateLimit: { requests: 2, windowMs: 60_000, announce: true },
    });
    const work = async (): Promise<void> => {
      for (const id of [acmeDns, agency, acmeDns]) await client.read(id);
    };
    await clock.run(work());
    expect(sandbox.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(arrivals()).toEqual([0, 0, 60_000]);
    expect(pauses).toMatchObject([{ durationMs: 60_000, reason: 'no request left in Cloudflare’s rate limit' }]);
  });

  test.each<[string, Fault]>([
    ['a success', withHeaders({ ratelimit: '"default";r=0;t=30' })],
    ['an error', answering(400, { success: false }, { ratelimit: '"default";r=0;t=30' })],
    ['something unreadable', answering(502, '<html>', { ratelimit: '"a";r=0;t=30, "b";r=9;t=90' })],
  ])('is heeded in the headers of %s', async (_case, fault) => {
    const { client, clock, arrivals } = setUp({ faults: [fault] });
    const work = async (): Promise<void> => {
      await client.read(acmeDns).catch(() => undefined);
      await client.read(agency);
    };
    await clock.run(work());
    expect(arrivals()).toEqual([0, 30_000]);
  });

  test('with requests left holds back nothing', async () => {
    const { client, clock, arrivals } = setUp({ faults: [withHeaders({ ratelimit: '"default";r=1;t=30' })] });
    const work = async (): Promise<void> => {
      await client.read(acmeDns);
      await client.read(agency);
    };
    await clock.run(work());
    expect(arrivals()).toEqual([0, 0]);
  });

  test.each(['seconds', 'date', 'ms', 'none'] as const)(
    'of a server that tells when to come back (%s) is kept to',
    async (retryAfter) => {
      const { client, clock, sandbox } = setUp({
        rateLimit: { requests: 3, windowMs: 5_000, retryAfter },
        retries: 10,
      });
      const ids = [acmeDns, agency, expired, acmeDns, agency];
      await clock.run(Promise.all(ids.map((id) => client.readPatiently(id))));
      expect(sandbox.requests.filter(({ status }) => status === 200)).toHaveLength(5);
      // Those that met the limit together come again together, once the block is over.
      if (retryAfter !== 'none')
        expect(sandbox.requests.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429, 200, 200]);
    },
  );

  test('that leaves no time stops the step at once and says how long the server asked for', async () => {
    const { client, clock, gate, elapsedMs, sandbox } = setUp({ faults: [tooManyRequests({ retryAfter: 900 })] });
    const stop = await rejection(clock.run(client.readPatiently(acmeDns)), StopError);
    expect(stop.reason).toBe('rate-limit');
    expect(stop.message).toContain('A pause of 900 s is needed');
    expect(stop.message).toContain('600 s of its 600 s left');
    expect(stop.error).toMatchObject({ status: 429, codes: [971], retryAfterMs: 900_000, cfRay: expect.any(String) });
    expect(gate.stopped).toBe(stop);
    expect(elapsedMs()).toBe(0);
    expect(await rejection(clock.run(client.read(agency)), StopError)).toBe(stop);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('that leaves no time is explained by the refusal, although the server also counts what is left', async () => {
    const { client, clock } = setUp({
      rateLimit: { requests: 0, windowMs: 300_000, blockMs: 900_000, announce: true },
    });
    const stop = await rejection(clock.run(client.readPatiently(acmeDns)), StopError);
    expect(stop.message).toContain('900 s');
    expect(stop.message).toContain('HTTP 429');
    expect(stop.error).toMatchObject({ status: 429, codes: [10100], cfRay: expect.any(String) });
  });

  test('that has nothing left for too long stops the step before its next request', async () => {
    const { client, clock, elapsedMs, sandbox } = setUp({
      faults: [withHeaders({ ratelimit: '"default";r=0;t=900' })],
    });
    expect(await clock.run(client.answer(acmeDns, 'accepted'))).toHaveProperty('status', 'accepted');
    const stop = await rejection(clock.run(client.read(agency)), StopError);
    expect(stop).toMatchObject({ reason: 'rate-limit', error: undefined });
    expect(stop.message).toContain('A pause of 900 s is needed');
    expect(elapsedMs()).toBe(0);
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe('the deadline', () => {
  test('shortens the time for an attempt', async () => {
    const { client, clock, elapsedMs } = setUp({ timeoutSeconds: 12, faults: [{ hang: true }] });
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ reason: 'no complete answer within 12 s', retryExceedsDeadline: true });
    expect(elapsedMs()).toBe(12_000);
  });

  test('is never passed, however often requests fail', async () => {
    const { client, clock, elapsedMs } = setUp({
      timeoutSeconds: 100,
      retries: 10,
      faults: [times(20, { hang: true })],
    });
    await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(elapsedMs()).toBe(100_000);
  });

  test('keeps every request from being sent after it', async () => {
    const { client, clock, sandbox } = setUp({ timeoutSeconds: 12 });
    await clock.run(clock.sleep(12_000));
    const stop = await rejection(clock.run(client.answer(acmeDns, 'accepted')), StopError);
    expect(stop).toMatchObject({ reason: 'deadline', message: expect.stringContaining('12 s') });
    expect(sandbox.requests).toEqual([]);
  });
});

describe('cancelling the job', () => {
  const cancelAfter = async <T>({ clock, job }: ReturnType<typeof setUp>, ms: number, work: Promise<T>): Promise<T> => {
    await clock.sleep(ms);
    job.abort();
    return work;
  };

  test('cuts off a request after a second of grace', async () => {
    const world = setUp({ faults: [{ hang: true }] });
    const { client, clock, elapsedMs } = world;
    const work = rejection(client.answer(acmeDns, 'accepted'), ApiError);
    const error = await clock.run(cancelAfter(world, 5_000, work));
    expect(error).toMatchObject({ reason: 'cut off, because the job was cancelled', effect: 'unclear' });
    expect(elapsedMs()).toBe(6_000);
  });

  test('cuts off a body after a second of grace', async () => {
    const world = setUp({ faults: [{ slowBody: { msPerByte: 100 } }] });
    const { client, clock, elapsedMs } = world;
    const error = await clock.run(cancelAfter(world, 5_000, rejection(client.read(acmeDns), ApiError)));
    expect(error.reason).toBe('cut off, because the job was cancelled');
    expect(elapsedMs()).toBe(6_000);
  });

  test('lets a request that is under way succeed within that second', async () => {
    const world = setUp({ latencyMs: 900 });
    const { client, clock, sandbox } = world;
    const invite = await clock.run(cancelAfter(world, 10, client.answer(acmeDns, 'accepted')));
    expect(invite).toHaveProperty('status', 'accepted');
    const stop = await rejection(clock.run(client.read(acmeDns)), StopError);
    expect(stop.reason).toBe('cancelled');
    expect(sandbox.requests).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['a wait for the next attempt', answering(503, '', { 'retry-after': '60' })],
    ['a pause', tooManyRequests({ retryAfter: 60 })],
  ])('ends %s at once, and no further request is sent', async (_case, fault) => {
    const world = setUp({ faults: [fault] });
    const { client, clock, sandbox, elapsedMs } = world;
    const stop = await clock.run(cancelAfter(world, 5_000, rejection(client.readPatiently(acmeDns), StopError)));
    expect(stop.reason).toBe('cancelled');
    expect(elapsedMs()).toBe(5_000);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('keeps a request that was cut off from being tried again', async () => {
    const world = setUp({ faults: [{ hang: true }] });
    const { client, clock, sandbox, elapsedMs } = world;
    const stop = await clock.run(cancelAfter(world, 5_000, rejection(client.readPatiently(acmeDns), StopError)));
    expect(stop.reason).toBe('cancelled');
    expect(elapsedMs()).toBe(6_000);
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe('refused credentials', () => {
  test.each<[string, Setting, number, readonly number[]]>([
    ['a revoked token', { revokeAfter: 0 }, 401, [1000]],
    ['a revoked key', { revokeAfter: 0, scheme: 'global-api-key' }, 403, [9103]],
    ['a token without the permission', { tokenRefusal: { as: 'permission' } }, 403, [10000]],
    ['a token for another resource', { tokenRefusal: { as: 'resource' } }, 403, [9109]],
    ['a token for another location', { tokenRefusal: { as: 'location' } }, 403, [9109]],
    ['a scheme that is not allowed', { tokenRefusal: { as: 'scheme' } }, 405, [10000]],
    [
      'malformed headers',
      { faults: [envelopeFailure(400, { code: 6003, message: 'Invalid request headers' })] },
      400,
      [6003],
    ],
    ['missing headers', { faults: [envelopeFailure(400, { code: 9106, message: 'Missing headers' })] }, 400, [9106]],
    [
      'too many failures',
      { faults: [envelopeFailure(429, { code: 10502, message: 'Too many authentication failures' })] },
      429,
      [10502],
    ],
    ['a plain 401', { faults: [answering(401, 'Unauthorized')] }, 401, []],
    ['a 401 with a word about retrying', { faults: [answering(401, '', { 'x-should-retry': 'true' })] }, 401, []],
  ])('(%s) stop the step at once', async (_case, setting, status, codes) => {
    const { client, clock, gate, sandbox, elapsedMs } = setUp(setting);
    const error = await rejection(clock.run(client.readPatiently(acmeDns)), ApiError);
    expect(error).toMatchObject({ status, codes, effect: 'none', retryable: false, isAuthError: true });
    expect(gate.stopped).toMatchObject({ reason: 'credentials', error });
    const stop = await rejection(clock.run(client.answer(agency, 'accepted')), StopError);
    expect(stop).toBe(gate.stopped);
    expect(sandbox.requests).toHaveLength(1);
    expect(elapsedMs()).toBe(0);
  });

  test('end the waits of other requests', async () => {
    const { client, clock, sandbox, elapsedMs } = setUp({
      faults: [
        { ...answering(503, '', { 'retry-after': '60' }), on: { id: acmeDns } },
        { ...envelopeFailure(401), on: { id: agency }, delayMs: 1_000 },
      ],
    });
    const waiting = rejection(client.readPatiently(acmeDns), StopError);
    const refused = rejection(client.readPatiently(agency), ApiError);
    const [stop, error] = await clock.run(Promise.all([waiting, refused]));
    expect(stop).toMatchObject({ reason: 'credentials', error });
    expect(elapsedMs()).toBe(1_000);
    expect(sandbox.requests).toHaveLength(2);
  });

  test('let a request that is under way end in its own time', async () => {
    const { client, clock } = setUp({
      latencyMs: ({ path }) => (path.endsWith(acmeDns) ? 20_000 : 0),
      faults: [{ ...envelopeFailure(401), on: { id: agency } }],
    });
    const slow = client.answer(acmeDns, 'accepted');
    const refused = rejection(client.read(agency), ApiError);
    const [invite] = await clock.run(Promise.all([slow, refused]));
    expect(invite).toHaveProperty('status', 'accepted');
  });

  test.each([
    envelopeFailure(403),
    envelopeFailure(403, { code: 1001, message: 'no' }),
    envelopeFailure(405, { code: 10405, message: 'no' }),
    envelopeFailure(400, { code: 7003, message: 'Could not route' }),
  ])('are not what concerns one invite alone ($name)', async (fault) => {
    const { client, clock, gate } = setUp({ faults: [fault] });
    expect(await rejection(clock.run(client.read(acmeDns)), ApiError)).toHaveProperty('isAuthError', false);
    expect(gate.stopped).toBeUndefined();
    expect(await clock.run(client.read(agency))).toHaveProperty('id', agency);
  });
});
