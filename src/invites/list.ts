import { asciiLowercase } from '../ascii.ts';
import { MAX_BODY_BYTES } from '../cloudflare/body.ts';
import type { InvitePage, InvitesClient, ListOptions } from '../cloudflare/client.ts';
import type { RequestFailure, Result } from '../cloudflare/errors.ts';
import { INVITE_STATUSES, type Invite, isInviteId, toInvite } from '../cloudflare/invite.ts';
import { toMembership } from '../cloudflare/membership.ts';
import { MASK } from '../words.ts';
import type { ListedInvite } from './select.ts';

/** Invites asked for per page. Cloudflare's description names no page size; the server may choose another one. */
const PER_PAGE = 50;
/** How much of a list is read. Far more than a user has, and little enough for the memory of any runner. */
export const LIST_LIMITS = { pages: 1_000, entries: 200_000, megabytes: 64 } as const;
/** How many entries that cannot be used are kept to be described; the others are only counted. */
const MAX_DESCRIBED = 10;

/** An entry of the list that cannot be used, and what is known of it. */
export interface SkippedEntry {
  readonly reason: 'not-an-object' | 'no-id' | 'unusable-id' | 'secret-id' | 'no-status' | 'unknown-status';
  /** The JSON type of an entry that is not an object. */
  readonly type?: string;
  readonly id?: string;
  readonly status?: string;
  readonly organization?: string | undefined;
}

/** What is missing from a list, so that reports do not call it complete. */
export interface ListGaps {
  readonly skippedCount: number;
  /** The first of the entries that were skipped. */
  readonly skipped: readonly SkippedEntry[];
  /** How many entries fewer came than `total_count` says. */
  readonly missingCount: number;
}

/** The invites of a user, of any status. */
interface Listing extends ListGaps {
  readonly invites: readonly ListedInvite[];
}

/** Why the list could not be read: a page failed, or the list is longer than a limit. */
export type ListFailure =
  | { readonly kind: 'request'; readonly failure: RequestFailure }
  | { readonly kind: 'too-long'; readonly limit: keyof typeof LIST_LIMITS };

/**
 * Reads every page of a list, until one brings no new id. A list of invites also ends when `total_count` is reached, but
 * never because a page is short: Cloudflare documents no paging for it. A list of memberships also ends with a page that
 * is shorter than the server's `per_page`; its `total_count` counts memberships that were not asked for.
 * @throws {StopError} if the step is stopped meanwhile
 */
export async function listInvites(
  client: Pick<InvitesClient, 'listPage'>,
  options: ListOptions = {},
): Promise<Result<Listing, ListFailure>> {
  const list = new ListBuilder(options.kind === 'membership');
  for (let page = 1; ; page++) {
    const result = await client.listPage(page, PER_PAGE, options);
    if (!result.ok) return { ok: false, failure: { kind: 'request', failure: result.failure } };
    const isLast = list.add(result.value, page);
    const limit = list.exceededLimit ?? (isLast || page < LIST_LIMITS.pages ? undefined : 'pages');
    if (limit !== undefined) return { ok: false, failure: { kind: 'too-long', limit } };
    if (isLast) return { ok: true, value: list.listing };
  }
}

/** The pages of a list so far. Of entries that cannot be used, keeps the first ones and the number of all. */
class ListBuilder {
  readonly #invites = new Map<string, ListedInvite>();
  readonly #skipped: SkippedEntry[] = [];
  /** The ids of all entries, usable or not. */
  readonly #ids = new Set<string>();
  #skippedCount = 0;
  #entryCount = 0;
  #characterCount = 0;
  #totalCount: number | undefined;
  #lastPage: string | undefined;
  readonly #isOfMemberships: boolean;

  constructor(isOfMemberships: boolean) {
    this.#isOfMemberships = isOfMemberships;
  }

  /** Adds a page, and says whether it is the last one. */
  add({ entries, totalCount, perPage }: InvitePage, page: number): boolean {
    const text = pageText(entries);
    const idCount = this.#ids.size;
    // A page that is sent again holds the same unusable entries: count them once.
    if (text === undefined || text !== this.#lastPage) for (const entry of entries) this.#addEntry(entry);
    this.#lastPage = text;
    this.#characterCount += text?.length ?? MAX_BODY_BYTES;
    this.#entryCount += entries.length;
    const isRepeated = this.#ids.size === idCount;
    if (this.#isOfMemberships) return isRepeated || entries.length < (perPage ?? 0);
    this.#totalCount = totalCount ?? this.#totalCount;
    // `total_count` may count the first page only. Read one more page rather than miss an invite.
    const mayCountPage = page === 1 && entries.length >= (perPage ?? 0);
    return isRepeated || (this.#entryCount === totalCount && !mayCountPage);
  }

  get exceededLimit(): 'entries' | 'megabytes' | undefined {
    if (this.#entryCount > LIST_LIMITS.entries) return 'entries';
    return this.#characterCount > LIST_LIMITS.megabytes * 1_000_000 ? 'megabytes' : undefined;
  }

  get listing(): Listing {
    const missingCount = Math.max(0, (this.#totalCount ?? 0) - this.#invites.size - this.#skippedCount);
    return {
      invites: [...this.#invites.values()],
      skipped: this.#skipped,
      skippedCount: this.#skippedCount,
      missingCount,
    };
  }

  #addEntry(entry: unknown): void {
    const invite = parseEntry(this.#isOfMemberships ? toMembership(entry) : toInvite(entry), entry);
    const { id = '' } = invite;
    const key = asciiLowercase(id);
    if (id !== '') this.#ids.add(key);
    // Of two entries for one invite, the later one is newer.
    if ('reason' in invite) {
      this.#invites.delete(key);
      this.#skippedCount += 1;
      if (this.#skipped.length < MAX_DESCRIBED) this.#skipped.push(invite);
    } else {
      this.#invites.set(key, invite);
    }
  }
}

/** A page as text, for comparison; undefined for one that is nested too deep. */
function pageText(entries: readonly unknown[]): string | undefined {
  try {
    return JSON.stringify(entries);
  } catch {
    return undefined;
  }
}

function parseEntry(invite: Invite | undefined, entry: unknown): ListedInvite | SkippedEntry {
  if (invite === undefined) return { reason: 'not-an-object', type: entry === null ? 'null' : typeof entry };
  const { id, status, organization_name: organization } = invite;
  if (id === undefined) return { reason: 'no-id', organization };
  // Part of the id was replaced as a credential, so no request can name the invite.
  if (id.includes(MASK)) return { reason: 'secret-id', organization };
  if (!isInviteId(id)) return { reason: 'unusable-id', id, organization };
  if (status === undefined) return { reason: 'no-status', id, organization };
  if (!INVITE_STATUSES.has(status)) return { reason: 'unknown-status', id, organization, status };
  return { ...invite, id };
}
