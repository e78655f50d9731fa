import { asciiLowercase } from '../ascii.ts';
import type { InvitesClient } from '../cloudflare/client.ts';
import type { RequestFailure, Result } from '../cloudflare/errors.ts';
import { isInviteId, toInvite } from '../cloudflare/invite.ts';
import type { ListedInvite } from './select.ts';

/** Invites asked for per page. Cloudflare's description names no page size; the server may choose another one. */
const PER_PAGE = 50;
/** Room for twenty thousand invites at twenty a page. */
const MAX_PAGES = 1_000;

/** An entry of the list that cannot be used, and what is known of it. */
export interface SkippedEntry {
  readonly reason: 'not-an-object' | 'no-id' | 'unusable-id' | 'secret-id' | 'no-status';
  /** The JSON type of an entry that is not an object. */
  readonly type?: string;
  readonly id?: string;
  readonly organization?: string | undefined;
}

/** The invites of a user, of any status. */
interface Listing {
  readonly invites: readonly ListedInvite[];
  readonly skipped: readonly SkippedEntry[];
}

/** Why the list could not be read: a page failed, or the list has no end. */
export type ListFailure =
  | { readonly kind: 'request'; readonly failure: RequestFailure }
  | { readonly kind: 'endless'; readonly pages: number };

/**
 * Reads every page of `GET /user/invites`. Cloudflare documents no paging for it. So the list ends with a page that
 * brings no new id, or when `total_count` is reached, but never because a page is short.
 * @throws {StopError} if the step is stopped meanwhile
 */
export async function listInvites(client: Pick<InvitesClient, 'listPage'>): Promise<Result<Listing, ListFailure>> {
  const invites = new Map<string, ListedInvite>();
  const skipped: SkippedEntry[] = [];
  let entryCount = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const result = await client.listPage(page, PER_PAGE);
    if (!result.ok) return { ok: false, failure: { kind: 'request', failure: result.failure } };
    const { entries, totalCount, perPage } = result.value;
    const knownIds = invites.size;
    const skippedHere: SkippedEntry[] = [];
    for (const entry of entries) {
      const invite = parseEntry(entry);
      // Of two entries for one invite, the later one is newer.
      if ('reason' in invite) skippedHere.push(invite);
      else invites.set(asciiLowercase(invite.id), invite);
    }
    const isRepeated = invites.size === knownIds;
    // A page that is sent again holds the same unusable entries: report them once.
    const known = new Set(isRepeated ? skipped.map((entry) => JSON.stringify(entry)) : []);
    skipped.push(...skippedHere.filter((entry) => !known.has(JSON.stringify(entry))));
    entryCount += entries.length;
    // `total_count` may count the first page only. Read one more page rather than miss an invite.
    const mayCountPage = page === 1 && entries.length >= (perPage ?? 0);
    if (isRepeated || (entryCount === totalCount && !mayCountPage)) {
      return { ok: true, value: { invites: [...invites.values()], skipped } };
    }
  }
  return { ok: false, failure: { kind: 'endless', pages: MAX_PAGES } };
}

function parseEntry(entry: unknown): ListedInvite | SkippedEntry {
  const invite = toInvite(entry);
  if (invite === undefined) return { reason: 'not-an-object', type: entry === null ? 'null' : typeof entry };
  const { id, status, organization_name: organization } = invite;
  if (id === undefined) return { reason: 'no-id', organization };
  // Where a credential was taken out of the id, nothing can be sent to it.
  if (id.includes('***')) return { reason: 'secret-id', organization };
  if (!isInviteId(id)) return { reason: 'unusable-id', id, organization };
  if (status === undefined) return { reason: 'no-status', id, organization };
  return { ...invite, id };
}
