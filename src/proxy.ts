import * as http from 'node:http';

/** Why the proxy that the environment names cannot be used: this Node is too old, or the value is malformed. */
export type ProxyProblem = 'unsupported' | 'malformed';

/** Thrown where a proxy is set that cannot be used. Going around it would be worse than failing. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly problem: ProxyProblem;

  constructor(problem: ProxyProblem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Makes Node's fetch obey `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case.
 * @throws {ProxyError} if this Node is too old (`http.setGlobalProxyFromEnv` came with 24.14) or a value is malformed;
 * without Node's own message, which may hold the proxy's password
 */
export function useProxyFromEnv(setGlobalProxy: (() => void) | undefined = http.setGlobalProxyFromEnv): void {
  if (setGlobalProxy === undefined) throw new ProxyError('unsupported');
  try {
    setGlobalProxy();
  } catch {
    throw new ProxyError('malformed');
  }
}
