import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runStep, type StepResult } from '../../../sandbox/runner.ts';
import { substringsOf } from '../../substrings.ts';
import { CREDENTIALS, ID, onlyError } from '../step.ts';
import { API_HOST, Api, Authority, CompanyProxy } from './network.ts';

const ACCOUNT = { username: 'runner', password: 'p@ss:w/rd-of-a-test' };
const WRITTEN = `runner:${encodeURIComponent(ACCOUNT.password)}`;

let authority: Authority;
let tls: { key: string; cert: string };
let localhost: { key: string; cert: string };

beforeAll(async () => {
  authority = await Authority.create();
  tls = await authority.sign(API_HOST);
  localhost = await authority.sign('localhost');
});

afterAll(() => authority[Symbol.asyncDispose]());

interface ProxyStepOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  /** Leaves the company's authority out of what Node trusts. */
  readonly untrusting?: boolean;
  /** Milliseconds until the step is killed. */
  readonly timeoutMs?: number;
}

function step(
  api: Api,
  { env = {}, untrusting = false, nodeArguments = [], timeoutMs = 25_000, ...options }: ProxyStepOptions,
): Promise<StepResult> {
  const inputs = { status: 'accepted', 'invite-id': ID, 'api-token': CREDENTIALS.token, 'api-base-url': api.url };
  return runStep({
    with: { ...inputs, retries: '0', ...options.with },
    env: { ...(untrusting ? {} : { NODE_EXTRA_CA_CERTS: authority.file }), ...env },
    nodeArguments,
    timeoutMs,
    debug: true,
  });
}

/** Everything a step wrote but the commands that hide a value. */
function written({ stdout, stderr, summary, outputs, annotations }: StepResult): string {
  const unmasked = stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  return [...unmasked, stderr, summary, ...Object.values(outputs), JSON.stringify(annotations)].join('\n');
}

function expectNoPassword(result: StepResult, account: { readonly password: string }): void {
  for (const password of [account.password, encodeURIComponent(account.password)]) {
    expect(result.masks).toContain(password);
    for (const part of substringsOf(password)) expect(written(result)).not.toContain(part);
  }
  const both = `${ACCOUNT.username}:${account.password}`;
  expect(written(result)).not.toContain(Buffer.from(both).toString('base64').slice(0, 12));
}

