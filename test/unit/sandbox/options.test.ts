import { expect, test } from 'vitest';
import { BASE_PATH, CloudflareSandbox, type SandboxOptions, text504 } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { serve } from '../../../sandbox/server.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { invite, inviteId, run } from '../../run.ts';

const LIST = `${BASE_PATH}/user/invites`;
const invitePath = (id: string): string => `${LIST}/${id}`;

/** A sandbox, and what its responses to requests are: HTTP status, headers and parsed body. */
function open(options: Partial<SandboxOptions> = {}) {
  const clock = new VirtualClock();
  const account = demoAccount(clock.nowMs());
  const sandbox = new CloudflareSandbox({ clock, ...account, ...options });
  const send = async (method: string, path: string, changes: Record<string, string> = {}, body = '') => {
    const headers = { authorization: `Bearer ${account.credentials.token}`, ...changes };
    const reply = await clock.run(sandbox.handle({ method, path, headers, body }));
    if (reply.kind !== 'full') throw new Error(reply.kind);
    return { ...reply, body: JSON.parse(reply.body) };
  };
  const get = (path = LIST) => send('GET', path);
  const accept = (id: string, headers?: Record<string, string>) =>
    send('PATCH', invitePath(id), headers, '{"status":"accepted"}');
  return { sandbox, clock, send, get, accept };
}

test.each([
  [400, 7003],
  [403, 9109],
  [404, 1003],
] as const)('an unknown id can get HTTP %d and code %d', async (unknownId, code) => {
  const { get } = open({ unknownId });
  expect(await get(invitePath('f'.repeat(32)))).toMatchObject({ status: unknownId, body: { errors: [{ code }] } });
});

test('an invite that was responded to can be gone, for the list, GET and a second PATCH', async () => {
  const { get, accept, sandbox } = open({ handledInvites: 'gone' });
  expect((await accept(DEMO_IDS.agency)).body.result.status).toBe('accepted');
  for (const again of [await get(invitePath(DEMO_IDS.agency)), await accept(DEMO_IDS.agency)]) {
    expect(again.body.errors[0].code).toBe(7003);
  }
  expect((await get()).body.result.map(({ id }: { id: string }) => id)).not.toContain(DEMO_IDS.agency);
  expect(sandbox.invite(DEMO_IDS.agency)?.status).toBe('accepted');
});

test('responses can spell ids in upper case and are found in any', async () => {
  const { get, accept } = open({ idCase: 'upper' });
  const upper = DEMO_IDS.agency.toUpperCase();
  expect((await get()).body.result[2].id).toBe(upper);
  expect((await get(invitePath(DEMO_IDS.agency))).body.result.id).toBe(upper);
  expect((await accept(upper)).body.result).toMatchObject({ id: upper, status: 'accepted' });
});

test('a list can refuse page parameters, and is whole without them', async () => {
  const { get } = open({ pageParameters: 'refused', pageSize: 2 });
  const refused = { status: 400, body: { errors: [{ code: 1001, source: { pointer: '/query/page' } }] } };
  expect(await get(`${LIST}?page=1&per_page=50`)).toMatchObject(refused);
  expect((await get()).body.result).toHaveLength(7);
});

test.each([
  ['array', { result: [] }],
  ['null', { result: null }],
  ['missing', {}],
] as const)('an empty list can have the result %s', async (emptyList, expected) => {
  const { body } = await open({ emptyList, invites: [] }).get();
  expect({ ...body, messages: undefined, errors: undefined, result_info: undefined }).toEqual({
    success: true,
    ...expected,
  });
});

test('refusals can come under another HTTP status, also those of a rate limit', async () => {
  const { get } = open({ refusalStatus: 200, rateLimit: { requests: 1, windowMs: 1_000, retryAfter: 'none' } });
  const unknown = await get(invitePath('f'.repeat(32)));
  expect(unknown).toMatchObject({ status: 200, body: { success: false, errors: [{ code: 7003 }] } });
  expect(await get()).toMatchObject({ status: 200, body: { errors: [{ code: 10100 }] } });
});

test('a revoked token can be refused with HTTP 403 and code 9109', async () => {
  const { get } = open({ unknownToken: 403, revokeAfter: 0 });
  expect(await get()).toMatchObject({
    status: 403,
    body: { errors: [{ code: 9109, message: 'Invalid access token' }] },
  });
});

test.each([undefined, 'application/x-www-form-urlencoded'])(
  'a PATCH with the content type %s is accepted',
  async (type) => {
    const { accept } = open();
    expect((await accept(DEMO_IDS.agency, type === undefined ? {} : { 'content-type': type })).status).toBe(200);
  },
);

test('responses can have the date at which they leave', async () => {
  const { get } = open({ sendDate: true, latencyMs: 2_000 });
  expect((await get()).headers.date).toBe('Mon, 23 Nov 2026 09:00:02 GMT');
  expect((await open().get()).headers).not.toHaveProperty('date');
});

test('an attempt can take effect after its response, and the record says what was true in between', async () => {
  const fault = { ...text504(), applied: true, appliedAfterMs: 5_000 };
  const { sandbox, accept, get, clock } = open({ faults: [fault], latencyMs: 10 });
  await accept(DEMO_IDS.agency).catch(() => undefined);
  expect((await get(invitePath(DEMO_IDS.agency))).body.result.status).toBe('pending');
  await clock.run(clock.sleep(5_000));
  expect((await get(invitePath(DEMO_IDS.agency))).body.result.status).toBe('accepted');
  expect(sandbox.requests[0]).toMatchObject({ status: 504, appliedStatus: 'accepted', response: { status: 504 } });
  const [, before, after] = sandbox.requests;
  expect(after?.changes).toBe((before?.response?.changes ?? 0) + 1);
});

test('a second actor acts at its time', async () => {
  const secondActor = [{ afterMs: 1_000, id: DEMO_IDS.agency, change: { status: 'rejected' } }];
  const { get, clock } = open({ secondActor });
  expect((await get(invitePath(DEMO_IDS.agency))).body.result.status).toBe('pending');
  await clock.run(clock.sleep(1_000));
  expect((await get(invitePath(DEMO_IDS.agency))).body.result.status).toBe('rejected');
});

const fail = (): number => {
  throw new Error('broken stand-in');
};

test('an error inside the sandbox is a response, and fails the run on virtual time', async () => {
  const { sandbox, clock } = open({ latencyMs: fail });
  const reply = await clock.run(sandbox.handle({ method: 'GET', path: LIST, headers: {}, body: '' }));
  expect(reply).toMatchObject({ kind: 'full', status: 500, body: expect.stringContaining('broken stand-in') });
  await expect(run({ world: { invites: [invite(1)], latencyMs: fail } })).rejects.toThrow('broken stand-in');
});

test.each([
  ['the sandbox', new CloudflareSandbox({ clock: systemClock, credentials: {}, latencyMs: fail })],
  ['the handler of a test', { clock: systemClock, handle: async () => fail() as never }],
])('an error inside %s is a response of the server, and fails its close()', async (_what, sandbox) => {
  const server = await serve(sandbox);
  const response = await fetch(`${server.url}/user/invites`);
  expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('broken stand-in')]);
  await expect(server.close()).rejects.toThrow('broken stand-in');
});

test('a wrong clock of the runner does not change when an invite expires in the sandbox', async () => {
  const step = await run({
    inputs: { 'invite-id': inviteId(1) },
    world: { invites: [invite(1)] },
    clockOffsetMs: 7 * 24 * 3_600_000,
  });
  expect(step.exitCode).toBe(0);
  expect(step.elapsedMs).toBe(0);
});
