import { expect, test } from 'vitest';
import {
  BASE_PATH,
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
const account = demoAccount(clock.nowMs());
const BEARER = { authorization: `Bearer ${account.credentials.token}` };
const KEY = { 'x-auth-email': account.credentials.email, 'x-auth-key': account.credentials.key };
const LIST = `${BASE_PATH}/user/invites`;
const UNKNOWN = `${LIST}/${'f'.repeat(32)}`;
const invitePath = (id: string): string => `${LIST}/${id}`;

const sandboxWith = (options: Partial<SandboxOptions> = {}) => new CloudflareSandbox({ clock, ...account, ...options });

function get(path = LIST, headers: Readonly<Record<string, string>> = BEARER): SandboxRequest {
  return { method: 'GET', path, headers, body: '' };
}

function patch(id: string, status = 'accepted', headers: Readonly<Record<string, string>> = BEARER): SandboxRequest {
  const body = JSON.stringify({ status });
  return { method: 'PATCH', path: invitePath(id), headers: { ...headers, 'content-type': 'application/json' }, body };
}

async function send(sandbox: CloudflareSandbox, request: SandboxRequest): Promise<SandboxResponse> {
  const reply = await sandbox.handle(request);
  if (reply.kind !== 'full') throw new Error(`not a full response: ${reply.kind}`);
  return reply;
}

async function sendForJson(sandbox: CloudflareSandbox, request: SandboxRequest) {
  const { status, body } = await send(sandbox, request);
  return { status, body: JSON.parse(body) };
}

test('an invite accepts one response, while it is pending', async () => {
  const sandbox = sandboxWith();
  const first = await sendForJson(sandbox, patch(DEMO_IDS.acmeDns));
  expect(first).toMatchObject({ status: 200, body: { success: true, result: { status: 'accepted' } } });
  const second = await sendForJson(sandbox, patch(DEMO_IDS.acmeDns, 'rejected'));
  expect(second).toMatchObject({ status: 400, body: { success: false, result: null, errors: [{ code: 1001 }] } });
  expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
  const recorded = sandbox.requests.map(({ status, appliedStatus }) => ({ status, appliedStatus }));
  expect(recorded).toEqual([{ status: 200, appliedStatus: 'accepted' }, { status: 400 }]);
});

test("repeatedResponse 'same' returns the unchanged invite to a second response", async () => {
  const reply = await sendForJson(sandboxWith({ repeatedResponse: 'same' }), patch(DEMO_IDS.accepted, 'rejected'));
  expect(reply).toMatchObject({ status: 200, body: { success: true, result: { status: 'accepted' } } });
});

test('a pending invite after its expiry is expired and does not change', async () => {
  const sandbox = sandboxWith();
  expect((await sendForJson(sandbox, get(invitePath(DEMO_IDS.expired)))).body.result.status).toBe('expired');
  expect((await sendForJson(sandbox, patch(DEMO_IDS.expired))).body.errors[0].message).toContain('expired');
  expect(sandbox.requests[1]?.appliedStatus).toBeUndefined();
});

const withBody = (body: string): SandboxRequest => ({ ...patch(DEMO_IDS.agency), body });
const asText = { ...patch(DEMO_IDS.agency), headers: { ...BEARER, 'content-type': 'text/plain' } };
const withToken = (authorization: string): SandboxRequest => get(LIST, { authorization });
const withKey = (changes: object): SandboxRequest => get(LIST, { ...KEY, ...changes });
const malformed = (code: number) => ({ code: 6003, error_chain: [{ code }] });
const unroutable = `Could not route to ${UNKNOWN}, perhaps your object identifier is invalid?`;

test.each<[string, SandboxRequest, number, object]>([
  ['an unknown status', withBody('{"status":"pending"}'), 400, { code: 1001 }],
  ['a second property in the body', withBody('{"status":"accepted","id":"x"}'), 400, { code: 1001 }],
  ['a body without an object', withBody('"accepted"'), 400, { code: 1001 }],
  ['malformed JSON', withBody('{"status":'), 400, { code: 6007 }],
  ['a body with another content type', asText, 400, { code: 6002 }],
  ['an unknown id', get(UNKNOWN), 400, { code: 7003, message: unroutable }],
  ['a path without the base path', get('/user/invites'), 400, { code: 7000 }],
  ['an unknown method', { ...get(), method: 'POST' }, 405, { code: 10405 }],
  ['missing credentials', get(LIST, {}), 400, { code: 9106 }],
  ['a key without its e-mail', get(LIST, { 'x-auth-key': KEY['x-auth-key'] }), 400, { code: 9106 }],
  ['another scheme than Bearer', withToken('Basic abc'), 400, malformed(6111)],
  ['a token with a space', withToken('Bearer fake token'), 400, malformed(6111)],
  ['a malformed e-mail', withKey({ 'x-auth-email': 'bot' }), 400, malformed(6102)],
  ['a malformed key', withKey({ 'x-auth-key': 'too short' }), 400, malformed(6103)],
  ['an unknown key', withKey({ 'x-auth-key': 'cfk_fake' }), 403, { code: 9103 }],
  ['the e-mail of another user', withKey({ 'x-auth-email': 'other@example.net' }), 403, { code: 9103 }],
  ['an unknown token', withToken('Bearer cfut_fake'), 401, { code: 1000 }],
  ['an account-owned token', withToken('Bearer cfat_fake'), 403, { code: 9109 }],
])('the Cloudflare sandbox refuses %s', async (_case, request, status, error) => {
  const reply = await sendForJson(sandboxWith(), request);
  expect(reply).toMatchObject({ status, body: { success: false, result: null, errors: [error] } });
});

test('the Cloudflare sandbox accepts a token, and a key with its e-mail in any case', async () => {
  expect((await send(sandboxWith(), get())).status).toBe(200);
  const email = KEY['x-auth-email'].toUpperCase();
  expect((await send(sandboxWith(), withKey({ 'x-auth-email': email }))).status).toBe(200);
});

test.each([
  ['scheme', 405, 10000],
  ['permission', 403, 10000],
  ['resource', 403, 9109],
  ['location', 403, 9109],
] as const)('tokenRefusal %s refuses the token, optionally for PATCH only', async (as, status, code) => {
  const sandbox = sandboxWith({ tokenRefusal: { as, on: 'PATCH' } });
  expect((await send(sandbox, get())).status).toBe(200);
  expect(await sendForJson(sandbox, patch(DEMO_IDS.agency))).toMatchObject({ status, body: { errors: [{ code }] } });
  expect((await send(sandbox, patch(DEMO_IDS.agency, 'accepted', KEY))).status).toBe(200);
  expect((await send(sandboxWith({ tokenRefusal: { as } }), get())).status).toBe(status);
});

test('credentials can be revoked, at once or after a number of requests', async () => {
  const sandbox = sandboxWith({ revokeAfter: 2 });
  const statuses = [];
  for (let count = 0; count < 3; count += 1) statuses.push((await send(sandbox, get())).status);
  expect(statuses).toEqual([200, 200, 401]);
  const other = sandboxWith();
  other.revokeCredentials();
  expect((await sendForJson(other, withKey({}))).body.errors[0].code).toBe(9103);
});

test('every response has its own cf-ray', async () => {
  const sandbox = sandboxWith({ faults: [html502()] });
  const rays = [];
  for (const path of [LIST, LIST, '/x']) rays.push((await send(sandbox, get(path))).headers['cf-ray']);
  expect(new Set(rays).size).toBe(3);
  for (const ray of rays) expect(ray).toMatch(/^[0-9a-f]{16}-FRA$/);
});

test('setStatus and addInvite change the invites of a running sandbox', async () => {
  const sandbox = sandboxWith();
  sandbox.setStatus(DEMO_IDS.agency, 'canceled');
  sandbox.addInvite({ id: 'a'.repeat(32), organization_id: 'b', invited_member_id: null, status: 'pending' });
  expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe('canceled');
  expect((await send(sandbox, patch('a'.repeat(32)))).status).toBe(200);
  expect(() => sandbox.setStatus('nope', 'pending')).toThrow('no invite nope');
});

const list = async (options: Partial<SandboxOptions>, query = '') =>
  (await sendForJson(sandboxWith({ pageSize: 3, ...options }), get(`${LIST}${query}`))).body;

test('the list has pages of the size that the server chooses, with invites of every status', async () => {
  const first = await list({}, '?page=1&per_page=50');
  expect(first.result).toHaveLength(3);
  expect(first.result_info).toEqual({ count: 3, page: 1, per_page: 3, total_count: 7 });
  const last = await list({}, '?page=3&per_page=50');
  expect(last.result.map((invite: { status: string }) => invite.status)).toEqual(['accepted']);
  expect((await list({}, '?page=4')).result).toEqual([]);
});

test('the list uses per_page only with honourPerPage', async () => {
  expect((await list({ honourPerPage: true }, '?per_page=5')).result).toHaveLength(5);
});

test('the list ignores the page when it is unpaged or stuck', async () => {
  expect((await list({ paging: 'unpaged' }, '?page=9')).result).toHaveLength(7);
  const stuck = await list({ paging: 'stuck' }, '?page=2');
  expect(stuck).toMatchObject({ result: [{ id: DEMO_IDS.acmeDns }, {}, {}], result_info: { page: 1 } });
});

test('the list can have a missing, wrong or invented result_info, and malformed entries', async () => {
  expect(await list({ resultInfo: 'missing' })).not.toHaveProperty('result_info');
  expect((await list({ resultInfo: 'wrong' })).result_info.total_count).toBeGreaterThan(1000);
  expect((await list({ resultInfo: () => null })).result_info).toBeNull();
  expect((await list({ pageSize: 20, extraListEntries: [null, 7] })).result.slice(-2)).toEqual([null, 7]);
});

test('a rate limit is announced, blocks, and opens again', async () => {
  const time = new VirtualClock();
  const rateLimit = { requests: 2, windowMs: 60_000, blockMs: 300_000, announce: true };
  const sandbox = sandboxWith({ clock: time, rateLimit });
  const policy = { 'ratelimit-policy': '"default";q=2;w=60' };
  const expectNext = async (status: number, headers: object): Promise<void> =>
    expect(await send(sandbox, get())).toMatchObject({ status, headers });
  await expectNext(200, { ...policy, ratelimit: '"default";r=1;t=60' });
  await expectNext(200, { ratelimit: '"default";r=0;t=60' });
  await expectNext(429, { ratelimit: '"default";r=0;t=300', 'retry-after': '300' });
  await time.run(() => time.sleep(299_000));
  await expectNext(429, { 'retry-after': '1' });
  await time.run(() => time.sleep(1000));
  await expectNext(200, {});
});

test.each([
  ['date', 'retry-after', 'Mon, 23 Nov 2026 09:00:30 GMT'],
  ['ms', 'retry-after-ms', '30000'],
  ['none', 'retry-after', undefined],
] as const)('a rate limit can state the time to wait as %s', async (retryAfter, header, value) => {
  const rateLimit = { requests: 1, windowMs: 30_000, retryAfter };
  const sandbox = sandboxWith({ clock: new VirtualClock(), rateLimit });
  await send(sandbox, get());
  expect((await send(sandbox, get())).headers[header]).toBe(value);
});

test('a fault selects requests by method, id, path, skip and times', async () => {
  const on = { method: 'PATCH', id: DEMO_IDS.agency, path: 'user/' };
  const sandbox = sandboxWith({ faults: [{ ...error500(), on, skip: 1, times: 2 }] });
  const statuses = [];
  const requests = [get(), patch(DEMO_IDS.acmeDns), ...Array.from({ length: 4 }, () => patch(DEMO_IDS.agency))];
  for (const request of requests) statuses.push((await send(sandbox, request)).status);
  expect(statuses).toEqual([200, 200, 200, 500, 500, 400]);
  expect(sandbox.requests[3]).toMatchObject({ fault: 'error500', status: 500 });
});

test.each<[string, Reply['kind'], boolean, Fault]>([
  ['drop before', 'dropped', false, { drop: 'before' }],
  ['dropBeforeApply', 'dropped', false, dropBeforeApply()],
  ['dropAfterApply', 'dropped', true, dropAfterApply()],
  ['drop body', 'broken', true, { drop: 'body' }],
  ['drop body, not applied', 'broken', false, { drop: 'body', applied: false }],
  ['cutBody', 'broken', true, { cutBody: 5 }],
  ['hang', 'hanging', false, { hang: true }],
  ['hang, applied', 'hanging', true, { hang: true, applied: true }],
  ['slowBody', 'slow', true, { slowBody: { msPerByte: 1 } }],
  ['endless', 'endless', false, { endless: true }],
  ['refuseConnection', 'refused', false, { refuseConnection: true }],
  ['delayMs', 'full', true, { delayMs: 5 }],
  ['text504, applied', 'full', true, { ...text504(), applied: true }],
  ['stillPending', 'full', true, stillPending()],
  ['stillPending, not applied', 'full', false, { ...stillPending(), applied: false }],
])('the fault %s gives a reply of the kind %s, and its PATCH is applied: %s', async (_name, kind, applied, fault) => {
  const time = new VirtualClock();
  const startMs = time.nowMs();
  const sandbox = sandboxWith({ clock: time, faults: [fault] });
  expect((await time.run(sandbox.handle(patch(DEMO_IDS.agency)))).kind).toBe(kind);
  expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe(applied ? 'accepted' : 'pending');
  expect(sandbox.requests[0]?.appliedStatus).toBe(applied ? 'accepted' : undefined);
  expect(time.nowMs() - startMs).toBe(fault.delayMs ?? 0);
});

test('a fault that is not applied still sends the real response', async () => {
  const sandbox = sandboxWith({ faults: [{ slowBody: { msPerByte: 1 }, applied: false }] });
  const reply = await sandbox.handle(patch(DEMO_IDS.agency));
  expect(reply.kind === 'slow' && JSON.parse(reply.body).result.status).toBe('accepted');
  expect(sandbox.requests[0]?.status).toBe('slowBody');
});

test.each<[string, number, string, Fault]>([
  ['html502', 502, 'text/html', html502()],
  ['text503', 503, 'text/plain; charset=utf-8', text503()],
  ['problem', 522, 'application/json; charset=utf-8', problem({ status: 522, retry_after: 7 })],
  ['tooManyRequests', 429, 'application/json', tooManyRequests({ retryAfter: 3 })],
  ['successFalse', 200, 'application/json', successFalse()],
  ['redirectTo', 307, 'text/plain; charset=utf-8', redirectTo('https://elsewhere.example/', 307)],
  ['envelopeFailure', 403, 'application/json', envelopeFailure(403, { code: 10502, message: 'Too many failures' })],
])('the fault %s replies with HTTP %d and %s', async (_name, status, contentType, fault) => {
  const reply = await send(sandboxWith({ faults: [fault] }), get());
  expect(reply).toMatchObject({ status, headers: { 'content-type': contentType } });
});

test('the fault problem has a body of RFC 9457 instead of an envelope', async () => {
  const sandbox = sandboxWith({ faults: [problem({ status: 522, retry_after: 7 }), problem({ status: 526 })] });
  const { body } = await sendForJson(sandbox, get());
  expect(body).toMatchObject({ cloudflare_error: true, retryable: true, retry_after: 7, status: 522 });
  expect(body).not.toHaveProperty('success');
  expect((await sendForJson(sandbox, get())).body.retryable).toBe(false);
});

test('the faults stillPending and changedResult change the returned invite', async () => {
  const sandbox = sandboxWith({
    faults: [stillPending(), changedResult('no status', { status: undefined, id: 'other' })],
  });
  expect((await sendForJson(sandbox, patch(DEMO_IDS.acmeDns))).body.result.status).toBe('pending');
  const { result } = (await sendForJson(sandbox, patch(DEMO_IDS.agency))).body;
  expect(result).toMatchObject({ id: 'other', organization_name: expect.any(String) });
  expect(result).not.toHaveProperty('status');
});

test('the fault cutJson is a full HTTP response with half of a JSON text', async () => {
  const { body } = await send(sandboxWith({ faults: [cutJson()] }), get());
  expect(() => JSON.parse(body)).toThrow(SyntaxError);
});

test.each([
  ['token', BEARER],
  ['key', KEY],
] as const)('the fault echoCredentials repeats the %s in every text', async (name, headers) => {
  const { body } = await sendForJson(sandboxWith({ faults: [echoCredentials()] }), get(LIST, headers));
  const [error] = body.errors;
  for (const text of [error.message, error.documentation_url, error.source.pointer]) {
    expect(text).toContain(account.credentials[name]);
  }
});

test('maxConcurrent counts a request until it is responded to, or closed', async () => {
  const time = new VirtualClock();
  const sandbox = sandboxWith({ clock: time, latencyMs: 10 });
  await time.run(() => Promise.all([1, 2, 3].map(() => sandbox.handle(get()))));
  await time.run(() => sandbox.handle(get()));
  expect(sandbox.maxConcurrent).toBe(3);
  const open = sandboxWith({ clock: time });
  await open.handle(get(), { closed: new Promise(() => undefined) });
  await open.handle(get());
  expect(open.maxConcurrent).toBe(2);
});

test('a request takes effect although the client gives up during the latency', async () => {
  const sandbox = sandboxWith({ clock: new VirtualClock(), latencyMs: 1000 });
  const controller = new AbortController();
  const handled = sandbox.handle(patch(DEMO_IDS.agency), { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(handled).rejects.toThrow('gave up');
  expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe('accepted');
});
