import { ID_RULE, type Invite, isInviteId, isReadableRole, MAX_ID_LENGTH } from '../cloudflare/invite.ts';
import { type ListMatch, matchList, type PatternList, PUNCTUATION } from './pattern.ts';

/** One filter: an input that selects invites by one of their fields. */
export interface Filter {
  /** How its list is written: one entry per line, or words between white space and commas. */
  readonly layout: 'lines' | 'words';
  /** What a plain entry looks like. Anything else is refused, so that a typing error cannot widen the policy. */
  readonly plain: RegExp;
  /** The same for people, as a sentence. */
  readonly rule: string;
  /** Whether an exclusion matches anywhere in a value, at the boundaries of words, instead of the whole value. */
  readonly exclusionsMatchWords: boolean;
  /** The values that its list must include, all of them; undefined for one that is missing or unreadable. */
  readonly values: (invite: Invite) => readonly (string | undefined)[];
}

/** Characters that people take for `!`. Source: Unicode's confusables, and its exclamation marks. */
export const EXCLAMATION_MARKS = '!¡ǃ՜߹᥄‼⁈⁉ⵑ❕❗❢ꜝꜞꜟ︕﹗！';

// A letter or a digit of any script, none that is invisible or looks like `!`.
const LETTER = String.raw`[[\p{L}\p{M}\p{Nd}]--[\p{DI}${EXCLAMATION_MARKS}]]`;
// `\n`, `\r` and `\t` stand for no line break here, so refuse them: they would join two entries.
const ESCAPED = String.raw`\\(?![nrt])[\s\S]`;
const WHITE = String.raw`\p{White_Space}`;
// Two hyphens or slashes begin a comment in some languages, in which an exclusion may hide.
const COMMENT = String.raw`${WHITE}(?:--|\/\/)`;
const EXCLUSION = String.raw`!(?![\s\S]*${COMMENT})(?:${LETTER}|\*|${ESCAPED})(?:${LETTER}|${WHITE}|[*${PUNCTUATION}]|${ESCAPED})*`;
// An exclamation mark in a name ends a word, as in "Yahoo! Inc."; elsewhere it may be an exclusion in the wrong place.
const MARK_IN_NAME = String.raw`(?<=${LETTER}|[!?])!(?!${LETTER}|[*\\])`;
const INCLUSION = String.raw`(?:${LETTER}|[*\[\(]|${ESCAPED})(?:[^\\#${EXCLAMATION_MARKS}]|(?<!${WHITE})#|${MARK_IN_NAME}|${ESCAPED})*`;
const PLAIN_NAME = new RegExp(`^(?:${EXCLUSION}|${INCLUSION})$`, 'v');
const PLAIN_ADDRESS = /^!?(?:\*|[A-Za-z0-9*._%+-]+@[A-Za-z0-9*._%+-]+)$/;
const PLAIN_ID = new RegExp(String.raw`^!?(?=\*+$|.*[^!*_-])\**(?:[\w-]\**){0,${MAX_ID_LENGTH}}$`);

const NAME_RULE =
  'An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.';

/** Every filter, by the name of its input. The inputs, the policy and its guard follow this table. */
export const FILTERS = {
  'organization-id': {
    layout: 'words',
    plain: PLAIN_ID,
    rule: `${ID_RULE}. In a pattern, "*" stands for any of these.`,
    exclusionsMatchWords: false,
    values: ({ organization_id: id }) => [id],
  },
  'organization-name': {
    layout: 'lines',
    plain: PLAIN_NAME,
    rule: NAME_RULE,
    exclusionsMatchWords: false,
    values: ({ organization_name: name }) => [name],
  },
  'invited-by': {
    layout: 'words',
    plain: PLAIN_ADDRESS,
    rule: 'An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
    exclusionsMatchWords: false,
    // A membership has no inviter. An accepted one is read only to see whether the user has joined: it needs none.
    values: ({ kind, status, invited_by: inviter = '' }) =>
      kind === 'membership' && status === 'accepted' ? [] : [ONE_ADDRESS.test(inviter) ? inviter : undefined],
  },
  roles: {
    layout: 'lines',
    plain: PLAIN_NAME,
    rule: NAME_RULE,
    exclusionsMatchWords: true,
    // An invite without roles does not show which access it gives.
    values: ({ roles = [] }) =>
      roles.length === 0 ? [undefined] : roles.map((role) => (isReadableRole(role) ? role : undefined)),
  },
} as const satisfies Readonly<Record<string, Filter>>;

/** Exactly one e-mail address, without a name around it. */
const ONE_ADDRESS = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/;

/** Longest value that is compared, in UTF-16 units: longer than real ones. A hostile one would take long. */
const MAX_VALUE_LENGTH = 1_000;

export type FilterName = keyof typeof FILTERS;

/** The names of the filters, in the order in which they are reported. */
export const FILTER_NAMES = Object.keys(FILTERS) as readonly FilterName[];

/** Which invites the step may respond to: the filters that the workflow sets. All of them must match. */
export type Filters = { readonly [Name in FilterName]?: PatternList };

/** Whether `filters` name one organization by its id, without a pattern. */
export function namesOneOrganization({ 'organization-id': list }: Filters): boolean {
  return list?.entries.length === 1 && list.entries.every(isInviteId);
}

/** The filter that an invite does not pass, and the value that decided; no value if it is missing or unreadable. */
export interface FilterMismatch {
  readonly kind: Exclude<ListMatch, 'included'>;
  readonly filter: FilterName;
  readonly value: string | undefined;
}

/** What the filters say about an invite. */
export type FilterMatch = { readonly kind: 'match' } | FilterMismatch;

/** Matches one invite. An exclusion weighs more than a filter that does not match. */
export function matchFilters(invite: Invite, filters: Filters): FilterMatch {
  const mismatches = FILTER_NAMES.flatMap((filter) => {
    const list = filters[filter];
    if (list === undefined) return [];
    const { values }: Filter = FILTERS[filter];
    return values(invite).flatMap((given) => {
      const value = given !== undefined && given.length > MAX_VALUE_LENGTH ? undefined : given;
      const kind = matchList(list, value);
      return kind === 'included' ? [] : [{ kind, filter, value }];
    });
  });
  return mismatches.find(({ kind }) => kind === 'excluded') ?? mismatches[0] ?? { kind: 'match' };
}
