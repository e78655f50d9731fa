import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import { ProxyError, useProxyFromEnv } from '../../src/proxy.ts';
import { runAside } from './aside.ts';

const PASSWORD = 'fake-proxy-password';

function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

const NODES_OWN = new (class EnvHttpProxyAgent {})();

test('Node’s proxy support is switched on once, with the environment', () => {
  const setGlobalProxy = vi.fn();
  const env = { HTTPS_PROXY: 'http://proxy.example:3128' };
  useProxyFromEnv(env, ['https://api.example/'], undefined, setGlobalProxy);
  expect(setGlobalProxy.mock.calls).toEqual([[{ HTTPS_PROXY: 'http://proxy.example:3128' }]]);
});

test('the error of a malformed proxy holds nothing of its value', () => {
  const error = errorOf(() =>
    useProxyFromEnv({}, [], undefined, () => {
      throw new TypeError(`Invalid URL: alice:${PASSWORD}@proxy.example`);
    }),
  );
  expect(error).toBeInstanceOf(ProxyError);
  expect(error).toHaveProperty('problem', 'malformed');
  expect(String(error)).not.toContain(PASSWORD);
  // A cause would be printed with the stack.
  expect(error).not.toHaveProperty('cause');
});

/** Runs `work` in a Node without the function that uses a proxy, as before 24.14. */
function onOldNode(work: () => void): unknown {
  const original = http.setGlobalProxyFromEnv;
  try {
    Object.assign(http, { setGlobalProxyFromEnv: undefined });
    syncBuiltinESMExports();
    return errorOf(work);
  } finally {
    Object.assign(http, { setGlobalProxyFromEnv: original });
    syncBuiltinESMExports();
  }
}

test.each([undefined, null, {}, Object.create(null, { constructor: { value: Object } })])(
  'a Node that is too old for a proxy, and whose fetch bypasses it (%j), is an error',
  (dispatcher) => {
    const error = onOldNode(() => useProxyFromEnv({}, [], dispatcher));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toHaveProperty('problem', 'unsupported');
  },
);

test('an old Node that was started with its own proxy support is accepted', () => {
  const env = { no_proxy: 'a.example' };
  expect(onOldNode(() => useProxyFromEnv(env, ['http://127.0.0.1:1/x'], NODES_OWN))).toBeUndefined();
  expect(env).toEqual({ no_proxy: 'a.example,127.0.0.1' });
});

test.each<[Record<string, string>, string | undefined]>([
  [{}, ',127.0.0.1'],
  [{ NO_PROXY: 'a.example' }, 'a.example,127.0.0.1'],
  [{ NO_PROXY: 'A', no_proxy: 'a b' }, 'a b,127.0.0.1'],
  // Not "*,127.0.0.1", which stands for one host.
  [{ NO_PROXY: '*' }, undefined],
])('the loopback address is added to the NO_PROXY of %j', (env, expected) => {
  useProxyFromEnv(env, ['https://api.example/', 'http://127.0.0.1:80/', ''], undefined, () => undefined);
  expect(env['no_proxy']).toBe(expected);
});

