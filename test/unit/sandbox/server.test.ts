import { afterEach, describe, expect, test } from 'vitest';
import { CloudflareSandbox, type Fault, type SandboxOptions } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { type SandboxServer, serve } from '../../../sandbox/server.ts';
import { systemClock } from '../../../src/clock.ts';

const world = demoAccount(Date.now());
const headers = { authorization: `Bearer ${world.credentials.token}`, 'content-type': 'application/json' };
let server: SandboxServer | undefined;

async function start(options: Partial<SandboxOptions> = {}): Promise<{ sandbox: CloudflareSandbox; invite: string }> {
  const sandbox = new CloudflareSandbox({ clock: systemClock, ...world, ...options });
  server = await serve(sandbox);
  return { sandbox, invite: `${server.url}/user/invites/${DEMO_IDS.agency}` };
}

const startWithFault = (fault: Fault) => start({ faults: [fault] });

const causeOf = (error: unknown): unknown =>
  error instanceof Error ? (error.cause as { code?: string })?.code : error;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('answers like the sandbox', async () => {
  const { sandbox, invite } = await start();
  expect(invite).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/client\/v4\/user\/invites\//);
  const response = await fetch(invite, { method: 'PATCH', headers, body: '{"status":"accepted"}' });
  expect(await response.json()).toMatchObject({ success: true, result: { status: 'accepted' } });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(sandbox.requests[0]).toMatchObject({ method: 'PATCH', appliedStatus: 'accepted' });
});

test.each<Fault>([{ drop: 'before' }, { refuseConnection: true }])('%o: no byte of an answer', async (fault) => {
  const { invite } = await startWithFault(fault);
  const error = await fetch(invite, { headers }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'fetch failed' });
  expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(causeOf(error));
});

test.each<Fault>([{ drop: 'body' }, { cutBody: 12 }, { cutBody: 0 }])('%o: head, then the end', async (fault) => {
  const { invite } = await startWithFault(fault);
  const response = await fetch(invite, { headers });
  expect(response.status).toBe(200);
  const error = await response.text().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'terminated' });
});

test.each<Fault>([{ hang: true }, { endless: true }, { slowBody: { msPerByte: 50 } }])(
  '%o lasts until the client gives up',
  async (fault) => {
    const { invite } = await startWithFault(fault);
    const exchange = async (): Promise<unknown> =>
      (await fetch(invite, { headers, signal: AbortSignal.timeout(30) })).text();
    await expect(exchange()).rejects.toMatchObject({ name: 'TimeoutError' });
  },
);

test('a slow body arrives', async () => {
  const { invite } = await startWithFault({ slowBody: { msPerByte: 0.01 } });
  const response = await fetch(invite);
  expect(await response.json()).toMatchObject({ success: false, errors: [{ code: 9106 }] });
});

describe('closing', () => {
  test('is prompt although requests hang', async () => {
    const { invite } = await startWithFault({ hang: true });
    const pending = fetch(invite, { headers }).catch((reason: unknown) => reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const startedMs = performance.now();
    await server?.close();
    server = undefined;
    expect(performance.now() - startedMs).toBeLessThan(500);
    expect(await pending).toBeInstanceOf(TypeError);
  });
});
