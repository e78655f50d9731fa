import { expect, test } from 'vitest';
import {
  CloudflareSandbox,
  cutJson,
  type Fault,
  redirectTo,
  type SandboxOptions,
} from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { sandboxFetch } from '../../../sandbox/fetch.ts';
import { VirtualClock } from '../../../sandbox/virtual-clock.ts';

const INVITE = `https://api.cloudflare.example/client/v4/user/invites/${DEMO_IDS.agency}`;
const ELSEWHERE = 'https://elsewhere.example/client/v4/user/invites';

/** A sandbox and a `get` of one invite with valid credentials. */
function setUp(options: Partial<SandboxOptions> = {}) {
  const clock = new VirtualClock(0);
  const account = demoAccount(clock.nowMs());
  const sandbox = new CloudflareSandbox({ clock, ...account, ...options });
  const headers = { Authorization: `Bearer ${account.credentials.token}`, 'Content-Type': 'application/json' };
  const fetch = sandboxFetch(sandbox, clock);
  const get = (init: RequestInit = {}): Promise<Response> => fetch(INVITE, { headers, ...init });
  return { clock, sandbox, headers, fetch, get };
}

const withFaults = (...faults: Fault[]) => setUp({ faults });

test('sandboxFetch sends a request and returns the response of the sandbox', async () => {
  const { get, sandbox } = setUp();
  const response = await get({ method: 'PATCH', body: '{"status":"rejected"}', redirect: 'manual' });
  expect(response).toBeInstanceOf(Response);
  expect(response.url).toBe(INVITE);
  expect(response.headers.get('cf-ray')).toBeTruthy();
  expect(await response.json()).toMatchObject({ success: true, result: { status: 'rejected' } });
  expect(sandbox.requests[0]).toMatchObject({
    method: 'PATCH',
    path: `/client/v4/user/invites/${DEMO_IDS.agency}`,
    headers: { 'content-type': 'application/json', 'content-length': '21', host: 'api.cloudflare.example' },
    body: '{"status":"rejected"}',
  });
});

test('sandboxFetch accepts a Request and a URL', async () => {
  const { fetch, headers } = setUp();
  const request = new Request(INVITE, { method: 'PATCH', headers, body: '{"status":"accepted"}' });
  expect((await fetch(request)).status).toBe(200);
  expect((await fetch(new URL(INVITE), { headers })).status).toBe(200);
});

test('sandboxFetch sends nothing with an invalid header or an aborted signal', async () => {
  const { get, sandbox } = setUp();
  await expect(get({ headers: { 'x-auth-key': 'a\nb' } })).rejects.toThrow(TypeError);
  await expect(get({ signal: AbortSignal.abort('early') })).rejects.toBe('early');
  expect(sandbox.requests).toEqual([]);
});

test.each<[string, Fault, object]>([
  ['drop before', { drop: 'before' }, { code: 'ECONNRESET' }],
  ['refuseConnection', { refuseConnection: true }, { code: 'ECONNREFUSED', syscall: 'connect' }],
])('sandboxFetch rejects like Node for the fault %s', async (_name, fault, cause) => {
  const request = withFaults(fault).get();
  await expect(request).rejects.toBeInstanceOf(TypeError);
  await expect(request).rejects.toMatchObject({ message: 'fetch failed', cause });
});

test.each<[string, Fault]>([
  ['drop body', { drop: 'body' }],
  ['cutBody', { cutBody: 10 }],
])('sandboxFetch breaks inside the body for the fault %s', async (_name, fault) => {
  const response = await withFaults(fault).get();
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toMatchObject({ message: 'terminated', cause: { code: 'UND_ERR_SOCKET' } });
});

test('sandboxFetch delivers all bytes of a cut JSON text', async () => {
  await expect((await withFaults(cutJson()).get()).json()).rejects.toThrow(SyntaxError);
});

test.each<[string, Partial<SandboxOptions>]>([
  ['a missing response', { faults: [{ hang: true }] }],
  ['latency', { latencyMs: 60_000 }],
  ['a slow body', { faults: [{ slowBody: { msPerByte: 100 } }] }],
  ['an endless body', { faults: [{ endless: true }] }],
])('an abort during %s rejects with its reason', async (_case, options) => {
  const { clock, get, sandbox } = setUp(options);
  const controller = new AbortController();
  const reason = await clock.run(async () => {
    const text = get({ signal: controller.signal }).then((response) => response.text());
    text.catch(() => undefined);
    await clock.sleep(1000);
    controller.abort('too slow');
    return text.catch((error: unknown) => error);
  });
  expect(reason).toBe('too slow');
  expect(clock.nowMs()).toBe(1000);
  expect(sandbox.requests).toHaveLength(1);
});

test('a slow body takes its time, and a cancelled body ends', async () => {
  const { clock, get, sandbox } = withFaults({ slowBody: { msPerByte: 10 } }, { endless: true });
  const text = await clock.run(async () => (await get()).text());
  expect(JSON.parse(text)).toMatchObject({ success: true });
  expect(clock.nowMs()).toBe(10 * Buffer.byteLength(text));
  await clock.run(async () => {
    const reader = (await get()).body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(65_536);
    await reader?.cancel();
  });
  expect(sandbox.maxConcurrent).toBe(1);
});

test("a redirect with 'manual' is returned", async () => {
  const { get, sandbox } = withFaults(redirectTo(ELSEWHERE));
  const response = await get({ redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, ELSEWHERE]);
  expect(sandbox.requests).toHaveLength(1);
});

test("a redirect with 'error' rejects", async () => {
  await expect(withFaults(redirectTo(ELSEWHERE)).get({ redirect: 'error' })).rejects.toThrow('fetch failed');
});

test('a followed redirect leaks the key but not the token, like Node', async () => {
  const { get, headers, sandbox } = withFaults(redirectTo(ELSEWHERE, 308));
  await get({ headers: { ...headers, 'X-Auth-Key': 'cfk_fake' } });
  expect(sandbox.requests[1]?.headers).toMatchObject({ host: 'elsewhere.example', 'x-auth-key': 'cfk_fake' });
  expect(sandbox.requests[1]?.headers).not.toHaveProperty('authorization');
});

test('the sandbox counts concurrent requests of sandboxFetch', async () => {
  const { clock, get, sandbox } = setUp({ latencyMs: 20 });
  await clock.run(() => Promise.all([1, 2, 3, 4].map(async () => (await get()).text())));
  expect(sandbox.maxConcurrent).toBe(4);
});

test('a slow body counts as a request in flight until it was read', async () => {
  const { clock, get, sandbox } = withFaults({ slowBody: { msPerByte: 1 } });
  await clock.run(async () => {
    const slow = await get();
    await (await get()).text();
    await slow.text();
  });
  await get();
  expect(sandbox.maxConcurrent).toBe(2);
});
