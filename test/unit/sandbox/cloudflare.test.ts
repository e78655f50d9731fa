import { describe, expect, test } from 'vitest';
import {
  CloudflareSandbox,
  changedResult,
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  echoCredentials,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  type Reply,
  redirectTo,
  type CloudflareSandbox as Sandbox,
  type SandboxOptions,
  type SandboxRequest,
  type SandboxResponse,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

const clock = new VirtualClock();
const world = demoAccount(clock.nowMs());
const BEARER = { authorization: `Bearer ${world.credentials.token}` };
const KEY = { 'x-auth-email': world.credentials.email, 'x-auth-key': world.credentials.key };
const JSON_TYPE = { 'content-type': 'application/json' };
const invitePath = (id: string): string => `/client/v4/user/invites/${id}`;

function sandboxWith(options: Partial<SandboxOptions> = {}): Sandbox {
  return new CloudflareSandbox({ clock, ...world, ...options });
}

function get(path = '/client/v4/user/invites', headers: Record<string, string> = BEARER): SandboxRequest {
  return { method: 'GET', path, headers, body: '' };
}

function patch(id: string, status = 'accepted', headers: Record<string, string> = BEARER): SandboxRequest {
  const body = JSON.stringify({ status });
  return { method: 'PATCH', path: invitePath(id), headers: { ...headers, ...JSON_TYPE }, body };
}

function full(reply: Reply): SandboxResponse {
  if (reply.kind !== 'full') throw new Error(`not a whole answer: ${reply.kind}`);
  return reply;
}

// biome-ignore lint/suspicious/noExplicitAny: the tests look into JSON of every shape.
async function json(sandbox: Sandbox, request: SandboxRequest): Promise<{ status: number; body: any }> {
  const { status, body } = full(await sandbox.handle(request));
  return { status, body: JSON.parse(body) };
}

describe('answering', () => {
  test('an invite is answerable once, while pending', async () => {
    const sandbox = sandboxWith();
    const first = await json(sandbox, patch(DEMO_IDS.acmeDns));
    expect(first).toMatchObject({ status: 200, body: { success: true, result: { status: 'accepted' } } });
    const second = await json(sandbox, patch(DEMO_IDS.acmeDns, 'rejected'));
    expect(second).toMatchObject({ status: 400, body: { success: false, result: null, errors: [{ code: 1001 }] } });
    expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
    expect(sandbox.requests.map(({ status, appliedStatus }) => [status, appliedStatus])).toEqual([
      [200, 'accepted'],
      [400, undefined],
    ]);
  });

  test("with answeredTwice 'same' a second answer gets the invite as it is", async () => {
    const sandbox = sandboxWith({ answeredTwice: 'same' });
    const reply = await json(sandbox, patch(DEMO_IDS.accepted, 'rejected'));
    expect(reply).toMatchObject({ status: 200, body: { success: true, result: { status: 'accepted' } } });
  });

  test('a pending invite past its expiry reads as expired and cannot be answered', async () => {
    const sandbox = sandboxWith();
    const read = await json(sandbox, get(invitePath(DEMO_IDS.expired)));
    expect(read.body.result.status).toBe('expired');
    expect((await json(sandbox, patch(DEMO_IDS.expired))).body.errors[0].message).toContain('expired');
    expect(sandbox.requests[1]?.appliedStatus).toBeUndefined();
  });

  test.each([
    ['another status', '{"status":"pending"}', 1001],
    ['another property besides', '{"status":"accepted","id":"x"}', 1001],
    ['no object', '"accepted"', 1001],
    ['no JSON', '{"status":', 6007],
  ])('refuses a body with %s', async (_case, body, code) => {
    const reply = await json(sandboxWith(), { ...patch(DEMO_IDS.agency), body });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ code }] } });
  });

  test('refuses a body that is not declared as JSON', async () => {
    const request = { ...patch(DEMO_IDS.agency), headers: { ...BEARER, 'content-type': 'text/plain' } };
    expect((await json(sandboxWith(), request)).body.errors[0].code).toBe(6002);
  });

  test('an unknown id and an unknown route', async () => {
    const unknown = await json(sandboxWith(), get(invitePath('f'.repeat(32))));
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ code: 7003 }], result: null } });
    expect(unknown.body.errors[0].message).toBe(
      `Could not route to ${invitePath('f'.repeat(32))}, perhaps your object identifier is invalid?`,
    );
    expect((await json(sandboxWith(), get('/user/invites'))).body.errors[0].code).toBe(7000);
    expect((await json(sandboxWith(), { ...get(), method: 'POST' })).status).toBe(405);
  });

  test('every answer has a cf-ray of its own', async () => {
    const sandbox = sandboxWith({ faults: [html502()] });
    const replies = [await sandbox.handle(get()), await sandbox.handle(get()), await sandbox.handle(get('/x'))];
    const rays = replies.map((reply) => full(reply).headers['cf-ray']);
    expect(new Set(rays).size).toBe(3);
    for (const ray of rays) expect(ray).toMatch(/^[0-9a-f]{16}-FRA$/);
  });

  test('state can be changed from outside', async () => {
    const sandbox = sandboxWith();
    sandbox.setStatus(DEMO_IDS.agency, 'canceled');
    sandbox.addInvite({ id: 'a'.repeat(32), organization_id: 'b', invited_member_id: null, status: 'pending' });
    expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe('canceled');
    expect((await json(sandbox, patch('a'.repeat(32)))).status).toBe(200);
    expect(() => sandbox.setStatus('nope', 'pending')).toThrow('no invite nope');
  });
});

