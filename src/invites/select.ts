import type { Invite } from '../cloudflare/invite.ts';
import { expiresMs, isExpired } from './expiry.ts';
import { type FilterMismatch, type Filters, matchFilters } from './filters.ts';

/** An invite that can be responded to: it has an id. */
export type ListedInvite = Invite & { readonly id: string };

/** A pending invite that is left alone: its date has passed, or a filter decided. */
export interface IgnoredInvite {
  readonly invite: ListedInvite;
  readonly reason: FilterMismatch | { readonly kind: 'expired' };
}

/** The invites of a user, sorted by what the policy says. */
export interface Selection {
  /** Pending invites that match. */
  readonly selected: readonly ListedInvite[];
  readonly ignored: readonly IgnoredInvite[];
  /** The ignored ones that no exclusion names and that expire soon. */
  readonly expiringSoon: readonly ListedInvite[];
  /** Invites that match, have not expired, and already have the desired status. */
  readonly alreadyDone: readonly ListedInvite[];
}

const EXPIRES_SOON_MS = 24 * 60 * 60 * 1_000;

/**
 * Sorts `invites` by what `filters` say. Only pending invites that have not expired are candidates.
 * @param nowMs Cloudflare's time, in milliseconds since the Unix epoch
 */
export function selectInvites(
  invites: readonly ListedInvite[],
  filters: Filters,
  desiredStatus: string,
  nowMs: number,
): Selection {
  const pending = invites.filter(({ status }) => status === 'pending');
  const judged = pending.map((invite) => ({ invite, reason: reasonToIgnore(invite, filters, nowMs) }));
  const expiresSoon = (invite: Invite): boolean => expiresMs(invite) - nowMs <= EXPIRES_SOON_MS;
  return {
    selected: judged.filter(({ reason }) => reason === undefined).map(({ invite }) => invite),
    ignored: judged.flatMap(({ invite, reason }) => (reason === undefined ? [] : [{ invite, reason }])),
    expiringSoon: judged
      .filter(({ invite, reason }) => reason?.kind === 'unmatched' && expiresSoon(invite))
      .map(({ invite }) => invite),
    alreadyDone: invites.filter(
      (invite) => invite.status === desiredStatus && reasonToIgnore(invite, filters, nowMs) === undefined,
    ),
  };
}

function reasonToIgnore(invite: Invite, filters: Filters, nowMs: number): IgnoredInvite['reason'] | undefined {
  if (isExpired(invite, nowMs)) return { kind: 'expired' };
  const match = matchFilters(invite, filters);
  return match.kind === 'match' ? undefined : match;
}
