import type { Effect } from '../cloudflare/http-status.ts';
import type { Invite } from '../cloudflare/invite.ts';

/**
 * What a step knows of an invite's status:
 * - `read`: the status when it was last read, and no attempt of this step may still change it
 * - `unsettled`: the same, but an attempt may still take effect
 * - `unread`: nothing, but no attempt of this step can have changed it
 * - `unknown`: nothing, and an attempt may have changed it or may still do so
 */
export type KnownState = 'read' | 'unsettled' | 'unread' | 'unknown';

/** What is known of one invite. An attempt can make it outdated: see `attempted`. */
export class InviteKnowledge {
  /** Newest values last; a field that a response lacks keeps its earlier value. */
  #invite: Invite;
  /** Whether an attempt of this step may still take effect, or has: nothing read since then shows a final status. */
  #isUnsettled = false;

  constructor(invite: Invite) {
    this.#invite = invite;
  }

  /** Every field as last read; the status only while it is current. */
  get fields(): Invite {
    return this.#invite;
  }

  get state(): KnownState {
    if (this.#invite.status === undefined) return this.#isUnsettled ? 'unknown' : 'unread';
    return this.#isUnsettled ? 'unsettled' : 'read';
  }

  /** The invite for reports: without a status where an attempt may still change it. */
  get reported(): Invite {
    return this.state === 'unsettled' ? withoutStatus(this.#invite) : this.#invite;
  }

  /** Whether an attempt of this step may have given the invite its status. */
  get mayBeChanged(): boolean {
    return this.#isUnsettled;
  }

  /** Takes what a response shows of the invite. */
  update(invite: Invite): void {
    this.#invite = { ...this.#invite, ...invite };
  }

  /** Records that the status cannot change any more, so that no attempt can still take effect. */
  settle(): void {
    this.#isUnsettled = false;
  }

  /** Records an attempt. Drops the status that was read before it, unless the server did not look at the invite. */
  attempted(effect: Effect): void {
    if (effect === 'not-applied') return;
    if (effect === 'unknown') this.#isUnsettled = true;
    this.#invite = withoutStatus(this.#invite);
  }
}

/** What is left of an invite whose status is not current. */
export function withoutStatus<T extends Invite>({ status: _, ...rest }: T): Omit<T, 'status'> {
  return rest;
}