describe('credentials', () => {
  test.each<[string, Record<string, string>, number, number, number?]>([
    ['none', {}, 400, 9106],
    ['a key without its e-mail', { 'x-auth-key': KEY['x-auth-key'] }, 400, 9106],
    ['no Bearer', { authorization: 'Basic abc' }, 400, 6003, 6111],
    ['a token with a space', { authorization: 'Bearer fake token' }, 400, 6003, 6111],
    ['a malformed e-mail', { ...KEY, 'x-auth-email': 'bot' }, 400, 6003, 6102],
    ['a malformed key', { ...KEY, 'x-auth-key': 'too short' }, 400, 6003, 6103],
    ['an unknown key', { ...KEY, 'x-auth-key': 'cfk_fake' }, 403, 9103],
    ['an e-mail of another user', { ...KEY, 'x-auth-email': 'other@example.net' }, 403, 9103],
    ['a wrong token', { authorization: 'Bearer cfut_fake' }, 401, 1000],
    ['an account-owned token', { authorization: 'Bearer cfat_fake' }, 403, 9109],
  ])('%s', async (_case, headers, status, code, chained) => {
    const reply = await json(sandboxWith(), get(undefined, headers));
    expect(reply).toMatchObject({ status, body: { success: false, result: null, errors: [{ code }] } });
    expect(reply.body.errors[0].error_chain?.[0].code).toBe(chained);
  });

  test('both schemes work; the e-mail in any case', async () => {
    expect((await json(sandboxWith(), get())).status).toBe(200);
    const headers = { ...KEY, 'x-auth-email': KEY['x-auth-email'].toUpperCase() };
    expect((await json(sandboxWith(), get(undefined, headers))).status).toBe(200);
  });

  test.each([
    ['scheme', 405, 10000],
    ['permission', 403, 10000],
    ['resource', 403, 9109],
    ['location', 403, 9109],
  ] as const)('a token refused for its %s, only for answers if so configured', async (as, status, code) => {
    const sandbox = sandboxWith({ tokenRefusal: { as, on: 'PATCH' } });
    expect((await json(sandbox, get())).status).toBe(200);
    expect(await json(sandbox, patch(DEMO_IDS.agency))).toMatchObject({ status, body: { errors: [{ code }] } });
    expect((await json(sandbox, patch(DEMO_IDS.agency, 'accepted', KEY))).status).toBe(200);
    expect((await json(sandboxWith({ tokenRefusal: { as } }), get())).status).toBe(status);
  });

  test('revoked, at once or after some requests', async () => {
    const sandbox = sandboxWith({ revokeAfter: 2 });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await json(sandbox, get())).status);
    expect(statuses).toEqual([200, 200, 401]);
    const other = sandboxWith();
    other.revokeCredentials();
    expect((await json(other, get(undefined, KEY))).body.errors[0].code).toBe(9103);
  });
});

