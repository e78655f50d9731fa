import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Fault, redirectTo, text504 } from '../../sandbox/cloudflare.ts';
import { sandboxFetch } from '../../sandbox/fetch.ts';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import { VERSION } from '../../src/version.ts';
import { CREDENTIALS as DIST_CREDENTIALS, DistHarness, ID, onlyError } from '../dist/step.ts';
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
  struck: Fault['on'];
}[] = [
  { call: 'a listing', inputs: { roles: '*' }, struck: { path: '?' } },
  { call: 'a second page', inputs: { roles: '*' }, struck: { path: 'page=2' } },
  { call: 'a dry run', inputs: { 'invite-id': inviteId(1), 'dry-run': 'true' }, struck: { method: 'GET' } },
  { call: 'a guard', inputs: { 'invite-id': inviteId(1), roles: '*' }, struck: { method: 'GET' } },
  { call: 'an answer', inputs: { 'invite-id': inviteId(1) }, struck: { method: 'PATCH' } },
  { call: 'an answer to a listed invite', inputs: { roles: '*' }, struck: { method: 'PATCH' } },
  {
    call: 'a read after a failure',
    inputs: { 'invite-id': inviteId(1), retries: '0' },
    faults: [{ ...text504(), ...forEver, on: { method: 'PATCH' } }],
    struck: { method: 'GET' },
  },
];

/** A fetch that follows redirects if asked to, and remembers every address that it was asked for. */
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

function expectNoWayOut({ sandbox, log, debug }: Run, urls: readonly string[], secret: string): void {
  for (const url of urls) expect(url.startsWith(`${BASE}/user/invites`)).toBe(true);
  // The sandbox answers for every host, so that a redirect that is followed is seen.
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
    ['a host that looks alike', 'https://api.cloudflare.com.evil.example/client/v4/user/invites'],
    ['the same host without TLS', 'http://api.cloudflare.com/client/v4/user/invites'],
    ['another port', 'https://api.cloudflare.com:8443/client/v4/user/invites'],
    ['another path of the same host', '/client/v4/accounts'],
    ['another invite', `/client/v4/user/invites/${inviteId(2)}`],
    ['a path without a scheme', '//evil.example/client/v4/user/invites'],
    ['itself', ''],
  ] as const;
  const cases = CALLS.flatMap((call) => schemes.map((scheme) => ({ ...call, ...scheme, step: call.inputs })));

  test.each(cases)(
    'of $call with the $scheme is followed nowhere',
    async ({ step, inputs, faults, struck, secret }) => {
      for (const status of statuses) {
        for (const [, target] of targets) {
          const on = struck === undefined ? {} : { on: struck };
          const redirect: Fault = { ...redirectTo(target, status), ...forEver, ...on };
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
          // One answer is refused once: there is no point in asking again.
          expect(urls).toHaveLength(world.sandbox.requests.length);
          expectNoWayOut(result, urls, secret);
        }
      }
    },
  );
});

describe('the address of a request', () => {
  test.each(CALLS.flatMap((call) => schemes.map((scheme) => ({ ...call, ...scheme, step: call.inputs }))))(
    'holds no credential: $call with the $scheme',
    async ({ step, inputs, faults = [], secret }) => {
      const world = createVirtualWorld({ invites: [invite(1), invite(2)], pageSize: 1, faults });
      const { fetch, urls } = watch(world);
      const result = await run({ world, fetch, inputs: { ...inputs, ...step } });
      expect(urls.length).toBeGreaterThan(0);
      expectNoWayOut(result, urls, secret);
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
  ])('that only looks like this machine gets nothing: %j', async (url) => {
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
  ])('that is this machine, or speaks TLS, is used as it is: %s', async (url, base) => {
    const world = createVirtualWorld({ invites: [invite(1)] });
    const { fetch, urls } = watch(world);
    const { exitCode } = await run({ world, fetch, inputs: { 'invite-id': inviteId(1), 'api-base-url': url } });
    expect(exitCode).toBe(0);
    expect(urls).toEqual([`${base}/user/invites/${inviteId(1)}`]);
  });
});

