import type { Scheme } from './credentials.ts';

/** A code and a message, as Cloudflare's errors and their chains hold them; the message is empty if there is none. */
export interface CodedMessage {
  readonly code?: number;
  readonly message: string;
}

/** One entry of an envelope's `errors`, or what an RFC 9457 problem body says. */
export interface ErrorDetail extends CodedMessage {
  readonly documentationUrl?: string | undefined;
  /** JSON pointer to the part of the request that was refused. */
  readonly pointer?: string | undefined;
  readonly chain: readonly CodedMessage[];
}

/** What a code of Cloudflare's API means for the step. */
export interface ErrorRule {
  readonly code: number;
  /** A part of the message. Cloudflare reuses its numbers, so code and message decide together. */
  readonly message?: RegExp;
  /** `credentials`: refused, and so would be every further request. `not-found`: this user has no such invite. */
  readonly kind: 'credentials' | 'not-found';
  /** What the author of the workflow can do about it. */
  readonly hint: string | ((scheme: Scheme) => string);
}

const CREDENTIAL_NAMES: Readonly<Record<Scheme, string>> = {
  'api-token': 'API token',
  'global-api-key': 'Global API Key',
};

const ROLLED = 'If it was rolled, deleted or has expired, store the new one as the secret.';
const MALFORMED =
  'The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.';

/** The hint for an answer 401 whose code says nothing more. */
export function unauthorizedHint(scheme: Scheme): string {
  return `Cloudflare does not accept this ${CREDENTIAL_NAMES[scheme]}. ${ROLLED}`;
}

/** The hint for an invite that this user does not have. */
export const NOT_FOUND_HINT =
  'The user of these credentials has no such invite. Check the id, and that the credentials are those of the invited user: nobody else, the inviter included, can see it or respond to it.';

/**
 * Cloudflare's codes that change what the step does or advises, whatever the HTTP status. The first rule that fits an
 * entry of the answer applies: keep special rules first.
 * Source: answers that people observed and published, and Cloudflare's API description.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  {
    code: 10502,
    kind: 'credentials',
    hint: (scheme) =>
      `Cloudflare saw too many failed authentications and blocks for a while. Do not run this again before the ${CREDENTIAL_NAMES[scheme]} is corrected.`,
  },
  { code: 6103, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-key (X-Auth-Key).` },
  { code: 6102, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-email (X-Auth-Email).` },
  { code: 6111, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-token (Authorization).` },
  { code: 6003, kind: 'credentials', hint: MALFORMED },
  {
    code: 9106,
    kind: 'credentials',
    hint: 'Cloudflare saw no credentials. Something between the runner and Cloudflare, a proxy perhaps, removed the authentication headers.',
  },
  {
    code: 9103,
    kind: 'credentials',
    hint: `api-key and api-email do not belong to the same user, or the key is no longer valid. ${ROLLED}`,
  },
  {
    code: 9109,
    message: /valid user-level authentication not found/i,
    kind: 'credentials',
    hint: 'This token belongs to an account, not to a user. Only the invited user can respond: create an API token under My Profile > API Tokens, as that user.',
  },
  {
    code: 9109,
    message: /from location/i,
    kind: 'credentials',
    hint: 'The token has a client IP filter that excludes this runner. Allow the runner’s address, use a self-hosted runner with a fixed one, or remove the filter.',
  },
  {
    code: 9109,
    message: /unauthorized to access/i,
    kind: 'credentials',
    hint: 'The token lacks a permission. It must be a user API token with User > Memberships: Edit.',
  },
  { code: 9109, kind: 'credentials', hint: `Cloudflare does not know this token. ${ROLLED}` },
  {
    code: 10000,
    message: /authentication scheme/i,
    kind: 'credentials',
    hint: 'Cloudflare does not take an API token for this call. Use the Global API Key: inputs api-email and api-key.',
  },
  {
    code: 10000,
    kind: 'credentials',
    hint: (scheme) =>
      scheme === 'api-token'
        ? 'The token is not valid or lacks a permission. It must be a user API token with User > Memberships: Edit.'
        : `Cloudflare did not accept api-key and api-email. ${ROLLED}`,
  },
  // "Could not route to /client/v4/…, perhaps your object identifier is invalid?"
  { code: 7003, kind: 'not-found', hint: NOT_FOUND_HINT },
];

/** The rule for an answer with these errors; undefined if none of its codes has one. */
export function findErrorRule(details: readonly ErrorDetail[]): ErrorRule | undefined {
  const entries = details.flatMap((detail) => [detail, ...detail.chain]);
  return ERROR_RULES.find(
    ({ code, message }) =>
      entries.some((entry) => entry.code === code) &&
      (message === undefined || entries.some((entry) => message.test(entry.message))),
  );
}
