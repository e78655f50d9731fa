import type { Clock } from '../src/clock.ts';
import type { Invite } from '../src/cloudflare/invite.ts';

/** An invite as a test writes it. A field that is left out is missing from every response. */
export type SandboxInvite = Omit<Invite, 'invited_member_id'> & { readonly invited_member_id?: string | null };

/** What somebody else does to an invite: the inviting side, or another session of the invited user. */
export interface SecondActorMove {
  /** Milliseconds after the sandbox was created. */
  readonly afterMs: number;
  readonly id: string;
  /** Fields to change; `removed` deletes the invite. A status changes only while the invite is pending. */
  readonly change: SandboxInvite | 'removed';
}

/**
 * A pending invite after `expires_on`. `expired`: its status is `expired`. `pending`: it shows `pending` and refuses a
 * response. `open`: it shows `pending` and takes a response.
 */
export type PastExpiry = 'expired' | 'pending' | 'open';

/** Who changed an invite: a request of the client, by its index in `requests`; somebody else; or the test itself. */
export type Cause = { readonly request: number } | 'second actor' | 'test';

/** One entry of the history. */
export interface Change {
  /** Milliseconds since the epoch, by the clock of the sandbox. */
  readonly atMs: number;
  /** Id in lower case. */
  readonly id: string;
  /** The invite from now on; undefined if it was removed. */
  readonly invite: SandboxInvite | undefined;
  readonly cause: Cause;
}

/** A point of the history. `changes` orders what happened within the same millisecond. */
export interface Moment {
  readonly atMs: number;
  /** Number of changes so far. */
  readonly changes: number;
}

/** Ids are compared without regard to case. Whether Cloudflare does so is unknown. */
const keyOf = (id = ''): string => id.toLowerCase();

const isPast = ({ expires_on }: SandboxInvite, atMs: number): boolean => Date.parse(expires_on ?? '') <= atMs;

/** The state behind one of Cloudflare's two lists: its invitations, and the history of their changes. */
export class Invitations {
  /** Every change so far, in order. */
  readonly history: Change[] = [];
  readonly #clock: Clock;
  readonly #pastExpiry: PastExpiry;
  #invites: SandboxInvite[] = [];
  #plans: { readonly atMs: number; readonly act: (atMs: number) => void }[] = [];

  constructor(clock: Clock, pastExpiry: PastExpiry) {
    this.#clock = clock;
    this.#pastExpiry = pastExpiry;
  }

  /** Every invite as it is now. */
  all(): SandboxInvite[] {
    this.#advance(this.#clock.nowMs());
    return this.#invites.map((invite) => this.#asOf(invite, this.#clock.nowMs()));
  }

  /** The invite as it is now; undefined for an unknown id. */
  find(id: string): SandboxInvite | undefined {
    const nowMs = this.#clock.nowMs();
    this.#advance(nowMs);
    const invite = this.#invites[this.#indexOf(id)];
    return invite && this.#asOf(invite, nowMs);
  }

  now(): Moment {
    this.#advance(this.#clock.nowMs());
    return { atMs: this.#clock.nowMs(), changes: this.history.length };
  }

  add(...invites: readonly SandboxInvite[]): void {
    for (const invite of structuredClone(invites)) {
      this.#invites.push(invite);
      this.#record({ atMs: this.#clock.nowMs(), id: keyOf(invite.id), invite, cause: 'test' });
    }
  }

  /**
   * Changes fields of an invite, or removes it.
   * @throws for an unknown id
   */
  change(id: string, change: SandboxInvite | 'removed', cause: Cause, atMs = this.#clock.nowMs()): void {
    const index = this.#indexOf(id);
    if (index < 0) throw new Error(`The sandbox has no invite ${id}`);
    const invite = change === 'removed' ? undefined : { ...this.#invites[index], ...change };
    this.#invites = this.#invites.toSpliced(index, 1, ...(invite === undefined ? [] : [invite]));
    this.#record({ atMs, id: keyOf(id), invite, cause });
  }

  /** Sets the status of a pending invite after `delayMs`. Does nothing if it is gone or not pending by then. */
  respond(id: string, status: string, cause: Cause, delayMs: number, onChange: () => void): void {
    this.#plan(this.#clock.nowMs() + delayMs, (atMs) => {
      if (!this.isOpen(id, atMs)) return;
      this.change(id, { status }, cause, atMs);
      onChange();
    });
  }

  /** Plans a change by somebody else. It is skipped if the invite is gone by then, or no longer pending where it must be. */
  planMove({ afterMs, id, change }: SecondActorMove): void {
    this.#plan(this.#clock.nowMs() + afterMs, (atMs) => {
      const isKnown = this.#indexOf(id) >= 0;
      const needsPending = change !== 'removed' && change.status !== undefined;
      if (isKnown && (!needsPending || this.isOpen(id, atMs))) this.change(id, change, 'second actor', atMs);
    });
  }

  /** Makes every planned change now, as if enough time had passed. */
  settle(): void {
    this.#advance(Number.POSITIVE_INFINITY);
  }

  /** Every state that an invite had between two moments, both included; undefined stands for "no such invite". */
  statesBetween(id: string, from: Moment, to: Moment): readonly (SandboxInvite | undefined)[] {
    const isSame = (change: Change): boolean => change.id === keyOf(id);
    const before = this.history.slice(0, from.changes).findLast(isSame);
    const during = this.history.slice(from.changes, to.changes).filter(isSame);
    const states = [{ invite: before?.invite, atMs: from.atMs }, ...during];
    return states.flatMap(({ invite, atMs }, index) => {
      const endMs = states[index + 1]?.atMs ?? to.atMs;
      return invite === undefined ? [invite] : [this.#asOf(invite, atMs), this.#asOf(invite, endMs)];
    });
  }

  /** Whether the invite takes a response. */
  isOpen(id: string, atMs = this.#clock.nowMs()): boolean {
    const invite = this.#invites[this.#indexOf(id)];
    const isPending = invite !== undefined && (invite.status ?? 'pending') === 'pending';
    return isPending && (this.#pastExpiry === 'open' || !isPast(invite, atMs));
  }

  #indexOf(id: string): number {
    const key = keyOf(id);
    return this.#invites.findIndex((invite) => invite.id !== undefined && keyOf(invite.id) === key);
  }

  #asOf(invite: SandboxInvite, atMs: number): SandboxInvite {
    const isOver = this.#pastExpiry === 'expired' && invite.status === 'pending' && isPast(invite, atMs);
    return isOver ? { ...invite, status: 'expired' } : { ...invite };
  }

  #plan(atMs: number, act: (atMs: number) => void): void {
    this.#plans = [...this.#plans, { atMs, act }].sort((one, other) => one.atMs - other.atMs);
    this.#advance(this.#clock.nowMs());
  }

  // No timer: a change must be made only before the next request reads the state.
  #advance(untilMs: number): void {
    for (let next = this.#plans[0]; next !== undefined && next.atMs <= untilMs; next = this.#plans[0]) {
      this.#plans.shift();
      next.act(next.atMs);
    }
  }

  #record(change: Change): void {
    this.history.push(structuredClone(change));
  }
}
