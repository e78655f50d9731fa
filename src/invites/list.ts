import type { InvitesClient } from '../cloudflare/client.ts';
import { toInvite } from '../cloudflare/envelope.ts';
import { isInviteId } from './invite-id.ts';
import type { ListedInvite } from './select.ts';

/** Invites asked for a page. Cloudflare's description names no page size; the server may choose another one. */
const PER_PAGE = 50;

/** Twenty thousand invites at twenty a page: a list that goes on beyond that is no list. */
const MAX_PAGES = 1_000;

/** The invites of a user, of any status. */
export interface Listing {
  readonly invites: readonly ListedInvite[];
  /** Why entries of the list were skipped, one text each. */
  readonly skipped: readonly string[];
}

/** Thrown when the list of invites has no end. */
export class EndlessListError extends Error {
  override readonly name = 'EndlessListError';
}

/**
 * Reads every page of `GET /user/invites`. Cloudflare documents no paging for it, so nothing is taken for granted:
 * reading ends with a page that is empty or brings no new id, or when as many entries have come as there are said
 * to be, but never because a page is short.
 *
 * @throws {EndlessListError} after 1,000 pages, and what the client throws for a page that cannot be read
 */
export async function listInvites(client: Pick<InvitesClient, 'listPage'>): Promise<Listing> {
  const invites = new Map<string, ListedInvite>();
  const skipped: string[] = [];
  let entryCount = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { entries, totalCount, perPage } = await client.listPage(page, PER_PAGE);
    const knownIds = invites.size;
    const skippedHere: string[] = [];
    for (const entry of entries) {
      const invite = readEntry(entry);
      // Of two entries for one invite the later one is newer.
      if (typeof invite === 'string') skippedHere.push(invite);
      else invites.set(invite.id, invite);
    }
    // A page that is sent again holds the same unusable entries: they are reported once.
    skipped.push(...(invites.size === knownIds ? skippedHere.filter((text) => !skipped.includes(text)) : skippedHere));
    entryCount += entries.length;
    if (invites.size === knownIds) return { invites: [...invites.values()], skipped };
    // A total that the first, full page reaches may be a count of that page under the wrong name; a page more costs
    // little, and an invite that is overlooked dies.
    const isFull = page === 1 && entries.length >= (perPage ?? 0);
    if (entryCount === totalCount && !isFull) return { invites: [...invites.values()], skipped };
  }
  throw new EndlessListError(`The list of invites did not end within ${MAX_PAGES} pages.`);
}

/** The invite in an entry of the list, or why there is none that could be answered. */
function readEntry(entry: unknown): ListedInvite | string {
  const invite = toInvite(entry);
  if (invite === undefined) return `an entry that is no invite (${entry === null ? 'null' : typeof entry})`;
  const of = invite.organization_name === undefined ? '' : ` of ${invite.organization_name}`;
  const { id, status } = invite;
  if (id === undefined) return `an invite${of} without an id`;
  if (!isInviteId(id)) return `an invite${of} with the unusable id "${id}"`;
  if (status === undefined) return `the invite ${id}${of} without a status`;
  return { ...invite, id };
}
