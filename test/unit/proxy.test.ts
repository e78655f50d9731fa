import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

test('Node is told once to obey the environment', () => {
  let calls = 0;
  useProxyFromEnv(() => {
    calls += 1;
  });
  expect(calls).toBe(1);
});

test('the message of a proxy that Node rejects holds none of its value, and says what is allowed', () => {
  const error = errorOf(() =>
    useProxyFromEnv(() => {
      throw new TypeError(`Invalid URL: alice:${PASSWORD}@proxy.example`);
    }),
  );
  expect(error).toBeInstanceOf(ProxyError);
  expect(String(error)).toMatch(/HTTPS_PROXY or HTTP_PROXY .* http:\/\/proxy\.example:3128/);
  expect(String(error)).not.toContain(PASSWORD);
  // A cause would be printed with the stack.
  expect(error).not.toHaveProperty('cause');
});

test('a Node that cannot obey a proxy is an error that names the version it needs', () => {
  const original = http.setGlobalProxyFromEnv;
  try {
    Object.assign(http, { setGlobalProxyFromEnv: undefined });
    syncBuiltinESMExports();
    const error = errorOf(useProxyFromEnv);
    expect(error).toBeInstanceOf(ProxyError);
    expect(String(error)).toContain(process.version);
    expect(String(error)).toContain('24.14');
  } finally {
    Object.assign(http, { setGlobalProxyFromEnv: original });
    syncBuiltinESMExports();
  }
});

describe('in a process of its own', () => {
  const proxied: string[] = [];
  const proxy = http.createServer((request, response) => {
    proxied.push(`${request.method} ${request.url}`);
    response.end('proxied');
  });
  proxy.on('connect', (request, socket) => {
    proxied.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  let address = '';

  beforeAll(async () => {
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    proxy.close();
    proxy.closeAllConnections();
  });

  beforeEach(() => {
    proxied.length = 0;
  });

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

  test('a value without a scheme is refused without showing its password', async () => {
    const text = await fetchBehind({ HTTPS_PROXY: `alice:${PASSWORD}@proxy.example:3128` });
    expect(text).toContain('ProxyError: HTTPS_PROXY or HTTP_PROXY cannot be understood');
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain('sent');
  });
});
