import { formatSeconds } from '../clock.ts';
import type { Scheme } from '../cloudflare/credentials.ts';
import { type CodedMessage, type ErrorDetail, NOT_FOUND_HINT, unauthorizedHint } from '../cloudflare/error-codes.ts';
import type { ApiError, RequestFailure } from '../cloudflare/errors.ts';
import { statusRule, UNKNOWN_EFFECT_HINT } from '../cloudflare/http-status.ts';
import { isCertificateError, isProxyRefusal } from '../network-error.ts';
import type { Problem } from './problem.ts';

/** The problem of one request that failed for good. */
export function requestProblem(title: string, failure: RequestFailure, scheme: Scheme): Problem {
  const { error, attempts } = failure;
  const count = attempts > 1 ? ` (${attempts} attempts)` : '';
  return {
    title,
    message: `${error.method} ${error.path} failed: ${error.reason}${count}.`,
    details: requestDetails(failure),
    hint: requestHint(error, scheme),
  };
}

/** What Cloudflare said of a failed request, and what identifies that request. */
export function requestDetails({ error, retryExceedsDeadline }: RequestFailure): readonly string[] {
  return [
    ...(error.details ?? []).map(describeDetail),
    ...describeDelay(error.retryAfterMs, retryExceedsDeadline),
    ...(error.cfRay === undefined ? [] : [`cf-ray: ${error.cfRay}.`]),
  ];
}

function describeDetail(detail: ErrorDetail): string {
  const entries = [detail, ...detail.chain].map(describeCodedMessage).join(' > ');
  const at = detail.pointer === undefined ? '' : ` (at ${detail.pointer})`;
  const see = detail.documentationUrl === undefined ? '' : ` (see ${detail.documentationUrl})`;
  return `Cloudflare: ${entries}${at}${see}.`;
}

function describeCodedMessage({ code, message }: CodedMessage): string {
  return `${code === undefined ? 'no code' : `code ${code}`}: ${message || 'no message'}`;
}

function describeDelay(retryAfterMs: number | undefined, retryExceedsDeadline: boolean): readonly string[] {
  if (retryAfterMs !== undefined) {
    const asked = `The server asked to wait ${formatSeconds(retryAfterMs)} before another attempt`;
    return [retryExceedsDeadline ? `${asked}, for which timeout-seconds leaves no time.` : `${asked}.`];
  }
  return retryExceedsDeadline ? ['There was no time left in timeout-seconds for another attempt.'] : [];
}

const PROXY_HINT =
  'The proxy did not let the request through. Check HTTPS_PROXY, and whether the proxy wants a user and a password in it.';
const CERTIFICATE_HINT =
  'The server’s certificate is not trusted. If a company proxy re-signs connections, set NODE_EXTRA_CA_CERTS on the runner to its certificate authority.';
const CONNECTION_HINT =
  'The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.';

/** What the author of the workflow can do about a failed request. */
function requestHint(error: ApiError, scheme: Scheme): string {
  const { status, rule, cause } = error;
  if (status === undefined) {
    if (isCertificateError(cause)) return CERTIFICATE_HINT;
    if (isProxyRefusal(cause)) return PROXY_HINT;
    return error.effect === 'not-applied' ? CONNECTION_HINT : UNKNOWN_EFFECT_HINT;
  }
  if (error.isAuthError) {
    const hint = rule?.kind === 'credentials' ? rule.hint : unauthorizedHint;
    return typeof hint === 'string' ? hint : hint(scheme);
  }
  return error.isNotFound ? NOT_FOUND_HINT : statusRule(status).hint;
}
