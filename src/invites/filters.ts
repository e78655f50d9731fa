import { type Invite, MAX_ID_LENGTH } from '../cloudflare/invite.ts';
import { type ListMatch, matchList, type PatternList } from './pattern.ts';

/** An input that selects invites by one of their fields. */
export interface Filter {
  /** What separates the entries of its list. Names can hold blanks and commas; ids and e-mail addresses cannot. */
  readonly separator: RegExp;
  /** The values that its list must include, all of them; none if Cloudflare left the field out. */
  readonly values: (invite: Invite) => readonly string[];
  readonly entry: RegExp;
  /** What an entry looks like, as a sentence for people. */
  readonly entryRule: string;
}

const LINES = /\r\n?|\n/;
const WORDS = /[\s,]+/;
const valuesOf = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

/** Only `parsePatternList` checks such an entry. */
const ANY_ENTRY = { entry: /^/, entryRule: 'An entry is a text or a pattern.' };

/** Every filter, by the name of its input. The inputs, the policy and its guard follow this table. */
export const FILTERS = {
  'organization-id': {
    separator: WORDS,
    values: ({ organization_id: id }) => valuesOf(id),
    entry: new RegExp(String.raw`^!?\**(?:[\w-]\**){0,${MAX_ID_LENGTH}}$`),
    entryRule: `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_".`,
  },
  'organization-name': { separator: LINES, values: ({ organization_name: name }) => valuesOf(name), ...ANY_ENTRY },
  'invited-by': { separator: WORDS, values: ({ invited_by: inviter }) => valuesOf(inviter), ...ANY_ENTRY },
  // An invite without roles does not say what it gives.
  roles: { separator: LINES, values: ({ roles = [] }) => roles, ...ANY_ENTRY },
} as const satisfies Readonly<Record<string, Filter>>;

export type FilterName = keyof typeof FILTERS;

/** The names of the filters, in the order in which they are reported. */
export const FILTER_NAMES = Object.keys(FILTERS) as readonly FilterName[];

/** Which invites the step may respond to: the filters that the workflow sets. All of them must match. */
export type Filters = { readonly [Name in FilterName]?: PatternList };

/** The filter that an invite does not pass, and the value that decided; undefined if the invite lacks the field. */
export interface FilterMismatch {
  readonly kind: Exclude<ListMatch, 'included'>;
  readonly filter: FilterName;
  readonly value: string | undefined;
}

/** What the filters say about an invite. */
export type FilterMatch = { readonly kind: 'match' } | FilterMismatch;

/** Matches one invite. An exclusion is reported before a filter that does not match. */
export function matchFilters(invite: Invite, filters: Filters): FilterMatch {
  const mismatches = FILTER_NAMES.flatMap((filter) => {
    const list = filters[filter];
    if (list === undefined) return [];
    const values: readonly string[] = FILTERS[filter].values(invite);
    return (values.length === 0 ? [undefined] : values).flatMap((value) => {
      const kind = matchList(list, value);
      return kind === 'included' ? [] : [{ kind, filter, value }];
    });
  });
  return mismatches.find(({ kind }) => kind === 'excluded') ?? mismatches[0] ?? { kind: 'match' };
}