describe('an answer that does not end', () => {
  const ONE_BYTE_A_SECOND: Fault = { slowBody: { msPerByte: 1_000 }, applied: false };

  const runStep = (call: (typeof CALLS)[number], fault: Fault, inputs: RunOptions['inputs'] = {}): Promise<Run> => {
    const on = call.struck === undefined ? {} : { on: call.struck };
    const faults = [{ ...fault, ...on, ...forEver }, ...(call.faults ?? [])];
    const world = { invites: [invite(1), invite(2)], pageSize: 1, faults };
    return run({ world, inputs: { ...call.inputs, retries: '1', ...inputs } });
  };

  test.each(CALLS)('in the body of $call is cut off at 8 MB and told', async (call) => {
    const { exitCode, annotations, elapsedMs } = await runStep(call, { endless: true });
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message).join('\n')).toMatch(/the answer is longer than 8388608 bytes|504/);
    // 64 kB each 10 ms: it is the size that ends it, long before the time-out does.
    expect(elapsedMs).toBeLessThan(30_000);
  });

  test.each(CALLS)('at one byte a second, in the body of $call, ends with the time-out', async (call) => {
    const { exitCode, annotations, elapsedMs } = await runStep(call, ONE_BYTE_A_SECOND);
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message).join('\n')).toMatch(/no complete answer within 30 s|504/);
    expect(elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(elapsedMs).toBeLessThan(600_000);
  });

  test.each(CALLS)('at one byte a second, in the body of $call, never outlasts the step', async (call) => {
    const { exitCode, elapsedMs } = await runStep(call, ONE_BYTE_A_SECOND, { retries: '10', 'timeout-seconds': '45' });
    expect(exitCode).toBe(1);
    expect(elapsedMs).toBeLessThanOrEqual(45_000);
  });
});

