import { truncate } from '../words.ts';

/** Longest part of a value that a message repeats, in characters. */
export const MAX_VALUE = 80;

const SECRETS_HINT =
  'A secret that does not exist is an empty value, and secrets are not passed to workflows started from forks or by Dependabot.';

/** Everything that can be wrong with the inputs of a step. No text shows the value of a secret. */
export const INPUT_PROBLEMS = {
  notAllowed: (name: string, value: string, allowed: string) =>
    `${name} is ${JSON.stringify(truncate(value, MAX_VALUE))}. ${allowed}`,
  empty: (name: string, fallback: string | undefined) =>
    `${name} is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. ${fallback === undefined ? 'Give it a value, or leave the input out.' : `Write a default beside the expression: \${{ inputs.${name} || ${fallback === 'false' ? fallback : `'${fallback}'`} }}.`}`,
  emptyCredential: (name: string) => `${name} is written but empty. ${SECRETS_HINT}`,
  secretInList: (name: string) =>
    `${name} has an entry that holds a part of a credential (its value is not shown). Remove it.`,
  listIsJson: (layout: 'lines' | 'words') =>
    `It is JSON. Write ${layout === 'lines' ? 'one entry per line' : 'the entries with spaces, commas or line breaks between them'}, without brackets and quotes.`,
  noEntries: (hasComments: boolean) =>
    `It must hold at least one entry.${hasComments ? ' A line that begins with "#" is a comment; write `\\#` for a name that begins with "#".' : ''}`,
  exclusionInComment: (name: string) =>
    `${name} has a comment that holds a word beginning with "!": an exclusion has no effect in a comment. A folded block (>) makes one line of all lines; use | instead, or take the "!" out of the comment.`,
  unknown: (name: string, meant: string | undefined, all: readonly string[]) =>
    `There is no input "${name}". ${meant === undefined ? `The inputs are ${all.join(', ')}.` : `Did you mean ${meant}?`} If env: sets INPUT_${name.toUpperCase()}, give that variable another name.`,
  unprintable: (name: string, kind: 'credential' | 'address') =>
    `${name} holds a space, a line break or a character outside ASCII (its value is not shown). Store the ${kind} alone, without "Bearer" and quotes.`,
  notAnAddress: (name: string) =>
    `${name} is not an e-mail address (its value is not shown). Write the address of the Cloudflare user.`,
  urlWithUser: (name: string) =>
    `${name} holds an "@" (its value is not shown). Write it without user name and password.`,
  twoSchemes: () =>
    'api-token and api-email or api-key are inputs of two different schemes. Write api-token alone, or api-email with api-key.',
  keyMissing: (input: string, variable: string) =>
    `The Global API Key needs a key and the user’s e-mail; there is an e-mail and no key. Write ${input}, or set ${variable} in the environment. ${SECRETS_HINT}`,
  emailMissing: (input: string, variable: string) =>
    `The Global API Key needs a key and the user’s e-mail; there is a key and no e-mail. Write ${input}, or set ${variable} in the environment. ${SECRETS_HINT}`,
  emptyTokenVariable: () =>
    `CLOUDFLARE_API_TOKEN is set in the environment but empty. ${SECRETS_HINT} If the Global API Key is meant, do not set CLOUDFLARE_API_TOKEN.`,
  noCredentials: () =>
    `There are no credentials. Write api-token, or api-email with api-key, or set CLOUDFLARE_API_TOKEN in the environment. ${SECRETS_HINT}`,
  waitBesideIds: (waitSeconds: number) =>
    `wait-seconds is "${waitSeconds}" beside invite-id. A wait is for finding an invite by filters; leave one of the two out.`,
  kindBesideIds: () =>
    'kind is "membership" beside invite-id, where each id says its kind. Write "membership." before the id of a membership, and leave kind out.',
  inviterOfMembership: () =>
    'invited-by is written for memberships, for which Cloudflare names no inviter: nothing could match. Leave it out, or write exactly "*", which accepts a missing inviter.',
  nothingToSelectBy: (filterNames: readonly string[]) =>
    `There is neither an invite-id nor a filter. Write invite-id, or select by ${filterNames.join(', ')}; organization-name: '*' means every invite.`,
  timeoutTooShort: (timeoutSeconds: number, waitSeconds: number) =>
    `timeout-seconds is "${timeoutSeconds}" and wait-seconds is "${waitSeconds}". timeout-seconds includes the wait, so it must be more.`,
} as const;

/** A line of the log: a variable that may be an input of another action. */
export function otherVariable(variable: string): string {
  return `${variable} is not an input of this action. It is ignored.`;
}

/** A notice: both schemes are set in the environment. */
export const TOKEN_PREFERRED =
  'The environment has both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL. The token is used.';
