import type { Invite } from '../cloudflare/invite.ts';
import { type Decision, decide, type PatternList } from './pattern.ts';

/** Which invites the step may answer; filters of different kinds must all match. */
export interface Filters {
  readonly 'organization-id'?: PatternList;
  readonly 'organization-name'?: PatternList;
  readonly 'invited-by'?: PatternList;
  readonly roles?: PatternList;
}

/** The names of the filters, which are inputs of the action. */
export const FILTER_NAMES = ['organization-id', 'organization-name', 'invited-by', 'roles'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** What the filters say about an invite, and which of them objects. */
export type FilterMatch =
  | { readonly kind: 'match' }
  | { readonly kind: 'excluded' | 'unmatched'; readonly filter: FilterName; readonly value: string | undefined };

/** Judges one invite; an exclusion weighs more than a filter that merely does not match. */
export function judge(invite: Invite, filters: Filters): FilterMatch {
  const objections = FILTER_NAMES.flatMap((filter) => {
    const list = filters[filter];
    if (list === undefined) return [];
    const { decision, value } = decideFilter(filter, list, invite);
    return decision === 'included' ? [] : [{ kind: decision, filter, value }];
  });
  return objections.find(({ kind }) => kind === 'excluded') ?? objections[0] ?? { kind: 'match' };
}

interface FilterDecision {
  readonly decision: Decision;
  /** The value that decided. */
  readonly value: string | undefined;
}

function decideFilter(filter: FilterName, list: PatternList, invite: Invite): FilterDecision {
  switch (filter) {
    case 'organization-id':
      return decideValue(list, invite.organization_id);
    case 'organization-name':
      return decideValue(list, invite.organization_name);
    case 'invited-by':
      return decideValue(list, invite.invited_by);
    case 'roles':
      return decideRoles(list, invite.roles ?? []);
  }
}

function decideValue(list: PatternList, value: string | undefined): FilterDecision {
  return { decision: decide(list, value), value };
}

/** Every role must be allowed, and there must be one: an invite without roles says nothing about what it gives. */
function decideRoles(list: PatternList, roles: readonly string[]): FilterDecision {
  if (roles.length === 0) return decideValue(list, undefined);
  const decisions = roles.map((role) => decideValue(list, role));
  return (
    decisions.find(({ decision }) => decision === 'excluded') ??
    decisions.find(({ decision }) => decision === 'unmatched') ?? { decision: 'included', value: undefined }
  );
}

/** Why the filters forbid an invite, as a clause; undefined if they do not. */
export function describeMismatch(invite: Invite, filters: Filters): string | undefined {
  const verdict = judge(invite, filters);
  if (verdict.kind === 'match') return undefined;
  const value = verdict.value === undefined ? 'the invite has none' : `"${verdict.value}"`;
  return `${verdict.filter} ${verdict.kind === 'excluded' ? 'excludes it' : 'does not match'} (${value})`;
}

/** An invite that can be answered: it has an id. */
export type ListedInvite = Invite & { readonly id: string };

/** The pending invites of a user, sorted by what the policy says. */
export interface Selection {
  readonly chosen: readonly ListedInvite[];
  /** Pending invites that are left alone. */
  readonly ignored: readonly ListedInvite[];
  /** Those of them that nobody has decided about and that expire soon. */
  readonly expiringSoon: readonly ListedInvite[];
  /** Invites that match and have the wanted status already. */
  readonly alreadyDone: readonly ListedInvite[];
}

const EXPIRES_SOON_MS = 24 * 60 * 60 * 1_000;

/** Sorts `invites` by what `filters` say; only those that are pending and have not expired are candidates. */
export function choose(invites: readonly ListedInvite[], filters: Filters, wanted: string, nowMs: number): Selection {
  const candidates = invites.filter((invite) => invite.status === 'pending' && !(expiresMs(invite) <= nowMs));
  const verdicts = candidates.map((invite) => ({ invite, verdict: judge(invite, filters) }));
  const ignored = verdicts.filter(({ verdict }) => verdict.kind !== 'match');
  const isExpiringSoon = (invite: Invite): boolean => expiresMs(invite) - nowMs <= EXPIRES_SOON_MS;
  return {
    chosen: verdicts.filter(({ verdict }) => verdict.kind === 'match').map(({ invite }) => invite),
    ignored: ignored.map(({ invite }) => invite),
    expiringSoon: ignored
      .filter(({ invite, verdict }) => verdict.kind === 'unmatched' && isExpiringSoon(invite))
      .map(({ invite }) => invite),
    alreadyDone: invites.filter((invite) => invite.status === wanted && judge(invite, filters).kind === 'match'),
  };
}

/** When an invite expires, in milliseconds since the Unix epoch; NaN if it does not say so. */
function expiresMs({ expires_on }: Invite): number {
  return expires_on === undefined ? Number.NaN : Date.parse(expires_on);
}