/** A server that answers as it likes, and what reached it. */
async function listen(answer: RequestListener): Promise<AsyncDisposable & { url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    answer(request, response);
  });
  const port = await openOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}/client/v4`,
    seen,
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

const accepted = JSON.stringify({
  success: true,
  errors: [],
  messages: [],
  result: { id: ID, status: 'accepted', organization_name: 'Acme' },
});

const accept = (
  _request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string | string[]> = {},
) => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(accepted);
};

/** What a server can see of a request, by name and value, in the order of the alphabet. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const] : [],
  );
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

/** Everything in a job's environment that is none of the server's business. */
const JOB = {
  GITHUB_TOKEN: 'ghs_fake-token-of-the-job',
  ACTIONS_RUNTIME_TOKEN: 'fake-runtime-token',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'fake-oidc-token',
  AWS_SECRET_ACCESS_KEY: 'fake-aws-secret',
  CLOUDFLARE_ACCOUNT_ID: 'fake-account-id',
};

describe.concurrent('the server learns', { timeout: 30_000 }, () => {
  const byKey = { 'api-token': undefined, 'api-email': DIST_CREDENTIALS.email, 'api-key': DIST_CREDENTIALS.key };
  const signedBy = [
    { scheme: 'token', inputs: {}, signed: { authorization: `Bearer ${DIST_CREDENTIALS.token}` } },
    {
      scheme: 'key',
      inputs: byKey,
      signed: { 'x-auth-email': DIST_CREDENTIALS.email, 'x-auth-key': DIST_CREDENTIALS.key },
    },
  ];

  test.for(signedBy)('these headers and nothing more, with the $scheme', async ({ inputs, signed }) => {
    await using server = await listen((request, response) => {
      if (request.method === 'PATCH') accept(request, response);
      else response.end(accepted.replace('accepted', 'pending'));
    });
    await using world = await DistHarness.open();
    const other = { CLOUDFLARE_API_TOKEN: 'fake-token-of-another', CLOUDFLARE_API_KEY: 'fake-key-of-another' };
    const step = { 'api-base-url': server.url, 'organization-name': 'Acme', ...inputs };
    expect(await world.step({ with: step, env: { ...JOB, ...other } })).toMatchObject({ exitCode: 0 });
    const common = {
      host: new URL(server.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'accept-language': '*',
      'accept-encoding': 'gzip, deflate',
      'sec-fetch-mode': 'cors',
      'user-agent': `cloudflare-invite-action/${VERSION}`,
      ...signed,
    };
    const [read, patch] = server.seen;
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${PATHS}/${ID}`,
      `PATCH ${PATHS}/${ID}`,
    ]);
    expect(headersOf(read as IncomingMessage)).toEqual(common);
    expect(headersOf(patch as IncomingMessage)).toEqual({
      ...common,
      'content-type': 'application/json',
      'content-length': String('{"status":"accepted"}'.length),
    });
  });

  test('nothing back of a cookie, a challenge or another service that it offers', async () => {
    await using server = await listen((request, response) => {
      const offers = {
        'set-cookie': ['session=fake; Path=/', 'tracker=fake; Domain=127.0.0.1'],
        'www-authenticate': 'Basic realm="x"',
        'proxy-authenticate': 'Basic realm="x"',
        'alt-svc': 'h2="evil.example:443"',
        link: '<https://evil.example/>; rel=preconnect',
        refresh: '0; url=https://evil.example/',
        'content-location': 'https://evil.example/',
        'accept-ch': 'Sec-CH-UA, Device-Memory',
        etag: '"fake"',
        'retry-after-ms': '1',
      };
      if (server.seen.length < 3) {
        response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
        response.writeHead(503, offers);
        response.end();
      } else {
        accept(request, response, offers);
      }
    });
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'api-base-url': server.url } });
    expect(result.exitCode).toBe(0);
    expect(server.seen.length).toBeGreaterThanOrEqual(3);
    const names = new Set(server.seen.flatMap((request) => Object.keys(headersOf(request))));
    expect([...names].filter((name) => /cookie|proxy|if-|referer|origin|sec-ch|device/.test(name))).toEqual([]);
  });
});

describe.concurrent('an answer that is too much', { timeout: 30_000 }, () => {
  const many = (count: number, length: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v'.repeat(length)]));

  test('1,000 small headers do no harm', async () => {
    await using server = await listen((request, response) => accept(request, response, many(1_000, 1)));
    await using world = await DistHarness.open();
    expect(await world.step({ with: { 'api-base-url': server.url } })).toMatchObject({ exitCode: 0, annotations: [] });
  });

  test.for([
    { name: '1,000 headers of 1 kB', headers: many(1_000, 1_000) },
    { name: 'one header of 1 MB', headers: many(1, 1_000_000) },
  ])('$name end in a failure that says so', async ({ headers }) => {
    await using server = await listen((request, response) => accept(request, response, headers));
    await using world = await DistHarness.open();
    const result = await world.step({ with: { 'api-base-url': server.url, retries: '0' } });
    expect(onlyError(result).message).toMatch(/Headers Overflow/i);
    expect(result.stdout.length).toBeLessThan(10_000);
  });

  test('an endless body ends the attempt without filling the memory', async () => {
    const endless: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = ' '.repeat(1_000_000);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await using server = await listen(endless);
    await using world = await DistHarness.open();
    const nodeArguments = ['--max-old-space-size=64'];
    const result = await world.step({ with: { 'api-base-url': server.url, retries: '0' }, nodeArguments });
    expect(onlyError(result).message).toContain('the answer is longer than 8388608 bytes');
  });

  test('a small body that unpacks to a large one is measured by what comes out', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '), { level: 9 });
    await using server = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    await using world = await DistHarness.open();
    const nodeArguments = ['--max-old-space-size=64'];
    const result = await world.step({ with: { 'api-base-url': server.url, retries: '0' }, nodeArguments });
    expect(onlyError(result).message).toContain('the answer is longer than 8388608 bytes');
  });
});
