import type { Invite } from '../cloudflare/invite.ts';
import { type Filters, matchFilters } from './filters.ts';

/** An invite that can be responded to: it has an id. */
export type ListedInvite = Invite & { readonly id: string };

/** The invites of a user, sorted by what the policy says. */
export interface Selection {
  /** Pending invites that match. */
  readonly selected: readonly ListedInvite[];
  /** Pending invites that are left alone. */
  readonly ignored: readonly ListedInvite[];
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
  const matchOf = (invite: Invite): string => matchFilters(invite, filters).kind;
  const pending = invites.filter((invite) => invite.status === 'pending' && !(expiresMs(invite) <= nowMs));
  const ignored = pending.filter((invite) => matchOf(invite) !== 'match');
  const expiring = ignored.filter((invite) => expiresMs(invite) - nowMs <= EXPIRES_SOON_MS);
  return {
    selected: pending.filter((invite) => matchOf(invite) === 'match'),
    ignored,
    expiringSoon: expiring.filter((invite) => matchOf(invite) === 'unmatched'),
    alreadyDone: invites.filter((invite) => invite.status === desiredStatus && matchOf(invite) === 'match'),
  };
}

/** When an invite expires, in milliseconds since the Unix epoch; NaN if it does not say so. */
function expiresMs({ expires_on }: Invite): number {
  return expires_on === undefined ? Number.NaN : Date.parse(expires_on);
}