describe.concurrent('proxy', { timeout: 30_000 }, () => {
  test.for(['HTTPS_PROXY', 'https_proxy'])('every request goes through the proxy that %s names', async (name) => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const result = await step(api, { env: { [name]: proxy.url() }, with: { 'organization-name': 'Acme*' } });
    expect(result).toMatchObject({ exitCode: 0, outputs: { status: 'accepted', changed: 'true' } });
    expect(api.sent).toEqual(['GET', 'PATCH']);
    // The only connections that the server saw are those that the proxy was asked for.
    expect(proxy.requested.length).toBeGreaterThan(0);
    expect(new Set(proxy.requested)).toEqual(new Set([`CONNECT ${API_HOST}:${api.port}`]));
    expect(api.peers).toHaveLength(proxy.requested.length);
  });

  test('a step without the proxy cannot reach the API of these tests', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const result = await step(api, {});
    expect(onlyError(result).message).toMatch(new RegExp(`${API_HOST}|ENOTFOUND|EAI_AGAIN`));
    expect(proxy.requested).toEqual([]);
    expect(api.peers).toEqual([]);
  });

  test('a list of invites and all responses go through the proxy', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const inputs = { 'invite-id': '(none)', 'organization-name': '*' };
    const result = await step(api, { env: { HTTPS_PROXY: proxy.url() }, with: inputs });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', failed_count: '0' } });
    expect(api.sent.filter((method) => method === 'PATCH').length).toBeGreaterThan(3);
    expect(new Set(proxy.requested)).toEqual(new Set([`CONNECT ${API_HOST}:${api.port}`]));
    expect(api.peers).toHaveLength(proxy.requested.length);
  });

  test('the proxy sees no credential of Cloudflare, and Cloudflare sees none of the proxy', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open(ACCOUNT);
    const result = await step(api, { env: { HTTPS_PROXY: proxy.url(WRITTEN) } });
    expect(result.exitCode).toBe(0);
    expect(new Set(proxy.accounts.map((account) => JSON.stringify(account)))).toEqual(
      new Set([JSON.stringify(ACCOUNT)]),
    );
    const headers = api.sandbox.requests.map((request) => request.headers);
    expect(headers).toHaveLength(1);
    expect(Object.keys(headers[0] ?? {}).filter((name) => name.startsWith('proxy-'))).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain(ACCOUNT.password);
    expectNoPassword(result, ACCOUNT);
  });

  test('a wrong password of the proxy is an error about the proxy, and is shown nowhere', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open(ACCOUNT);
    const wrong = { password: 'wrong-horse-battery' };
    const env = { HTTPS_PROXY: proxy.url(`${ACCOUNT.username}:${wrong.password}`) };
    const result = await step(api, { env });
    expect(proxy.requested.length).toBeGreaterThan(0);
    expect(api.peers).toEqual([]);
    const { message } = onlyError(result);
    expect(message).toContain('407');
    expect(message).toMatch(/^What to do: .*(?:proxy|HTTPS_PROXY)/im);
    expectNoPassword(result, wrong);
  });

  test('an invite whose request the proxy refused is reported as not changed by this step', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open(ACCOUNT);
    const result = await step(api, { env: { HTTPS_PROXY: proxy.url() } });
    const { message } = onlyError(result);
    expect(message).toContain('407');
    expect(message).toContain('Not changed by this step.');
    expect(api.peers).toEqual([]);
  });

  test.for(['NO_PROXY', 'no_proxy'])('the proxy is not asked for a host that %s names', async (name) => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const result = await step(api, { env: { HTTPS_PROXY: proxy.url(), [name]: `example.com,${API_HOST}` } });
    // Only the proxy can resolve the host name.
    expect(onlyError(result).message).toMatch(new RegExp(`${API_HOST}|ENOTFOUND|EAI_AGAIN`));
    expect(proxy.requested).toEqual([]);
  });

  test('requests go through the proxy when NO_PROXY names another host', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const env = { HTTPS_PROXY: proxy.url(), NO_PROXY: 'example.com,cloudflare.test.example,127.0.0.1' };
    expect(await step(api, { env })).toMatchObject({ exitCode: 0 });
    expect(api.peers).toHaveLength(proxy.requested.length);
  });

  test('a proxy that only HTTP_PROXY names is used for HTTPS as well', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    expect(await step(api, { env: { HTTP_PROXY: proxy.url() } })).toMatchObject({ exitCode: 0 });
    expect(new Set(proxy.requested)).toEqual(new Set([`CONNECT ${API_HOST}:${api.port}`]));
    expect(api.peers).toHaveLength(proxy.requested.length);
  });

  test('a proxy that does not listen is an error, and no request bypasses it', async () => {
    await using api = await Api.open(tls);
    const proxy = await CompanyProxy.open();
    const url = proxy.url(WRITTEN);
    await proxy[Symbol.asyncDispose]();
    const result = await step(api, { env: { HTTPS_PROXY: url } });
    expect(onlyError(result).message).toContain('ECONNREFUSED');
    expect(onlyError(result).message).toMatch(/^What to do: .*HTTPS_PROXY/m);
    expect(api.peers).toEqual([]);
    expectNoPassword(result, ACCOUNT);
  });

  test('a proxy that closes every connection is an error within timeout-seconds, and no request bypasses it', async () => {
    await using api = await Api.open(tls);
    const closing = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.destroy());
    });
    closing.listen(0, '127.0.0.1');
    await once(closing, 'listening');
    const { port } = closing.address() as AddressInfo;
    const env = { HTTPS_PROXY: `http://${WRITTEN}@127.0.0.1:${port}` };
    const result = await step(api, { env, with: { 'timeout-seconds': '1' }, timeoutMs: 10_000 });
    closing.close();
    // Node would connect to such a proxy again and again, even after the request was aborted.
    expect(result.timedOut).toBe(false);
    expect(result.exitCode).toBe(1);
    expect(api.peers).toEqual([]);
    expectNoPassword(result, ACCOUNT);
  });

  test.for(['proxy.example:3128', '127.0.0.1', 'http://', `${WRITTEN}@127.0.0.1:3128`, 'http://proxy example:3128'])(
    'a proxy that is not a URL is an error, and is not ignored: %s',
    async (value) => {
      await using api = await Api.open(tls);
      const base = { 'api-base-url': `https://127.0.0.1:${api.port}/client/v4` };
      const result = await step(api, { env: { HTTPS_PROXY: value }, with: base });
      expect(onlyError(result).title).toContain('proxy');
      expect(api.peers).toEqual([]);
      if (value.includes(WRITTEN)) expectNoPassword(result, ACCOUNT);
    },
  );
});

