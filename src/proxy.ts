import * as http from 'node:http';

/** Thrown where a proxy is configured that cannot be used; going around it would be worse than failing. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/**
 * Makes Node's fetch obey `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case.
 * @throws {ProxyError} if this Node is too old for it (`http.setGlobalProxyFromEnv` came with 24.14) or a value
 * is malformed; Node's own message is left out of it, since that may hold the proxy's password
 */
export function useProxyFromEnv(setGlobalProxy: (() => void) | undefined = http.setGlobalProxyFromEnv): void {
  if (setGlobalProxy === undefined) {
    throw new ProxyError(
      `HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot obey it. The runner needs Node 24.14 or later: update it.`,
    );
  }
  try {
    setGlobalProxy();
  } catch {
    throw new ProxyError(
      'HTTPS_PROXY or HTTP_PROXY cannot be understood (its value is not shown). It must be a URL such as http://proxy.example:3128.',
    );
  }
}
