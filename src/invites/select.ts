import type { Invite } from '../cloudflare/invite.ts';
import { type FilterMismatch, type Filters, matchFilters } from './filters.ts';

/** An invite that can be responded to: it has an id. */
export type ListedInvite = Invite & { readonly id: string };

/** An invite that the policy leaves alone, and the filter that decided. */
export interface IgnoredInvite {
  readonly invite: ListedInvite;
  readonly mismatch: FilterMismatch;
}

/** The invites of a user, sorted by what the policy says. */
export interface Selection {
  /** Pending invites that match. */
  readonly selected: readonly ListedInvite[];
  /** Pending invites that are left alone. */
  readonly ignored: readonly IgnoredInvite[];
  /** The ignored ones that no exclusion names and that expire soon. */
  readonly expiringSoon: readonly ListedInvite[];
  /** Invites that match and already have the desired status. */
  readonly alreadyDone: readonly ListedInvite[];
}

const EXPIRES_SOON_MS = 24 * 60 * 60 * 1_000;

/** Sorts `invites` by what `filters` say. Only pending invites that have not expired are candidates. */
export function selectInvites(
  invites: readonly ListedInvite[],
  filters: Filters,
  desiredStatus: string,
  nowMs: number,
): Selection {
  const candidates = invites
    .filter((invite) => invite.status === 'pending' && !(expiresMs(invite) <= nowMs))
    .map((invite) => ({ invite, match: matchFilters(invite, filters) }));
  const ignored = candidates.flatMap(({ invite, match }) =>
    match.kind === 'match' ? [] : [{ invite, mismatch: match }],
  );
  return {
    selected: candidates.filter(({ match }) => match.kind === 'match').map(({ invite }) => invite),
    ignored,
    expiringSoon: ignored
      .filter(({ invite, mismatch }) => mismatch.kind === 'unmatched' && expiresMs(invite) - nowMs <= EXPIRES_SOON_MS)
      .map(({ invite }) => invite),
    alreadyDone: invites.filter(
      (invite) => invite.status === desiredStatus && matchFilters(invite, filters).kind === 'match',
    ),
  };
}

/** When an invite expires, in milliseconds since the Unix epoch; NaN if it does not say so. */
function expiresMs({ expires_on }: Invite): number {
  return expires_on === undefined ? Number.NaN : Date.parse(expires_on);
}
