import type { Clock } from '../clock.ts';
import type { InvitesClient } from '../cloudflare/client.ts';
import { type Result, StopError } from '../cloudflare/errors.ts';
import type { InviteResponse } from '../cloudflare/invite.ts';
import type { RequestLimiter } from '../cloudflare/limiter.ts';
import type { ServerClock } from '../cloudflare/server-clock.ts';
import type { Filters } from './filters.ts';
import { type ListFailure, type ListGaps, listInvites } from './list.ts';
import { type Selection, selectInvites } from './select.ts';

/** Time between two looks at the list while waiting for an invite, in milliseconds. */
const LOOK_INTERVAL_MS = 5_000;

interface SearchOptions {
  readonly client: Pick<InvitesClient, 'listPage'>;
  readonly limiter: Pick<RequestLimiter, 'wait'>;
  readonly clock: Clock;
  readonly serverClock: Pick<ServerClock, 'nowMs'>;
  readonly filters: Filters;
  readonly desiredStatus: InviteResponse;
  /** How long to look again while nothing matches. */
  readonly waitSeconds: number;
  readonly onWait: (secondsLeft: number) => void;
}

/** What the list of a user's invites holds. */
export interface InviteSearch extends Selection, ListGaps {}

/** Why a search failed: the list could not be read, or the step was stopped. */
export type SearchFailure = ListFailure | { readonly kind: 'stop'; readonly stop: StopError };

/**
 * Reads the user's invites and selects among them; with `waitSeconds`, again and again until one matches. A match that
 * already has the desired status ends the wait too: the step is a rerun then.
 */
export async function searchInvites(options: SearchOptions): Promise<Result<InviteSearch, SearchFailure>> {
  const { client, limiter, clock, serverClock, filters, desiredStatus, waitSeconds, onWait } = options;
  const waitUntilMs = clock.nowMs() + waitSeconds * 1_000;
  try {
    for (;;) {
      const listing = await listInvites(client);
      if (!listing.ok) return listing;
      const { invites, ...gaps } = listing.value;
      const selection = selectInvites(invites, filters, desiredStatus, serverClock.nowMs());
      const leftMs = waitUntilMs - clock.nowMs();
      if (selection.selected.length > 0 || selection.alreadyDone.length > 0 || leftMs <= 0) {
        return { ok: true, value: { ...selection, ...gaps } };
      }
      onWait(Math.ceil(leftMs / 1_000));
      await limiter.wait(Math.min(LOOK_INTERVAL_MS, leftMs));
    }
  } catch (error) {
    if (error instanceof StopError) return { ok: false, failure: { kind: 'stop', stop: error } };
    throw error;
  }
}
