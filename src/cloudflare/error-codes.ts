import { isCertificateError, isProxyRefusal } from '../network-error.ts';
import type { Credentials } from './credentials.ts';
import type { ApiError } from './errors.ts';

type Scheme = Credentials['scheme'];

const USE_GLOBAL_API_KEY =
  'Cloudflare does not take an API token for this call. Use the Global API Key: inputs api-email and api-key.';
const ROLLED = 'If it was rolled, deleted or has expired, store the new one as the secret.';
const MALFORMED =
  'The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.';

/**
 * What the author of the workflow can do about a failed request.
 * Cloudflare reuses its error numbers, so code and message decide together.
 *
 * Source: answers observed and published, Cloudflare's API description and its documentation of 1xxx errors.
 */
export function hintFor(error: ApiError, scheme: Scheme): string {
  if (error.status === undefined) return hintForConnection(error);
  return hintForCredentials(error, scheme) ?? hintForAnswer(error, error.status);
}

function hintForCredentials(error: ApiError, scheme: Scheme): string | undefined {
  const { status, codes } = error;
  const says = (part: RegExp): boolean =>
    error.details.some((detail) => [detail, ...detail.chain].some((entry) => part.test(entry.message)));
  const what = scheme === 'api-token' ? 'API token' : 'Global API Key';

  if (codes.includes(10502)) {
    return `Cloudflare saw too many failed authentications and blocks for a while. Do not run this again before the ${what} is corrected.`;
  }
  if (codes.includes(6003)) {
    if (codes.includes(6103)) return `${MALFORMED} Cloudflare cannot read the api-key (X-Auth-Key).`;
    if (codes.includes(6102)) return `${MALFORMED} Cloudflare cannot read the api-email (X-Auth-Email).`;
    if (codes.includes(6111)) return `${MALFORMED} Cloudflare cannot read the api-token (Authorization).`;
    return MALFORMED;
  }
  if (codes.includes(9106)) {
    return 'Cloudflare saw no credentials. Something between the runner and Cloudflare, a proxy perhaps, removed the authentication headers.';
  }
  if (codes.includes(9103)) {
    return `api-key and api-email do not belong to the same user, or the key is no longer valid. ${ROLLED}`;
  }
  if (codes.includes(9109)) {
    if (says(/valid user-level authentication not found/i)) {
      return 'This is a token owned by an account, not by a user. Only the invited user can answer: create an API token under My Profile > API Tokens, as that user.';
    }
    if (says(/from location/i)) {
      return 'The token has a client IP filter that excludes this runner. Allow the runner’s address, use a self-hosted runner with a fixed one, or remove the filter.';
    }
    if (says(/unauthorized to access/i)) {
      return 'The token lacks a permission. It must be a user API token with User > Memberships: Edit.';
    }
    return `Cloudflare does not know this token. ${ROLLED}`;
  }
  if (codes.includes(10000)) {
    if (status === 405 || says(/authentication scheme/i)) return USE_GLOBAL_API_KEY;
    return scheme === 'api-token'
      ? 'The token is not valid or lacks a permission. It must be a user API token with User > Memberships: Edit.'
      : `api-key and api-email were not accepted. ${ROLLED}`;
  }
  if (status === 401) return `Cloudflare does not accept this ${what}. ${ROLLED}`;
  return undefined;
}

function hintForAnswer(error: ApiError, status: number): string {
  if (error.isNotFound) {
    return 'The user of these credentials has no such invite. Check the id, and that the credentials are those of the invited user: nobody else, the inviter included, can see or answer it.';
  }
  if (status === 429) {
    return 'The user is over Cloudflare’s rate limit (1,200 requests in 5 minutes, shared by everything that uses the same user). Raise timeout-seconds, or run less at the same time.';
  }
  if (status === 403) {
    return 'Cloudflare refused this invite, but not the credentials. Cloudflare’s description marks this API as available to Enterprise customers; it is not known how strictly that is enforced. If a firewall or proxy answered instead of the API, allow the runner’s address there.';
  }
  if (status >= 300 && status < 400) {
    return 'The credentials are never sent on to another address. Check api-base-url, and whether a proxy or login page stands in the way.';
  }
  if (status === 525 || status === 526) {
    return 'Cloudflare could not make a secure connection to the server behind it. That is not caused by this workflow: see https://www.cloudflarestatus.com.';
  }
  if (status === 404) return 'There is no such API at this address: check api-base-url.';
  if (status === 409) return 'Something else was changing the invite at the same time. Run the job again.';
  if (status >= 500) {
    return 'Cloudflare has trouble: see https://www.cloudflarestatus.com, and run the job again later.';
  }
  if (status === 408 || status < 300) return UNCLEAR_HINT;
  return 'Cloudflare refused this request for a reason of its own: see its message.';
}

const UNCLEAR_HINT =
  'Run the job again: an invite that has the wanted status by then counts as answered. If it goes on, ask Cloudflare’s support.';
const PROXY_HINT =
  'The proxy did not let the request through. Check HTTPS_PROXY, and whether the proxy wants a user and a password in it.';
const CERTIFICATE_HINT =
  'The server’s certificate is not trusted. If a company proxy re-signs connections, set NODE_EXTRA_CA_CERTS on the runner to its certificate authority.';
const CONNECTION_HINT =
  'The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.';

function hintForConnection(error: ApiError): string {
  if (isCertificateError(error.cause)) return CERTIFICATE_HINT;
  if (isProxyRefusal(error.cause)) return PROXY_HINT;
  return error.effect === 'none' ? CONNECTION_HINT : UNCLEAR_HINT;
}
