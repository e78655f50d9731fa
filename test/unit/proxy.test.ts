import { execFile } from 'node:child_process';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import { ProxyError, useProxyFromEnv } from '../../src/proxy.ts';

const PASSWORD = 'fake-proxy-password';

function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('Node’s proxy support is switched on once', () => {
  const setGlobalProxy = vi.fn();
  useProxyFromEnv(setGlobalProxy);
  expect(setGlobalProxy).toHaveBeenCalledOnce();
});

test('the error of a malformed proxy holds nothing of its value', () => {
  const error = errorOf(() =>
    useProxyFromEnv(() => {
      throw new TypeError(`Invalid URL: alice:${PASSWORD}@proxy.example`);
    }),
  );
  expect(error).toBeInstanceOf(ProxyError);
  expect(error).toHaveProperty('problem', 'malformed');
  expect(String(error)).not.toContain(PASSWORD);
  // A cause would be printed with the stack.
  expect(error).not.toHaveProperty('cause');
});

test('a Node that is too old for a proxy is an error', () => {
  const original = http.setGlobalProxyFromEnv;
  try {
    Object.assign(http, { setGlobalProxyFromEnv: undefined });
    syncBuiltinESMExports();
    const error = errorOf(useProxyFromEnv);
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toHaveProperty('problem', 'unsupported');
  } finally {
    Object.assign(http, { setGlobalProxyFromEnv: original });
    syncBuiltinESMExports();
  }
});

const proxied: string[] = [];
const proxy = http.createServer().on('connect', (request, socket) => {
  proxied.push(`CONNECT ${request.url}`);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
let address = '';

beforeAll(async () => {
  address = `http://127.0.0.1:${await openOnLoopback(proxy)}`;
});

afterAll(() => closeServer(proxy));

beforeEach(() => {
  proxied.length = 0;
});

/** Fetches in a process of its own, which a proxy is set for. */
async function fetchBehind(env: Record<string, string>): Promise<string> {
  const script = `
    const { useProxyFromEnv } = await import(${JSON.stringify(new URL('../../src/proxy.ts', import.meta.url).href)});
    try {
      useProxyFromEnv();
      await fetch('https://api.cloudflare.invalid/').catch(() => undefined);
      console.log('sent');
    } catch (error) {
      console.log(error.stack);
    }`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout + stderr;
}

test.each(['HTTPS_PROXY', 'https_proxy'])('fetch goes through the proxy that %s names', async (name) => {
  expect(await fetchBehind({ [name]: address })).toContain('sent');
  expect(proxied).toEqual(['CONNECT api.cloudflare.invalid:443']);
});

test.each(['NO_PROXY', 'no_proxy'])('fetch goes around the proxy for a host that %s names', async (name) => {
  expect(await fetchBehind({ HTTPS_PROXY: address, [name]: 'api.cloudflare.invalid' })).toContain('sent');
  expect(proxied).toEqual([]);
});

test('a proxy without a scheme is refused without showing its password', async () => {
  const text = await fetchBehind({ HTTPS_PROXY: `alice:${PASSWORD}@proxy.example:3128` });
  expect(text).toContain('ProxyError: malformed');
  expect(text).not.toContain(PASSWORD);
  expect(text).not.toContain('sent');
});
