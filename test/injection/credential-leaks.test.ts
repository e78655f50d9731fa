import { describe, expect, test } from 'vitest';
import { type Fault, redirectTo, text504 } from '../../sandbox/cloudflare.ts';
import { sandboxFetch } from '../../sandbox/fetch.ts';
import { CREDENTIALS, createVirtualWorld, invite, inviteId, type Run, type RunOptions, run } from '../run.ts';
import { substringsOf } from '../substrings.ts';

const forEver = { times: Number.POSITIVE_INFINITY };
const BASE = 'https://api.cloudflare.com/client/v4';
const PATHS = '/client/v4/user/invites';

const schemes = [
  { scheme: 'token', inputs: { 'api-token': CREDENTIALS.token }, secret: CREDENTIALS.token },
  {
    scheme: 'key',
    inputs: { 'api-token': '$CLOUDFLARE_API_TOKEN', 'api-email': CREDENTIALS.email, 'api-key': CREDENTIALS.key },
    secret: CREDENTIALS.key,
  },
];

/** Every kind of request that the action sends, by the step that sends it. */
const CALLS: readonly {
  call: string;
  inputs: Record<string, string>;
  faults?: readonly Fault[];
  on: NonNullable<Fault['on']>;
}[] = [
  { call: 'a listing', inputs: { roles: '*' }, on: { path: '?' } },
  { call: 'a second page', inputs: { roles: '*' }, on: { path: 'page=2' } },
  { call: 'a dry run', inputs: { 'invite-id': inviteId(1), 'dry-run': 'true' }, on: { method: 'GET' } },
  { call: 'a guard', inputs: { 'invite-id': inviteId(1), roles: '*' }, on: { method: 'GET' } },
  { call: 'a response', inputs: { 'invite-id': inviteId(1) }, on: { method: 'PATCH' } },
  { call: 'a response to a listed invite', inputs: { roles: '*' }, on: { method: 'PATCH' } },
  {
    call: 'a read after a failure',
    inputs: { 'invite-id': inviteId(1), retries: '0' },
    faults: [{ ...text504(), ...forEver, on: { method: 'PATCH' } }],
    on: { method: 'GET' },
  },
];

/** Every kind of request with every kind of credentials. */
const SIGNED_CALLS = CALLS.flatMap((call) => schemes.map((scheme) => ({ ...call, ...scheme, step: call.inputs })));

/** A fetch that follows redirects by default, and records every address and redirect mode. */
function watch(world: ReturnType<typeof createVirtualWorld>): {
  fetch: typeof fetch;
  urls: string[];
  modes: unknown[];
} {
  const inner = sandboxFetch(world.sandbox, world.clock.unrecorded());
  const urls: string[] = [];
  const modes: unknown[] = [];
  const watched = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    urls.push(input instanceof Request ? input.url : String(input));
    modes.push(init?.redirect ?? (input instanceof Request ? input.redirect : 'follow'));
    return inner(input, init);
  };
  return { fetch: watched, urls, modes };
}

function expectNoLeak({ sandbox, log, debug }: Run, urls: readonly string[], secret: string): void {
  for (const url of urls) expect(url.startsWith(`${BASE}/user/invites`)).toBe(true);
  // The sandbox responds for every host, so that a redirect that is followed is seen.
  for (const { headers, path } of sandbox.requests) {
    expect(headers['host']).toBe('api.cloudflare.com');
    expect(path.startsWith(PATHS)).toBe(true);
  }
  const shown = [...urls, ...sandbox.requests.map(({ path, body }) => path + body), ...log, ...debug].join('\n');
  expect(substringsOf(secret).filter((part) => shown.includes(part))).toEqual([]);
}

describe('a redirect', () => {
  const statuses = [300, 301, 302, 303, 304, 305, 307, 308];
  const targets = [
    ['another host', 'https://evil.example/client/v4/user/invites'],
    ['a host with a similar name', 'https://api.cloudflare.com.evil.example/client/v4/user/invites'],
    ['the same host without TLS', 'http://api.cloudflare.com/client/v4/user/invites'],
    ['another port', 'https://api.cloudflare.com:8443/client/v4/user/invites'],
    ['another path of the same host', '/client/v4/accounts'],
    ['another invite', `/client/v4/user/invites/${inviteId(2)}`],
    ['a path without a scheme', '//evil.example/client/v4/user/invites'],
    ['itself', ''],
  ] as const;

  test.each(SIGNED_CALLS)(
    'a redirect of $call with the $scheme is not followed',
    async ({ step, inputs, faults, on, secret }) => {
      for (const status of statuses) {
        for (const [, target] of targets) {
          const redirect: Fault = { ...redirectTo(target, status), ...forEver, on };
          const world = createVirtualWorld({
            invites: [1, 2, 3].map((number) => invite(number)),
            pageSize: 1,
            faults: [redirect, ...(faults ?? [])],
          });
          const { fetch, urls, modes } = watch(world);
          const result = await run({ world, fetch, inputs: { ...inputs, ...step } });
          expect(result.exitCode).toBe(1);
          expect(result.debug.some((line) => line.includes(`HTTP ${status}, a redirect`))).toBe(true);
          expect(new Set(modes)).toEqual(new Set(['manual']));
          // A redirect is not sent again.
          expect(urls).toHaveLength(world.sandbox.requests.length);
          expectNoLeak(result, urls, secret);
        }
      }
    },
  );
});