describe.concurrent('this machine', { timeout: 30_000 }, () => {
  test.for([
    {},
    { NO_PROXY: 'example.com' },
    { NO_PROXY: '*' },
    { no_proxy: 'api.cloudflare.com' },
    { NODE_USE_ENV_PROXY: '1' },
    { NODE_OPTIONS: '--use-env-proxy' },
  ])('a loopback address is never reached through a proxy: %j', async (env) => {
    await using api = await Api.open(localhost);
    await using proxy = await CompanyProxy.open();
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
    const proxies = Object.fromEntries(names.map((name) => [name, proxy.url()]));
    const base = { 'api-base-url': `https://localhost:${api.port}/client/v4` };
    expect(await step(api, { env: { ...proxies, ...env }, with: base })).toMatchObject({ exitCode: 0 });
    expect(api.sent).toEqual(['PATCH']);
    expect(proxy.requested).toEqual([]);
  });
});

describe.concurrent('certificate', { timeout: 30_000 }, () => {
  test('NODE_TLS_REJECT_UNAUTHORIZED is ignored, and a warning says what to set instead', async () => {
    await using api = await Api.open(localhost);
    const base = { 'api-base-url': `https://localhost:${api.port}/client/v4` };
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const refused = await step(api, { env, untrusting: true, with: base });
    expect(refused.exitCode).toBe(1);
    expect(refused.annotations.map(({ level }) => level)).toEqual(['warning', 'error']);
    expect(api.sent).toEqual([]);
    const trusted = await step(api, { env, with: base });
    expect(trusted).toMatchObject({ exitCode: 0, stderr: '' });
    expect(trusted.annotations).toEqual([
      { level: 'warning', title: expect.anything(), message: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
    ]);
    expect(api.sent).toEqual(['PATCH']);
  });

  test('a server with an unknown certificate authority gets one connection and no request', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const env = { HTTPS_PROXY: proxy.url() };
    const result = await step(api, { env, untrusting: true, with: { retries: '4' } });
    expect(onlyError(result).message).toMatch(/^What to do: .*NODE_EXTRA_CA_CERTS/m);
    expect(api.sent).toEqual([]);
    expect(proxy.requested).toHaveLength(1);
  });

  test('a server with a certificate for another name gets no request, and its name starts no command', async () => {
    const hostile = 'x.##[error]forged.evil.example';
    await using api = await Api.open(await authority.sign(hostile));
    await using proxy = await CompanyProxy.open();
    const result = await step(api, { env: { HTTPS_PROXY: proxy.url() } });
    expect(onlyError(result).message).toContain('evil.example');
    expect(api.sent).toEqual([]);
    expect(result.commands.filter(({ data }) => data.startsWith('forged'))).toEqual([]);
    expect(result.stdout).not.toContain('##[');
  });
});

describe.concurrent('old Node', { timeout: 30_000 }, () => {
  let folder: string;
  let preload: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'preload-'));
    const file = join(folder, 'old-node.mjs');
    const code = `
      import http from 'node:http';
      import { syncBuiltinESMExports } from 'node:module';
      delete http.setGlobalProxyFromEnv;
      syncBuiltinESMExports();
      if ('setGlobalProxyFromEnv' in http) throw new Error('This Node cannot be made older');`;
    await writeFile(file, code);
    preload = pathToFileURL(file).href;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.for(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'a Node that is too old for a proxy is an error when %s is set',
    async (name) => {
      await using api = await Api.open(tls);
      await using proxy = await CompanyProxy.open();
      const result = await step(api, {
        env: { [name]: proxy.url() },
        with: { 'api-base-url': `https://127.0.0.1:${api.port}/client/v4` },
        nodeArguments: ['--import', preload],
      });
      const { title, message } = onlyError(result);
      expect(title).toBe('The proxy cannot be used');
      expect(message).toContain('Node 24.14');
      expect(proxy.requested).toEqual([]);
      expect(api.peers).toEqual([]);
    },
  );

  test('a Node that is too old for a proxy uses it with NODE_USE_ENV_PROXY', async () => {
    await using api = await Api.open(tls);
    await using proxy = await CompanyProxy.open();
    const result = await step(api, {
      env: { HTTPS_PROXY: proxy.url(), NODE_USE_ENV_PROXY: '1' },
      nodeArguments: ['--import', preload],
    });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(new Set(proxy.requested)).toEqual(new Set([`CONNECT ${API_HOST}:${api.port}`]));
    expect(api.peers).toHaveLength(proxy.requested.length);
  });

  test('a Node that is too old for a proxy works when none is set', async () => {
    await using api = await Api.open(localhost);
    const result = await step(api, {
      with: { 'api-base-url': `https://localhost:${api.port}/client/v4` },
      nodeArguments: ['--import', preload],
    });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(api.sent).toEqual(['PATCH']);
  });
});