describe('listing', () => {
  const list = async (options: Partial<SandboxOptions>, query: string) =>
    (await json(sandboxWith(options), get(`/client/v4/user/invites${query}`))).body;

  test('pages of the server decide, whatever their status', async () => {
    const first = await list({ pageSize: 3 }, '?page=1&per_page=50');
    expect(first.result).toHaveLength(3);
    expect(first.result_info).toEqual({ count: 3, page: 1, per_page: 3, total_count: 7 });
    const last = await list({ pageSize: 3 }, '?page=3&per_page=50');
    expect(last.result.map((invite: { status: string }) => invite.status)).toEqual(['accepted']);
    expect((await list({ pageSize: 3 }, '?page=4')).result).toEqual([]);
  });

  test('per_page counts only if honoured', async () => {
    expect((await list({ pageSize: 3, honourPerPage: true }, '?per_page=5')).result).toHaveLength(5);
  });

  test('unpaged and stuck servers', async () => {
    expect((await list({ pageSize: 3, paging: 'unpaged' }, '?page=9')).result).toHaveLength(7);
    const stuck = await list({ pageSize: 3, paging: 'stuck' }, '?page=2');
    expect(stuck.result[0].id).toBe(DEMO_IDS.acmeDns);
    expect(stuck.result_info.page).toBe(1);
  });

  test('result_info missing, wrong, or made up; strange entries', async () => {
    expect(await list({ resultInfo: 'missing' }, '')).not.toHaveProperty('result_info');
    expect((await list({ resultInfo: 'wrong' }, '')).result_info.total_count).toBeGreaterThan(1000);
    expect((await list({ resultInfo: () => null }, '')).result_info).toBeNull();
    expect((await list({ extraListEntries: [null, 7] }, '')).result.slice(-2)).toEqual([null, 7]);
  });
});

describe('rate limit', () => {
  test('announces, refuses for the block, and opens again', async () => {
    const time = new VirtualClock();
    const rateLimit = { requests: 2, windowMs: 60_000, blockMs: 300_000, announce: true };
    const sandbox = sandboxWith({ clock: time, rateLimit });
    const first = full(await sandbox.handle(get()));
    expect(first.headers).toMatchObject({
      ratelimit: '"default";r=1;t=60',
      'ratelimit-policy': '"default";q=2;w=60',
    });
    expect(full(await sandbox.handle(get())).headers.ratelimit).toBe('"default";r=0;t=60');
    const refused = full(await sandbox.handle(get()));
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '300', ratelimit: '"default";r=0;t=300' } });
    await time.run(() => time.sleep(299_000));
    expect(full(await sandbox.handle(get()))).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    await time.run(() => time.sleep(1000));
    expect(full(await sandbox.handle(get())).status).toBe(200);
  });

  test.each([
    ['date', 'retry-after', 'Mon, 23 Nov 2026 09:00:30 GMT'],
    ['ms', 'retry-after-ms', '30000'],
    ['none', 'retry-after', undefined],
  ] as const)('says when to come back: %s', async (retryAfter, header, value) => {
    const rateLimit = { requests: 1, windowMs: 30_000, retryAfter };
    const sandbox = sandboxWith({ clock: new VirtualClock(), rateLimit });
    await sandbox.handle(get());
    expect(full(await sandbox.handle(get())).headers[header]).toBe(value);
  });
});

