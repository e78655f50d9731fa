import { describe, expect, test } from 'vitest';
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

const BASE = 'https://api.cloudflare.example/client/v4';
const INVITE = `${BASE}/user/invites/${DEMO_IDS.agency}`;

function setUp(options: Partial<SandboxOptions> = {}) {
  const clock = new VirtualClock();
  const world = demoAccount(clock.nowMs());
  const sandbox = new CloudflareSandbox({ clock, ...world, ...options });
  const headers = { Authorization: `Bearer ${world.credentials.token}`, 'Content-Type': 'application/json' };
  return { clock, sandbox, headers, fetch: sandboxFetch(sandbox, clock) };
}

const withFault = (fault: Fault) => setUp({ faults: [fault] });

test('a whole exchange, and what the sandbox saw of it', async () => {
  const { fetch, headers, sandbox } = setUp();
  const response = await fetch(INVITE, { method: 'PATCH', headers, body: '{"status":"rejected"}', redirect: 'manual' });
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

test('takes a Request and a URL as well', async () => {
  const { fetch, headers } = setUp();
  const request = new Request(INVITE, { method: 'PATCH', headers, body: '{"status":"accepted"}' });
  expect((await fetch(request)).status).toBe(200);
  expect((await fetch(new URL(INVITE), { headers })).status).toBe(200);
});

test('a header that HTTP forbids is an error before any request', async () => {
  const { fetch, sandbox } = setUp();
  await expect(fetch(INVITE, { headers: { 'x-auth-key': 'a\nb' } })).rejects.toThrow(TypeError);
  expect(sandbox.requests).toEqual([]);
});

test.each<[Fault, string, string | undefined]>([
  [{ drop: 'before' }, 'ECONNRESET', undefined],
  [{ refuseConnection: true }, 'ECONNREFUSED', 'connect'],
])('%o rejects as Node does', async (fault, code, syscall) => {
  const { fetch, headers } = withFault(fault);
  const error = await fetch(INVITE, { headers }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: 'fetch failed', cause: { code, ...(syscall ? { syscall } : {}) } });
});

test.each<Fault>([{ drop: 'body' }, { cutBody: 10 }])('%o breaks within the body', async (fault) => {
  const { fetch, headers } = withFault(fault);
  const response = await fetch(INVITE, { headers });
  expect(response.status).toBe(200);
  const error = await response.text().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'terminated', cause: { code: 'UND_ERR_SOCKET' } });
});

test('a cut JSON text arrives whole', async () => {
  const { fetch, headers } = withFault(cutJson());
  await expect((await fetch(INVITE, { headers })).json()).rejects.toThrow(SyntaxError);
});

describe('aborting', () => {
  test('beforehand: no request', async () => {
    const { fetch, sandbox } = setUp();
    await expect(fetch(INVITE, { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    expect(sandbox.requests).toEqual([]);
  });

  test.each<[string, Partial<SandboxOptions>]>([
    ['a hanging answer', { faults: [{ hang: true }] }],
    ['latency', { latencyMs: 60_000 }],
  ])('during %s rejects with the reason', async (_case, options) => {
    const { clock, fetch, headers, sandbox } = setUp(options);
    const controller = new AbortController();
    const startMs = clock.nowMs();
    const outcome = clock.run(async () => {
      const pending = fetch(INVITE, { headers, signal: controller.signal }).catch((reason: unknown) => reason);
      await clock.sleep(30_000);
      controller.abort('too slow');
      return pending;
    });
    expect(await outcome).toBe('too slow');
    expect(clock.nowMs() - startMs).toBe(30_000);
    expect(sandbox.requests).toHaveLength(1);
  });

  test.each<Fault>([{ slowBody: { msPerByte: 100 } }, { endless: true }])('within %o', async (fault) => {
    const { clock, fetch, headers } = withFault(fault);
    const controller = new AbortController();
    const outcome = clock.run(async () => {
      const response = await fetch(INVITE, { headers, signal: controller.signal });
      const pending = response.text().catch((reason: unknown) => reason);
      await clock.sleep(1000);
      controller.abort('too slow');
      return pending;
    });
    expect(await outcome).toBe('too slow');
  });
});

test('a slow body takes its time and arrives; a cancelled one stops', async () => {
  const { clock, fetch, headers, sandbox } = setUp({ faults: [{ slowBody: { msPerByte: 10 } }, { endless: true }] });
  const startMs = clock.nowMs();
  const text = await clock.run(async () => (await fetch(INVITE, { headers })).text());
  expect(JSON.parse(text)).toMatchObject({ success: true });
  expect(clock.nowMs() - startMs).toBe(10 * Buffer.byteLength(text));
  await clock.run(async () => {
    const reader = (await fetch(INVITE, { headers })).body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(65_536);
    await reader?.cancel();
  });
  expect(sandbox.maxConcurrent).toBe(1);
});

describe('redirects', () => {
  const elsewhere = 'https://elsewhere.example/client/v4/user/invites';

  test("with 'manual' come back as they are", async () => {
    const { fetch, headers, sandbox } = withFault(redirectTo(elsewhere));
    const response = await fetch(INVITE, { headers, redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, elsewhere]);
    expect(sandbox.requests).toHaveLength(1);
  });

  test("with 'error' reject", async () => {
    const { fetch, headers } = withFault(redirectTo(elsewhere));
    await expect(fetch(INVITE, { headers, redirect: 'error' })).rejects.toThrow('fetch failed');
  });

  test('followed, leak the key but not the token, as in Node', async () => {
    const { fetch, headers, sandbox } = withFault(redirectTo(elsewhere, 308));
    await fetch(INVITE, { headers: { ...headers, 'X-Auth-Key': 'cfk_fake' } });
    expect(sandbox.requests[1]?.headers).toMatchObject({ host: 'elsewhere.example', 'x-auth-key': 'cfk_fake' });
    expect(sandbox.requests[1]?.headers).not.toHaveProperty('authorization');
  });
});

test('many requests at once are seen as such', async () => {
  const { clock, fetch, headers, sandbox } = setUp({ latencyMs: 20 });
  await clock.run(() => Promise.all([1, 2, 3, 4].map(async () => (await fetch(INVITE, { headers })).text())));
  expect(sandbox.maxConcurrent).toBe(4);
});
