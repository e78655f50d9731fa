import type { Scheme } from './credentials.ts';
import { RATE_LIMIT_HINT, ROUTING_HINT, TROUBLE_HINT } from './http-status.ts';

/** A code and a message, as Cloudflare's errors and their chains hold them; the message is empty if there is none. */
export interface CodedMessage {
  /** A text where it is no number. */
  readonly code?: number | string;
  readonly message: string;
}

/** One entry of an envelope's `errors`, or a reason that stands elsewhere in a body. */
export interface ErrorDetail extends CodedMessage {
  readonly documentationUrl?: string | undefined;
  /** JSON pointer to the part of the request that was refused. */
  readonly pointer?: string | undefined;
  /** What is behind it, outermost first: the `error_chain`, and the chains inside it. */
  readonly chain: readonly CodedMessage[];
}

/** What a hint depends on, apart from the code. */
export interface HintContext {
  readonly scheme: Scheme;
  /** Whether the token has the prefix of tokens that an account owns. */
  readonly isAccountToken?: boolean | undefined;
}

/**
 * What an error of Cloudflare's API is about, whatever the HTTP status.
 *
 * - `credentials`: they are refused, and so would be every further request.
 * - `credentials-here`: they are refused, perhaps for one invite alone.
 * - `rate-limit`: all requests of the step must wait.
 * - `transient`: a failure of the server that may pass, and whose effect is unknown.
 * - `not-found`: this user has no such invite.
 * - `routing`: the API has no such address.
 */
type ErrorKind = 'credentials' | 'credentials-here' | 'rate-limit' | 'transient' | 'not-found' | 'routing';

/** What a code of Cloudflare's API means for the step. */
export interface ErrorRule {
  /** Left out where the message says enough. */
  readonly code?: number;
  /** A part of the message. Cloudflare reuses its numbers, so code and message decide together. */
  readonly message?: RegExp;
  readonly kind: ErrorKind;
  /** What the author of the workflow can do about it. */
  readonly hint: string | ((context: HintContext) => string);
}

const CREDENTIAL_NAMES: Readonly<Record<Scheme, string>> = {
  'api-token': 'API token',
  'global-api-key': 'Global API Key',
};

const ROLLED = 'If it was rolled, deleted or has expired, store the new one as the secret.';
const MALFORMED =
  'The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.';
const ACCOUNT_TOKEN_HINT =
  'This token belongs to an account, not to a user. Only the invited user can respond: create an API token under My Profile > API Tokens, as that user.';
const PERMISSION = 'It must be a user API token with User > Memberships: Edit, not Read.';

/** A hint about an API token; about a Global API Key, or a token of an account, the hint for these. */
function tokenHint(hint: string): ErrorRule['hint'] {
  return ({ scheme, isAccountToken }) => {
    if (scheme === 'global-api-key') return `Cloudflare did not accept api-key and api-email. ${ROLLED}`;
    return isAccountToken ? ACCOUNT_TOKEN_HINT : hint;
  };
}

const SCHEME_HINT = tokenHint(
  `Cloudflare does not accept this token for this call. ${PERMISSION} If it is one, use the Global API Key instead: inputs api-email and api-key.`,
);
const BLOCKED_HINT: ErrorRule['hint'] = ({ scheme }) =>
  `Cloudflare saw too many failed authentications and blocks requests for a while. Correct the ${CREDENTIAL_NAMES[scheme]} before you run this again.`;

/** The hint for an HTTP 401 whose code says nothing more. */
export const UNAUTHORIZED_HINT: ErrorRule['hint'] = ({ scheme, isAccountToken }) =>
  isAccountToken ? ACCOUNT_TOKEN_HINT : `Cloudflare does not accept this ${CREDENTIAL_NAMES[scheme]}. ${ROLLED}`;

/** The hint for an invite that this user does not have. */
export const NOT_FOUND_HINT =
  'The user of these credentials has no such invite or membership. Check the id, and that the credentials are those of the invited user: nobody else, the inviter included, can see it or respond to it.';

