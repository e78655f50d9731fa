import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import { VERSION } from '../../src/version.ts';
import { CREDENTIALS, DistHarness, ID, onlyError } from '../dist/step.ts';

const PATHS = '/client/v4/user/invites';

/** A server with responses of its own, and the requests that it received. */
async function listen(respond: RequestListener): Promise<AsyncDisposable & { url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    respond(request, response);
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

/** The headers of a request, by name. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const] : [],
  );
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

/** Secrets in the environment of a job that the server must not get. */
const JOB = {
  GITHUB_TOKEN: 'ghs_fake-token-of-the-job',
  ACTIONS_RUNTIME_TOKEN: 'fake-runtime-token',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'fake-oidc-token',
  AWS_SECRET_ACCESS_KEY: 'fake-aws-secret',
  CLOUDFLARE_ACCOUNT_ID: 'fake-account-id',
};

describe.concurrent('requests', { timeout: 30_000 }, () => {
  const byKey = { 'api-token': undefined, 'api-email': CREDENTIALS.email, 'api-key': CREDENTIALS.key };
  const signedBy = [
    { scheme: 'token', inputs: {}, signed: { authorization: `Bearer ${CREDENTIALS.token}` } },
    {
      scheme: 'key',
      inputs: byKey,
      signed: { 'x-auth-email': CREDENTIALS.email, 'x-auth-key': CREDENTIALS.key },
    },
  ];

  test.for(signedBy)('a request has these headers and no others, with the $scheme', async ({ inputs, signed }) => {
    await using server = await listen((request, response) => {
      if (request.method === 'PATCH') accept(request, response);
      else response.end(accepted.replace('accepted', 'pending'));
    });
    await using harness = await DistHarness.open();
    const other = { CLOUDFLARE_API_TOKEN: 'fake-token-of-another', CLOUDFLARE_API_KEY: 'fake-key-of-another' };
    const step = { 'api-base-url': server.url, 'organization-name': 'Acme', ...inputs };
    expect(await harness.step({ with: step, env: { ...JOB, ...other } })).toMatchObject({ exitCode: 0 });
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

  test('a request after a failure returns no cookie, challenge or other offer of the server', async () => {
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
    await using harness = await DistHarness.open();
    const result = await harness.step({ with: { 'api-base-url': server.url } });
    expect(result.exitCode).toBe(0);
    expect(server.seen.length).toBeGreaterThanOrEqual(3);
    const names = new Set(server.seen.flatMap((request) => Object.keys(headersOf(request))));
    expect([...names].filter((name) => /cookie|proxy|if-|referer|origin|sec-ch|device/.test(name))).toEqual([]);
  });
});

describe.concurrent('large responses', { timeout: 30_000 }, () => {
  const many = (count: number, length: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v'.repeat(length)]));

  test('a response with 1,000 small headers is accepted', async () => {
    await using server = await listen((request, response) => accept(request, response, many(1_000, 1)));
    await using harness = await DistHarness.open();
    expect(await harness.step({ with: { 'api-base-url': server.url } })).toMatchObject({
      exitCode: 0,
      annotations: [],
    });
  });

  test.for([
    { name: '1,000 headers of 1 kB', headers: many(1_000, 1_000) },
    { name: 'one header of 1 MB', headers: many(1, 1_000_000) },
  ])('a response with $name is an error about its headers', async ({ headers }) => {
    await using server = await listen((request, response) => accept(request, response, headers));
    await using harness = await DistHarness.open();
    const result = await harness.step({ with: { 'api-base-url': server.url, retries: '0' } });
    expect(onlyError(result).message).toMatch(/Headers Overflow/i);
    expect(result.stdout.length).toBeLessThan(10_000);
  });

  test('an endless body ends the attempt within a small memory', async () => {
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
    await using harness = await DistHarness.open();
    const nodeArguments = ['--max-old-space-size=64'];
    const result = await harness.step({ with: { 'api-base-url': server.url, retries: '0' }, nodeArguments });
    expect(onlyError(result).message).toContain('the response is longer than 8388608 bytes');
  });

  test('a small compressed body is limited by its size after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '), { level: 9 });
    await using server = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    await using harness = await DistHarness.open();
    const nodeArguments = ['--max-old-space-size=64'];
    const result = await harness.step({ with: { 'api-base-url': server.url, retries: '0' }, nodeArguments });
    expect(onlyError(result).message).toContain('the response is longer than 8388608 bytes');
  });
});