describe('the address of a request', () => {
  test.each(SIGNED_CALLS)(
    'the address of $call holds no credential, with the $scheme',
    async ({ step, inputs, faults = [], secret }) => {
      const world = createVirtualWorld({ invites: [invite(1), invite(2)], pageSize: 1, faults });
      const { fetch, urls } = watch(world);
      const result = await run({ world, fetch, inputs: { ...inputs, ...step } });
      expect(urls.length).toBeGreaterThan(0);
      expectNoLeak(result, urls, secret);
    },
  );
});

describe('a base URL', () => {
  test.each([
    'http://localhost:8080/client/v4',
    'http://localhost./client/v4',
    'http://localhost.evil.example/client/v4',
    'http://127.0.0.1.evil.example/client/v4',
    'http://127.0.0.1.nip.io/client/v4',
    'http://127.0.0.1-evil.example/client/v4',
    'http://127-0-0-1.evil.example/client/v4',
    'http://evil.example/127.0.0.1',
    'http://evil.example:127',
    'http://evil.example\\@127.0.0.1/',
    'http://evil.example/@127.0.0.1/',
    'http://evil.example?@127.0.0.1/',
    'http://evil.example#@127.0.0.1/',
    'http://127.0.0.1@evil.example/',
    'http://127.0.0.1:80@evil.example/',
    'http://127.0.0.1%2eevil.example/',
    'http://127.0.0.1%00.evil.example/',
    'http://127.0.0.1\t.evil.example/',
    'http://127.0.0.1。evil.example/',
    'http://127.evil.example/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::]/',
    'http://[::1%25lo]/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://126.255.255.255/',
    'http://128.0.0.1/',
    'http://2147483649.evil.example/',
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http:api.cloudflare.com/client/v4',
    'HTTP://API.CLOUDFLARE.COM/client/v4',
    'ws://127.0.0.1/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'blob:https://api.cloudflare.com/x',
    'unix:/var/run/docker.sock',
    'javascript:alert(1)',
  ])('an api-base-url that only looks like a loopback address gets no request: %j', async (url) => {
    const world = createVirtualWorld({ invites: [invite(1)] });
    const { fetch, urls } = watch(world);
    const { exitCode, annotations } = await run({ world, fetch, inputs: { roles: '*', 'api-base-url': url } });
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message).join('\n')).toContain('api-base-url');
    expect(urls).toEqual([]);
  });

  test.each([
    ['http://127.0.0.1:8080/client/v4', 'http://127.0.0.1:8080/client/v4'],
    ['http://127.255.255.254/client/v4', 'http://127.255.255.254/client/v4'],
    ['http://127.1/client/v4', 'http://127.0.0.1/client/v4'],
    ['http://2130706433/client/v4', 'http://127.0.0.1/client/v4'],
    ['http://0x7f.1/client/v4', 'http://127.0.0.1/client/v4'],
    ['http://[0:0:0:0:0:0:0:1]/client/v4', 'http://[::1]/client/v4'],
    ['https://api.cloudflare.com/client/v4/', 'https://api.cloudflare.com/client/v4'],
  ])('an api-base-url with a loopback address or TLS is used: %s', async (url, base) => {
    const world = createVirtualWorld({ invites: [invite(1)] });
    const { fetch, urls } = watch(world);
    const { exitCode } = await run({ world, fetch, inputs: { 'invite-id': inviteId(1), 'api-base-url': url } });
    expect(exitCode).toBe(0);
    expect(urls).toEqual([`${base}/user/invites/${inviteId(1)}`]);
  });
});

describe('a response that does not end', () => {
  const ONE_BYTE_A_SECOND: Fault = { slowBody: { msPerByte: 1_000 }, applied: false };

  const runStep = (call: (typeof CALLS)[number], fault: Fault, inputs: RunOptions['inputs'] = {}): Promise<Run> => {
    const faults = [{ ...fault, on: call.on, ...forEver }, ...(call.faults ?? [])];
    const world = { invites: [invite(1), invite(2)], pageSize: 1, faults };
    return run({ world, inputs: { ...call.inputs, retries: '1', ...inputs } });
  };

  test.each(CALLS)('an endless body of $call ends at 8 MB with an error', async (call) => {
    const { exitCode, annotations, elapsedMs } = await runStep(call, { endless: true });
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message).join('\n')).toMatch(
      /the response is longer than 8388608 bytes|504/,
    );
    // 64 kB every 10 ms reach the limit long before the time-out.
    expect(elapsedMs).toBeLessThan(30_000);
  });

  test.each(CALLS)('a body of $call with one byte a second ends with the time-out', async (call) => {
    const { exitCode, annotations, elapsedMs } = await runStep(call, ONE_BYTE_A_SECOND);
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message).join('\n')).toMatch(/no complete response within 30 s|504/);
    expect(elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(elapsedMs).toBeLessThan(600_000);
  });

  test.each(CALLS)('a body of $call with one byte a second ends at timeout-seconds', async (call) => {
    const { exitCode, elapsedMs } = await runStep(call, ONE_BYTE_A_SECOND, { retries: '10', 'timeout-seconds': '45' });
    expect(exitCode).toBe(1);
    expect(elapsedMs).toBeLessThanOrEqual(45_000);
  });
});