describe('faults', () => {
  test('strike by method, id and path, after some, so many times', async () => {
    const on = { method: 'PATCH', id: DEMO_IDS.agency, path: 'user/' };
    const sandbox = sandboxWith({ faults: [{ ...error500(), on, skip: 1, times: 2 }] });
    const statuses = [];
    for (const request of [get(), patch(DEMO_IDS.acmeDns)]) statuses.push((await json(sandbox, request)).status);
    for (let count = 0; count < 4; count += 1) statuses.push((await json(sandbox, patch(DEMO_IDS.agency))).status);
    expect(statuses).toEqual([200, 200, 200, 500, 500, 400]);
    expect(sandbox.requests[3]).toMatchObject({ fault: 'error500', status: 500 });
  });

  test.each<[Fault, Reply['kind'], boolean]>([
    [{ drop: 'before' }, 'dropped', false],
    [dropBeforeApply(), 'dropped', false],
    [dropAfterApply(), 'dropped', true],
    [{ drop: 'body' }, 'broken', true],
    [{ drop: 'body', applied: false }, 'broken', false],
    [{ cutBody: 5 }, 'broken', true],
    [{ hang: true }, 'hanging', false],
    [{ hang: true, applied: true }, 'hanging', true],
    [{ slowBody: { msPerByte: 1 } }, 'slow', true],
    [{ endless: true }, 'endless', false],
    [{ refuseConnection: true }, 'refused', false],
    [{ delayMs: 5 }, 'full', true],
    [{ ...text504(), applied: true }, 'full', true],
    [stillPending(), 'full', true],
    [{ ...stillPending(), applied: false }, 'full', false],
  ])('%o goes on the wire as %s', async (fault, kind, applied) => {
    const time = new VirtualClock();
    const sandbox = sandboxWith({ clock: time, faults: [fault] });
    const reply = await time.run(sandbox.handle(patch(DEMO_IDS.agency)));
    expect(reply.kind).toBe(kind);
    expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe(applied ? 'accepted' : 'pending');
    expect(sandbox.requests[0]?.appliedStatus).toBe(applied ? 'accepted' : undefined);
    expect(time.nowMs() - Date.parse('2026-11-23T09:00:00Z')).toBe(fault.delayMs ?? 0);
  });

  test('a fault without effect still computes the true answer it breaks', async () => {
    const sandbox = sandboxWith({ faults: [{ slowBody: { msPerByte: 1 }, applied: false }] });
    const reply = await sandbox.handle(patch(DEMO_IDS.agency));
    expect(reply.kind === 'slow' && JSON.parse(reply.body).result.status).toBe('accepted');
    expect(sandbox.requests[0]?.status).toBe('slowBody');
  });

  test.each<[Fault, number, string]>([
    [html502(), 502, 'text/html'],
    [text503(), 503, 'text/plain; charset=utf-8'],
    [problem({ status: 522, retry_after: 7 }), 522, 'application/json; charset=utf-8'],
    [tooManyRequests({ retryAfter: 3 }), 429, 'application/json'],
    [successFalse(), 200, 'application/json'],
    [redirectTo('https://elsewhere.example/', 307), 307, 'text/plain; charset=utf-8'],
    [envelopeFailure(403, { code: 10502, message: 'Too many authentication failures' }), 403, 'application/json'],
  ])('%o', async (fault, status, contentType) => {
    const reply = full(await sandboxWith({ faults: [fault] }).handle(get()));
    expect(reply).toMatchObject({ status, headers: { 'content-type': contentType } });
  });

  test('problem bodies are of RFC 9457 and no envelope', async () => {
    const retried = await json(sandboxWith({ faults: [problem({ status: 522, retry_after: 7 })] }), get());
    expect(retried.body).toMatchObject({ cloudflare_error: true, retryable: true, retry_after: 7, status: 522 });
    expect(retried.body).not.toHaveProperty('success');
    expect((await json(sandboxWith({ faults: [problem({ status: 526 })] }), get())).body.retryable).toBe(false);
  });

  test('answers that lie', async () => {
    const faults = [stillPending(), changedResult('lacks status', { status: undefined, id: 'other' })];
    const sandbox = sandboxWith({ faults });
    expect((await json(sandbox, patch(DEMO_IDS.acmeDns))).body.result.status).toBe('pending');
    const { result } = (await json(sandbox, patch(DEMO_IDS.agency))).body;
    expect(result).toMatchObject({ id: 'other', organization_name: expect.any(String) });
    expect(result).not.toHaveProperty('status');
  });

  test('cutJson is whole HTTP around half of a JSON text', async () => {
    const reply = full(await sandboxWith({ faults: [cutJson()] }).handle(get()));
    expect(() => JSON.parse(reply.body)).toThrow(SyntaxError);
  });

  test('echoCredentials repeats the secret everywhere', async () => {
    for (const [headers, secret] of [
      [BEARER, world.credentials.token],
      [KEY, world.credentials.key],
    ] as const) {
      const { body } = await json(sandboxWith({ faults: [echoCredentials()] }), get(undefined, headers));
      const [error] = body.errors;
      for (const text of [error.message, error.documentation_url, error.source.pointer]) expect(text).toContain(secret);
    }
  });
});

test('counts requests in flight until they are answered, or closed', async () => {
  const time = new VirtualClock();
  const sandbox = sandboxWith({ clock: time, latencyMs: 10 });
  await time.run(() => Promise.all([1, 2, 3].map(() => sandbox.handle(get()))));
  await time.run(() => sandbox.handle(get()));
  expect(sandbox.maxConcurrent).toBe(3);
  const closed = Promise.withResolvers<void>();
  const open = sandboxWith({ clock: time });
  await open.handle(get(), { closed: closed.promise });
  await open.handle(get());
  expect(open.maxConcurrent).toBe(2);
});

test('a request has taken effect although the client gave up during the latency', async () => {
  const time = new VirtualClock();
  const sandbox = sandboxWith({ clock: time, latencyMs: 1000 });
  const controller = new AbortController();
  const handled = sandbox.handle(patch(DEMO_IDS.agency), { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(handled).rejects.toThrow('gave up');
  expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe('accepted');
});