const proxied: string[] = [];
const refuse: http.RequestListener = (request, response) => {
  proxied.push(`${request.method} ${request.url}`);
  response.writeHead(502).end();
};
const proxy = http.createServer(refuse).on('connect', (request, socket) => {
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

/** Fetches `urls` in a child process with this environment. */
async function fetchBehind(env: Record<string, string>, ...urls: readonly string[]): Promise<string> {
  const script = `
    try {
      module.useProxyFromEnv(process.env, input, globalThis[module.DISPATCHER_KEY]);
      await Promise.all(input.map((url) => fetch(url).catch(() => undefined)));
      console.log('sent');
    } catch (error) {
      console.log(error.stack);
    }`;
  const { stdout, stderr } = await runAside('proxy.ts', script, {
    input: urls.length > 0 ? urls : ['https://api.cloudflare.invalid/'],
    env,
    nodeArguments: env['OLD_NODE'] ? ['--import', OLD_NODE] : [],
  });
  return stdout + stderr;
}

/** Makes a Node lack what came with 24.14. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(`
  import http from 'node:http';
  import { syncBuiltinESMExports } from 'node:module';
  delete http.setGlobalProxyFromEnv;
  syncBuiltinESMExports();`)}`;

test.each(['HTTPS_PROXY', 'https_proxy'])('fetch goes through the proxy that %s names', async (name) => {
  expect(await fetchBehind({ [name]: address })).toContain('sent');
  expect(proxied).toEqual(['CONNECT api.cloudflare.invalid:443']);
});

test.each(['NO_PROXY', 'no_proxy'])('fetch bypasses the proxy for a host that %s names', async (name) => {
  expect(await fetchBehind({ HTTPS_PROXY: address, [name]: 'api.cloudflare.invalid' })).toContain('sent');
  expect(proxied).toEqual([]);
});

test.each<Record<string, string>>([
  { NODE_USE_ENV_PROXY: '1' },
  { NODE_OPTIONS: '--use-env-proxy' },
  { NODE_USE_ENV_PROXY: '1', OLD_NODE: '1' },
  { NODE_OPTIONS: '--use-env-proxy', OLD_NODE: '1' },
])('a Node with its own proxy support uses the proxy, but not for a loopback address: %j', async (env) => {
  expect(await fetchBehind({ HTTP_PROXY: address, ...env })).toContain('sent');
  expect(proxied).toEqual(['CONNECT api.cloudflare.invalid:443']);
  proxied.length = 0;
  expect(await fetchBehind({ HTTP_PROXY: address, ...env }, 'http://127.0.0.1:59999/')).toContain('sent');
  expect(proxied).toEqual([]);
});

test.each<Record<string, string>>([
  { OLD_NODE: '1' },
  { NODE_USE_ENV_PROXY: '1', NODE_OPTIONS: '--no-use-env-proxy', OLD_NODE: '1' },
  { NODE_USE_ENV_PROXY: '0', OLD_NODE: '1' },
])('an old Node that does not use the proxy is refused: %j', async (env) => {
  expect(await fetchBehind({ HTTP_PROXY: address, ...env })).toContain('ProxyError: unsupported');
  expect(proxied).toEqual([]);
});

const THIS_MACHINE = [
  'http://127.0.0.1:59999/',
  'http://127.8.9.10/',
  'http://[::1]:59999/',
  'http://[::1]/',
  'https://[::ffff:127.0.0.1]:59999/',
  'https://localhost:59999/',
  'https://LOCALHOST./',
  'https://api.localhost:59999/',
] as const;

test.each([{}, { NO_PROXY: 'a.example', no_proxy: '.b.example' }, { NO_PROXY: '*' }])(
  'a loopback address is never reached through a proxy: %j',
  async (env) => {
    const proxies = { HTTP_PROXY: address, https_proxy: address, ALL_PROXY: address, all_proxy: address };
    expect(await fetchBehind({ ...proxies, ...env }, ...THIS_MACHINE)).toContain('sent');
    expect(proxied).toEqual([]);
  },
);

test('hosts that only look like a loopback address are reached through the proxy', async () => {
  const hosts = ['localhost.example', '127.0.0.1.example', 'notlocalhost'];
  const urls = hosts.map((host) => `https://${host}/`);
  expect(await fetchBehind({ HTTPS_PROXY: address }, ...urls)).toContain('sent');
  expect(proxied.toSorted()).toEqual(hosts.map((host) => `CONNECT ${host}:443`).toSorted());
});

test('a proxy without a scheme is refused without showing its password', async () => {
  const text = await fetchBehind({ HTTPS_PROXY: `alice:${PASSWORD}@proxy.example:3128` });
  expect(text).toContain('ProxyError: malformed');
  expect(text).not.toContain(PASSWORD);
  expect(text).not.toContain('sent');
});
