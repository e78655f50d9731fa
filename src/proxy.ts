import * as http from 'node:http';
import { isThisMachine } from './loopback.ts';

/** Why the proxy that the environment names cannot be used: this Node is too old, or the value is malformed. */
export type ProxyProblem = 'unsupported' | 'malformed';

/** Thrown where a proxy is set that cannot be used. Do not connect without it: the network may require it. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly problem: ProxyProblem;

  constructor(problem: ProxyProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** `process.env`: what it holds decides what Node does from then on. */
export type ProcessEnvironment = Record<string, string | undefined>;

/** Key of `globalThis` for the dispatcher, which sends the requests of fetch. Source: undici, `lib/global.js`. */
export const DISPATCHER_KEY = Symbol.for('undici.globalDispatcher.1');

/**
 * Makes Node's fetch obey `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case. Adds those hosts of `urls` that
 * are this machine to `no_proxy`: for the proxy, such an address is another machine.
 * @throws {ProxyError} if this Node is too old and was not started with its own support (`NODE_USE_ENV_PROXY`), or if a
 * value is malformed; without Node's own message, which may hold the proxy's password
 * @param dispatcher what sends the requests of fetch
 * @param setGlobalProxy Node's own function, which came with 24.14
 */
export function useProxyFromEnv(
  env: ProcessEnvironment,
  urls: readonly string[],
  dispatcher: unknown,
  setGlobalProxy: ((env: ProcessEnvironment) => unknown) | undefined = http.setGlobalProxyFromEnv,
): void {
  const hosts = urls.map((url) => URL.parse(url)?.hostname ?? '').filter(isThisMachine);
  const written = env.no_proxy || env.NO_PROXY || '';
  // Node takes `*` for every host only where it stands alone.
  if (hosts.length > 0 && written !== '*') env.no_proxy = [written, ...hosts].join(',');
  if (setGlobalProxy === undefined) {
    // Ask what fetch does, not the variables: each version of Node reads them by its own rules.
    if (Object(dispatcher).constructor.name !== 'EnvHttpProxyAgent') throw new ProxyError('unsupported');
    return;
  }
  try {
    setGlobalProxy(env);
  } catch {
    throw new ProxyError('malformed');
  }
}
