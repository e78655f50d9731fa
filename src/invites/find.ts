import type { Clock } from '../clock.ts';
import type { InvitesClient } from '../cloudflare/client.ts';
import type { InviteResponse } from '../cloudflare/invite.ts';
import type { RequestLimiter } from '../cloudflare/limiter.ts';
import { listInvites } from './list.ts';
import { choose, type Filters, type Selection } from './select.ts';

/** How often the list is read while waiting for an invite, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

export interface SearchOptions {
  readonly client: Pick<InvitesClient, 'listPage'>;
  readonly gate: Pick<RequestLimiter, 'wait'>;
  readonly clock: Clock;
  readonly filters: Filters;
  readonly wanted: InviteResponse;
  /** How long to look again if nothing matches. */
  readonly waitSeconds: number;
  /** Told before each further look. */
  readonly onWait: (secondsLeft: number) => void;
}

/** What was found in a user's invites. */
export interface InviteSearch extends Selection {
  /** Why entries of the list were skipped. */
  readonly skipped: readonly string[];
}

/**
 * Reads the user's invites and chooses among them; with `waitSeconds`, again and again until one matches.
 * A match that already has the wanted status ends the wait too: then this step is a rerun.
 *
 * @throws what the client and the gate throw
 */
export async function searchInvites(task: SearchOptions): Promise<InviteSearch> {
  const { client, gate, clock, filters, wanted, waitSeconds, onWait } = task;
  const waitUntilMs = clock.nowMs() + waitSeconds * 1_000;
  for (;;) {
    const { invites, skipped } = await listInvites(client);
    const found = { ...choose(invites, filters, wanted, clock.nowMs()), skipped };
    const leftMs = waitUntilMs - clock.nowMs();
    if (found.chosen.length > 0 || found.alreadyDone.length > 0 || leftMs <= 0) return found;
    onWait(Math.ceil(leftMs / 1_000));
    await gate.wait(Math.min(LOOK_EVERY_MS, leftMs));
  }
}
