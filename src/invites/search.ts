import type { Clock } from '../clock.ts';
import type { InvitesClient, ReadOptions } from '../cloudflare/client.ts';
import { type RequestFailure, type Result, StopError } from '../cloudflare/errors.ts';
import type { InviteKind, InviteResponse } from '../cloudflare/invite.ts';
import type { RequestLimiter } from '../cloudflare/limiter.ts';
import type { ServerClock } from '../cloudflare/server-clock.ts';
import { type Filters, matchFilters, namesOneOrganization } from './filters.ts';
import { withoutStatus } from './known-state.ts';
import { type ListFailure, type ListGaps, listInvites } from './list.ts';
import { type ListedInvite, type Selection, selectInvites } from './select.ts';

/** Time between two reads of the list while waiting for an invite, in milliseconds. */
const LOOK_INTERVAL_MS = 5_000;
/** A read of memberships that the step can do without: one attempt, whose failure does not stop the step. */
const OPTIONAL = { kind: 'membership', retry: 'none', isOptional: true } as const;

export interface SearchOptions {
  readonly client: Pick<InvitesClient, 'listPage' | 'get'>;
  readonly limiter: Pick<RequestLimiter, 'wait'>;
  readonly clock: Clock;
  readonly serverClock: Pick<ServerClock, 'nowMs'>;
  /** The list that is read. */
  readonly kind: InviteKind;
  readonly filters: Filters;
  readonly desiredStatus: InviteResponse;
  /** How long to look again while nothing matches. */
  readonly waitSeconds: number;
  readonly onWait: (secondsLeft: number) => void;
  /** Called when memberships, which the step can do without, could not be read. */
  readonly onOptionalFailure: (failure: SearchFailure) => void;
}

/** What a search found in a list of the user's invitations. */
export interface InviteSearch extends Selection, ListGaps {
  readonly kind: InviteKind;
  /** Where nothing was selected among invites: the pending memberships of organizations that the filters let pass. */
  readonly otherList: readonly ListedInvite[];
}

/** Why a search failed: the list could not be read, or the step was stopped. */
export type SearchFailure = ListFailure | { readonly kind: 'stop'; readonly stop: StopError };

/**
 * Reads one list of the user's invitations and selects among them; with `waitSeconds`, again and again until one
 * matches. A match that already has the desired status ends the wait too: the step is a rerun then. Where nothing is
 * selected among invites, looks once at the memberships.
 */
export async function searchInvites(options: SearchOptions): Promise<Result<InviteSearch, SearchFailure>> {
  const { limiter, clock, kind, waitSeconds, onWait } = options;
  const waitUntilMs = clock.nowMs() + waitSeconds * 1_000;
  try {
    for (let looks = 1; ; looks++) {
      const found = await look(options);
      if (!found.ok) return found;
      const { selected, alreadyDone } = found.value;
      const isFound = selected.length > 0 || alreadyDone.length > 0;
      const joined = isFound || looks > 1 ? undefined : await findJoined(options);
      if (joined !== undefined) return { ok: true, value: { ...found.value, alreadyDone: [joined] } };
      const leftMs = waitUntilMs - clock.nowMs();
      if (isFound || leftMs <= 0) {
        // Without a wait, invites that already have the desired status are not reported.
        const isHandled = selected.length > 0 || (alreadyDone.length > 0 && waitSeconds > 0);
        const otherList = isHandled || kind === 'membership' ? [] : await lookAtOtherList(options);
        return { ok: true, value: { ...found.value, otherList } };
      }
      onWait(Math.ceil(leftMs / 1_000));
      await limiter.wait(Math.min(LOOK_INTERVAL_MS, leftMs));
    }
  } catch (error) {
    if (error instanceof StopError) return { ok: false, failure: { kind: 'stop', stop: error } };
    throw error;
  }
}

/** Reads the list once and selects. */
async function look(options: SearchOptions): Promise<Result<InviteSearch, SearchFailure>> {
  const { client, serverClock, kind, filters, desiredStatus } = options;
  const isOfInvites = kind === 'invite';
  const listing = await listInvites(client, isOfInvites ? {} : { kind, status: 'pending' });
  if (!listing.ok) return listing;
  const { invites, ...gaps } = listing.value;
  // The server may ignore the status that is asked for. An accepted membership does not show that this is a rerun.
  const open = isOfInvites ? invites : invites.filter(({ status }) => status === 'pending');
  const { complete, unread } = await withPolicies(open, options);
  const selection = selectInvites(complete, filters, desiredStatus, serverClock.nowMs());
  // Select what could not be read: it is read again then, and only it fails.
  const selected = [...selection.selected, ...unread.map(({ invite }) => withoutStatus(invite))];
  return { ok: true, value: { kind, otherList: [], ...selection, selected, ...gaps } };
}

/** A membership that could not be read. */
interface Unread {
  readonly invite: ListedInvite;
  readonly failure: RequestFailure;
}

/** Reads each membership that the filters let pass but for its roles, which the list does not show. */
async function withPolicies(
  listed: readonly ListedInvite[],
  { client, filters }: SearchOptions,
  read?: ReadOptions,
): Promise<{ readonly complete: readonly ListedInvite[]; readonly unread: readonly Unread[] }> {
  const complete: ListedInvite[] = [];
  const unread: Unread[] = [];
  for (const invite of listed) {
    const match = matchFilters(invite, filters);
    const isUnread = match.kind === 'unmatched' && match.filter === 'roles' && match.value === undefined;
    const shown = isUnread && invite.kind === 'membership' ? await client.get(invite, read) : undefined;
    if (shown?.ok === false && !shown.failure.error.isNotFound) unread.push({ invite, failure: shown.failure });
    else complete.push({ ...invite, ...(shown?.ok && shown.value), id: invite.id });
  }
  return { complete, unread };
}

/**
 * The accepted membership of the only organization that the filters name by its id: the user has joined already, and
 * Cloudflare may not show the invite any more.
 */
async function findJoined(options: SearchOptions): Promise<ListedInvite | undefined> {
  const { filters, desiredStatus, waitSeconds } = options;
  if (waitSeconds === 0 || desiredStatus !== 'accepted' || !namesOneOrganization(filters)) return undefined;
  const members = await lookAtMemberships(options, 'accepted');
  const { complete, unread } = await withPolicies(members, options, OPTIONAL);
  for (const { failure } of unread) options.onOptionalFailure({ kind: 'request', failure });
  // The list may be old: the user has left, or was invited again.
  return complete.find((member) => member.status === 'accepted' && matchFilters(member, filters).kind === 'match');
}

/** The pending memberships of organizations that the filters let pass. */
async function lookAtOtherList(options: SearchOptions): Promise<readonly ListedInvite[]> {
  const { 'organization-id': id, 'organization-name': name } = options.filters;
  const filters: Filters = { ...(id && { 'organization-id': id }), ...(name && { 'organization-name': name }) };
  const memberships = await lookAtMemberships(options, 'pending');
  return memberships.filter((membership) => matchFilters(membership, filters).kind === 'match');
}

async function lookAtMemberships(
  { client, onOptionalFailure }: SearchOptions,
  status: 'pending' | 'accepted',
): Promise<readonly ListedInvite[]> {
  try {
    const listing = await listInvites(client, { ...OPTIONAL, status });
    if (listing.ok) return listing.value.invites.filter((membership) => membership.status === status);
    onOptionalFailure(listing.failure);
  } catch (error) {
    if (!(error instanceof StopError)) throw error;
    onOptionalFailure({ kind: 'stop', stop: error });
  }
  return [];
}