/**
 * Cloudflare's codes that change what the step does or advises, whatever the HTTP status. The first rule that fits an
 * entry of the response applies: keep special rules first. Credentials that are refused for good come before all others,
 * and failures that may pass before other rules for the same code.
 * Source: responses that people observed and published, and Cloudflare's API description.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  { code: 10502, kind: 'credentials', hint: BLOCKED_HINT },
  { message: /max auth failures|too many authentication failures/i, kind: 'credentials', hint: BLOCKED_HINT },
  { code: 6103, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-key (X-Auth-Key).` },
  { code: 6102, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-email (X-Auth-Email).` },
  { code: 6111, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-token (Authorization).` },
  { code: 6003, kind: 'credentials', hint: MALFORMED },
  {
    code: 9106,
    message: /authentication failed/i,
    kind: 'credentials',
    hint: tokenHint(
      'Cloudflare does not accept this token for a user’s invites, often because it belongs to an account. Create an API token under My Profile > API Tokens, as the invited user.',
    ),
  },
  {
    code: 9106,
    kind: 'credentials',
    hint: 'Cloudflare saw no credentials. Check whether a proxy between the runner and Cloudflare removes the authentication headers.',
  },
  {
    code: 9103,
    kind: 'credentials',
    hint: `api-key and api-email do not belong to the same user, or the key is no longer valid. ${ROLLED}`,
  },
  { code: 1000, message: /invalid api token/i, kind: 'credentials', hint: UNAUTHORIZED_HINT },

  { code: 971, kind: 'rate-limit', hint: RATE_LIMIT_HINT },
  { code: 10429, kind: 'rate-limit', hint: RATE_LIMIT_HINT },
  { code: 10100, message: /^$|throttl|limit|too many/i, kind: 'rate-limit', hint: RATE_LIMIT_HINT },
  { message: /consider throttling|\brate[ _-]?limit|too many requests/i, kind: 'rate-limit', hint: RATE_LIMIT_HINT },

  { message: /\binternal[ _-]?(?:server[ _-]?)?error|\btimed?[ _-]?out\b/i, kind: 'transient', hint: TROUBLE_HINT },

  {
    code: 9109,
    message: /valid user-level authentication not found/i,
    kind: 'credentials-here',
    hint: ACCOUNT_TOKEN_HINT,
  },
  {
    code: 9109,
    message: /from location/i,
    kind: 'credentials-here',
    hint: 'The token has a client IP filter that excludes this runner. Allow the runner’s address, use a self-hosted runner with a fixed one, or remove the filter.',
  },
  {
    code: 9109,
    message: /unauthorized to access/i,
    kind: 'credentials-here',
    hint: tokenHint(`The token lacks a permission. ${PERMISSION}`),
  },
  { code: 9109, kind: 'credentials-here', hint: tokenHint(`Cloudflare does not know this token. ${ROLLED}`) },
  { code: 10000, message: /authentication scheme/i, kind: 'credentials-here', hint: SCHEME_HINT },
  { code: 10405, kind: 'credentials-here', hint: SCHEME_HINT },
  ...[10000, 10001].map(
    (code): ErrorRule => ({
      code,
      // 10001 is the code of other refusals too.
      ...(code === 10001 && { message: /^$|authenticat|authoriz|permission/i }),
      kind: 'credentials-here',
      hint: tokenHint(`The token is not valid or lacks a permission. ${PERMISSION}`),
    }),
  ),

  // "Could not route to /client/v4/…, perhaps your object identifier is invalid?" shows the path that was received.
  // Another path than that of an invite or a membership means a wrong base URL.
  {
    code: 7003,
    message: /route to \/(?!client\/v4\/(?:user\/invites\/|memberships\/|[^a-z]))/i,
    kind: 'routing',
    hint: ROUTING_HINT,
  },
  { code: 7003, kind: 'not-found', hint: NOT_FOUND_HINT },
  { code: 7000, kind: 'routing', hint: ROUTING_HINT },
];

/** How many entries of one response are looked at: far more than any real response has. */
const MAX_ENTRIES = 1_000;

/** The rule for a response with these errors; undefined if none of its codes has one. */
export function findErrorRule(details: readonly ErrorDetail[]): ErrorRule | undefined {
  const entries = details.flatMap((detail) => [detail, ...detail.chain]).slice(0, MAX_ENTRIES);
  return ERROR_RULES.find(
    ({ code, message }) =>
      (code === undefined || entries.some((entry) => entry.code === code)) &&
      (message === undefined || entries.some((entry) => message.test(entry.message))),
  );
}
