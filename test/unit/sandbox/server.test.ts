import { expect, test } from 'vitest';
import { CloudflareSandbox, type Fault } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { serve } from '../../../sandbox/server.ts';
import { systemClock } from '../../../src/clock.ts';

const account = demoAccount(Date.now());
const headers = { authorization: `Bearer ${account.credentials.token}`, 'content-type': 'application/json' };

async function open(...faults: Fault[]) {
  const sandbox = new CloudflareSandbox({ clock: systemClock, ...account, faults });
  const server = await serve(sandbox);
  const invite = `${server.url}/user/invites/${DEMO_IDS.agency}`;
  return { sandbox, server, invite, [Symbol.asyncDispose]: () => server.close() };
}

test('the server responds like the sandbox', async () => {
  await using opened = await open();
  const { sandbox, invite } = opened;
  expect(invite).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/client\/v4\/user\/invites\//);
  const response = await fetch(invite, { method: 'PATCH', headers, body: '{"status":"accepted"}' });
  expect(await response.json()).toMatchObject({ success: true, result: { status: 'accepted' } });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(sandbox.requests[0]).toMatchObject({ method: 'PATCH', appliedStatus: 'accepted' });
});

test.each<[string, Fault]>([
  ['drop before', { drop: 'before' }],
  ['refuseConnection', { refuseConnection: true }],
])('the server sends no byte for the fault %s', async (_name, fault) => {
  await using opened = await open(fault);
  const code = expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/);
  await expect(fetch(opened.invite, { headers })).rejects.toMatchObject({ message: 'fetch failed', cause: { code } });
});

test.each<[string, Fault]>([
  ['drop body', { drop: 'body' }],
  ['cutBody', { cutBody: 12 }],
  ['cutBody without a byte', { cutBody: 0 }],
])('the server breaks after the headers for the fault %s', async (_name, fault) => {
  await using opened = await open(fault);
  const response = await fetch(opened.invite, { headers });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toMatchObject({ message: 'terminated' });
});

test.each<[string, Fault]>([
  ['hang', { hang: true }],
  ['endless', { endless: true }],
  ['slowBody', { slowBody: { msPerByte: 50 } }],
])('the server holds the connection until the client aborts, for the fault %s', async (_name, fault) => {
  await using opened = await open(fault);
  const text = fetch(opened.invite, { headers, signal: AbortSignal.timeout(30) }).then((response) => response.text());
  await expect(text).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('the server sends a slow body to its end', async () => {
  await using opened = await open({ slowBody: { msPerByte: 0.01 } });
  const response = await fetch(opened.invite);
  expect(await response.json()).toMatchObject({ success: false, errors: [{ code: 9106 }] });
});

test('the server closes although a request hangs', async () => {
  await using opened = await open({ hang: true });
  const { sandbox, server, invite } = opened;
  const hanging = fetch(invite, { headers });
  hanging.catch(() => undefined);
  await expect.poll(() => sandbox.requests.length, { timeout: 20_000 }).toBe(1);
  await server.close();
  await expect(hanging).rejects.toBeInstanceOf(TypeError);
});
