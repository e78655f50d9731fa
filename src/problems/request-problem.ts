import { formatSeconds } from '../clock.ts';
import type { Scheme } from '../cloudflare/credentials.ts';
import { type CodedMessage, type ErrorDetail, NOT_FOUND_HINT, UNAUTHORIZED_HINT } from '../cloudflare/error-codes.ts';
import type { ApiError, RequestFailure } from '../cloudflare/errors.ts';
import {
  CONFLICT_HINT,
  RATE_LIMIT_HINT,
  ROUTING_HINT,
  statusRule,
  UNKNOWN_EFFECT_HINT,
} from '../cloudflare/http-status.ts';
import { type ConnectionFault, connectionFault } from '../network-error.ts';
import { firstOf } from '../words.ts';
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

/** How many reasons of one response, and entries of one chain, are shown. */
const MAX_SHOWN = 10;

/** What Cloudflare said of a failed request, and what identifies that request. */
export function requestDetails({ error, retryExceedsDeadline }: RequestFailure): readonly string[] {
  return [
    ...firstOf((error.details ?? []).map(describeDetail), MAX_SHOWN),
    ...describeDelay(error.retryAfterMs, retryExceedsDeadline),
    ...(error.cfRay === undefined ? [] : [`cf-ray: ${error.cfRay}.`]),
  ];
}

function describeDetail(detail: ErrorDetail): string {
  const entries = firstOf([detail, ...detail.chain].map(describeCodedMessage), MAX_SHOWN).join(' > ');
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

const TLS_HINT =
  'No TLS connection was established. Check api-base-url and its port, HTTPS_PROXY and its scheme, and whether a firewall stands between the runner and the API.';
const CONNECTION_HINT =
  'The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.';

/** What the author of the workflow can do about a connection that failed. */
const FAULT_HINTS: Readonly<Record<ConnectionFault, string>> = {
  'certificate-too-early':
    'The server’s certificate is not valid yet, by the runner’s clock. Set the clock of the runner; if it is right, the server’s certificate is wrong.',
  'certificate-expired':
    'The server’s certificate has expired, by the runner’s clock. Check the clock of the runner; if it is right, whoever runs the server or a company proxy that re-signs connections has to renew the certificate.',
  'certificate-of-another-name':
    'The server’s certificate is for another name. Check api-base-url, and whether DNS or a proxy leads the runner to another server.',
  'certificate-authority':
    'The server’s certificate is not trusted: its authority is unknown to the runner. If a company proxy re-signs connections, set NODE_EXTRA_CA_CERTS on the runner to its certificate authority.',
  certificate:
    'The server’s certificate cannot be used. Check api-base-url, and whether a proxy stands between the runner and the API.',
  'proxy-password':
    'The proxy did not let the request through: it wants a user and a password. Check HTTPS_PROXY, which holds both: http://user:password@proxy.example:3128.',
  'proxy-refusal':
    'The proxy did not let the request through. Check HTTPS_PROXY, and whether the proxy allows the API’s host.',
  'client-certificate':
    'The server wants a certificate of the client, which Cloudflare’s API does not. Check api-base-url, and which server has this address.',
  'no-tls':
    'The server responded without TLS. Check that api-base-url has the port for https, and that HTTPS_PROXY begins with http:// unless the proxy itself speaks TLS.',
  tls: TLS_HINT,
};

const EDGE_HINT =
  'Something in front of Cloudflare’s API responded: Cloudflare’s protection, a firewall, a proxy or a login page. It concerns the runner, not an invite. Allow the runner’s address there or use another runner, and check api-base-url.';
const NO_REASON_HINT = 'Cloudflare refused this request and gave no reason. Give the cf-ray to Cloudflare’s support.';
const NOT_FROM_API_HINT =
  'This is not a response of Cloudflare’s API. Check api-base-url, and whether a firewall or proxy responded in its place.';
const APPLIED_HINT =
  'An earlier attempt of this step may have responded to it, and Cloudflare may not show it since then. Look at the account, or at the user’s memberships.';
const ONE_REFUSAL_HINT = 'It may concern this id only. First check that it is right and belongs to this user.';

/** In place of hints that speak of one response, for requests that only read. */
const READ_AGAIN_HINT = 'Run the job again. If it goes on, ask Cloudflare’s support.';

/** What the author of the workflow can do about a failed request. */
function requestHint(error: ApiError, scheme: Scheme): string {
  const hint = hintOf(error, scheme);
  const isOfOneResponse = hint === UNKNOWN_EFFECT_HINT || hint === CONFLICT_HINT;
  return isOfOneResponse && error.method === 'GET' ? READ_AGAIN_HINT : hint;
}

function hintOf(error: ApiError, scheme: Scheme): string {
  const { status, rule, cause, stopKind, details = [] } = error;
  if (status === undefined) {
    const fault = connectionFault(cause);
    if (fault !== undefined) return FAULT_HINTS[fault];
    return error.effect === 'not-applied' ? CONNECTION_HINT : UNKNOWN_EFFECT_HINT;
  }
  if (stopKind === 'credentials') {
    const hint = rule?.hint ?? UNAUTHORIZED_HINT;
    const text = typeof hint === 'string' ? hint : hint({ scheme, isAccountToken: error.isAccountToken });
    return error.isAuthError ? text : `${ONE_REFUSAL_HINT} ${text}`;
  }
  if (stopKind === 'edge') return EDGE_HINT;
  if (stopKind === 'rate-limit') return RATE_LIMIT_HINT;
  if (error.isNotFound) {
    if (error.isList) return ROUTING_HINT;
    return error.followsUnclear ? APPLIED_HINT : NOT_FOUND_HINT;
  }
  if (typeof rule?.hint === 'string') return rule.hint;
  if (error.effect !== 'rejected' || status === 404 || status === 409) return statusRule(status).hint;
  if (error.isFromApi === false) return NOT_FROM_API_HINT;
  const messages = details.flatMap((detail) => [detail, ...detail.chain]).map(({ message }) => message);
  return messages.some(Boolean) ? statusRule(status).hint : NO_REASON_HINT;
}
