import { expect, test } from 'vitest';
import { INPUT_PROBLEMS as P } from '../../../src/problems/input-problems.ts';

const SECRETS =
  'A secret that does not exist is an empty value, and secrets are not passed to workflows started from forks or by Dependabot.';

/** Problems, and how they are said; every kind has one. */
const TEXTS: Readonly<Record<keyof typeof P, readonly (readonly [() => string, string])[]>> = {
  notAllowed: [
    [() => P.notAllowed('retries', 'x"y', 'It must be a number.'), 'retries is "x\\"y". It must be a number.'],
  ],
  empty: [
    [
      () => P.empty('roles', undefined),
      `roles is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. Give it a value, or leave the input out.`,
    ],
    [
      () => P.empty('dry-run', 'false'),
      `dry-run is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. Write a default beside the expression: \${{ inputs.dry-run || false }}.`,
    ],
    [
      () => P.empty('kind', 'invite'),
      `kind is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. Write a default beside the expression: \${{ inputs.kind || 'invite' }}.`,
    ],
  ],
  emptyCredential: [[() => P.emptyCredential('api-key'), `api-key is written but empty. ${SECRETS}`]],
  secretInList: [
    [
      () => P.secretInList('roles'),
      'roles has an entry that holds a part of a credential (its value is not shown). Remove it.',
    ],
  ],
  listIsJson: [
    [() => P.listIsJson('lines'), 'It is JSON. Write one entry per line, without brackets and quotes.'],
    [
      () => P.listIsJson('words'),
      'It is JSON. Write the entries with spaces, commas or line breaks between them, without brackets and quotes.',
    ],
  ],
  noEntries: [
    [() => P.noEntries(false), 'It must hold at least one entry.'],
    [
      () => P.noEntries(true),
      'It must hold at least one entry. A line that begins with "#" is a comment; write `\\#` for a name that begins with "#".',
    ],
  ],
  exclusionInComment: [
    [
      () => P.exclusionInComment('roles'),
      'roles has a comment that holds a word beginning with "!": an exclusion has no effect in a comment. A folded block (>) makes one line of all lines; use | instead, or take the "!" out of the comment.',
    ],
  ],
  unknown: [
    [
      () => P.unknown('rols', 'roles', ['status']),
      'There is no input "rols". Did you mean roles? If env: sets INPUT_ROLS, give that variable another name.',
    ],
    [
      () => P.unknown('a-b', undefined, ['status', 'kind']),
      'There is no input "a-b". The inputs are status, kind. If env: sets INPUT_A-B, give that variable another name.',
    ],
  ],
  unprintable: [
    [
      () => P.unprintable('api-key', 'credential'),
      'api-key holds a space, a line break or a character outside ASCII (its value is not shown). Store the credential alone, without "Bearer" and quotes.',
    ],
  ],
  notAnAddress: [
    [
      () => P.notAnAddress('api-email'),
      'api-email is not an e-mail address (its value is not shown). Write the address of the Cloudflare user.',
    ],
  ],
  urlWithUser: [
    [
      () => P.urlWithUser('api-base-url'),
      'api-base-url holds an "@" (its value is not shown). Write it without user name and password.',
    ],
  ],
  twoSchemes: [
    [
      () => P.twoSchemes(),
      'api-token and api-email or api-key are inputs of two different schemes. Write api-token alone, or api-email with api-key.',
    ],
  ],
  keyMissing: [
    [
      () => P.keyMissing('api-key', 'KEY'),
      `The Global API Key needs a key and the user’s e-mail; there is an e-mail and no key. Write api-key, or set KEY in the environment. ${SECRETS}`,
    ],
  ],
  emailMissing: [
    [
      () => P.emailMissing('api-email', 'EMAIL'),
      `The Global API Key needs a key and the user’s e-mail; there is a key and no e-mail. Write api-email, or set EMAIL in the environment. ${SECRETS}`,
    ],
  ],
  emptyTokenVariable: [
    [
      () => P.emptyTokenVariable(),
      `CLOUDFLARE_API_TOKEN is set in the environment but empty. ${SECRETS} If the Global API Key is meant, do not set CLOUDFLARE_API_TOKEN.`,
    ],
  ],
  noCredentials: [
    [
      () => P.noCredentials(),
      `There are no credentials. Write api-token, or api-email with api-key, or set CLOUDFLARE_API_TOKEN in the environment. ${SECRETS}`,
    ],
  ],
  waitBesideIds: [
    [
      () => P.waitBesideIds(5),
      'wait-seconds is "5" beside invite-id. A wait is for finding an invite by filters; leave one of the two out.',
    ],
  ],
  kindBesideIds: [
    [
      () => P.kindBesideIds(),
      'kind is "membership" beside invite-id, where each id says its kind. Write "membership." before the id of a membership, and leave kind out.',
    ],
  ],
  inviterOfMembership: [
    [
      () => P.inviterOfMembership(),
      'invited-by is written for memberships, for which Cloudflare names no inviter: nothing could match. Leave it out, or write exactly "*", which accepts a missing inviter.',
    ],
  ],
  nothingToSelectBy: [
    [
      () => P.nothingToSelectBy(['roles', 'invited-by']),
      `There is neither an invite-id nor a filter. Write invite-id, or select by roles, invited-by; organization-name: '*' means every invite.`,
    ],
  ],
  timeoutTooShort: [
    [
      () => P.timeoutTooShort(5, 6),
      'timeout-seconds is "5" and wait-seconds is "6". timeout-seconds includes the wait, so it must be more.',
    ],
  ],
};

const ROWS = Object.entries(TEXTS).flatMap(([kind, rows]) =>
  rows.map(([say, text], index) => ({ name: `${kind} ${index + 1}`, say, text })),
);

test.each(ROWS)('the problem $name is said whole', ({ say, text }) => {
  expect(say()).toBe(text);
});

test('a problem repeats 80 characters of a value at most', () => {
  expect(P.notAllowed('retries', 'x'.repeat(81), '')).toBe(`retries is "${'x'.repeat(79)}…". `);
  expect(P.notAllowed('retries', 'x'.repeat(80), '')).toBe(`retries is "${'x'.repeat(80)}". `);
});
