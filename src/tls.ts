import tls from 'node:tls';
import type { ProcessEnvironment } from './proxy.ts';

/** Oldest version that is safe, and Node's own default. Source: RFC 8996; Node.js, `tls.DEFAULT_MIN_VERSION`. */
const MIN_VERSION = 'TLSv1.2';

/**
 * Undoes, for this process, what the environment weakens in TLS. Call it before the first connection: Node reads both
 * settings at each one.
 * @returns whether certificates would not have been checked
 */
export function restoreTls(env: ProcessEnvironment): boolean {
  // NODE_OPTIONS can lower it: --tls-min-v1.0.
  if (tls.DEFAULT_MIN_VERSION < MIN_VERSION) tls.DEFAULT_MIN_VERSION = MIN_VERSION;
  // Node accepts any certificate for this value alone.
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return false;
  delete env.NODE_TLS_REJECT_UNAUTHORIZED;
  return true;
}
