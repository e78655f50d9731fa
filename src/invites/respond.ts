import type { InvitesClient } from '../cloudflare/client.ts';
import { type RequestFailure, StopError } from '../cloudflare/errors.ts';
import type { Invite, InviteResponse } from '../cloudflare/invite.ts';
import type { Redact } from '../redact.ts';
import { type Filters, matchFilters } from './filters.ts';
import type { FailedOutcome, FailureCause, KnownState, Outcome } from './outcome.ts';

/** One selected invite. */
export interface Target {
  readonly id: string;
  /** The invite as it was listed; without it, only the id is known. */
  readonly invite?: Invite;
}

export interface RespondOptions {
  readonly client: Pick<InvitesClient, 'respond' | 'get' | 'decideRetry'>;
  readonly desiredStatus: InviteResponse;
  readonly dryRun: boolean;
  /** The policy that an invite must pass before it is responded to; with a guard, unlisted invites are read first. */
  readonly guard?: Filters;
  readonly redact: Redact;
}

/**
 * Responds to one invite exactly once, and believes only the status on the server: whenever an attempt may have had an
 * effect, reads the invite before it sends anything else. Never throws: a defect of this program is an outcome too, so
 * that the outcomes of other invites are not lost.
 */
export async function respondToInvite(target: Target, options: RespondOptions): Promise<Outcome> {
  const responder = new InviteResponder(target, options);
  try {
    return await responder.run();
  } catch (error) {
    return error instanceof StopError ? responder.stopped(error) : responder.broken(error);
  }
}

class InviteResponder {
  readonly #id: string;
  readonly #options: RespondOptions;
  /** What was seen of the invite, newest values last; its status only while it is current. */
  #invite: Invite;
  /** Whether an attempt of this step may have changed the invite. It is not `unchanged` then. */
  #mayHaveApplied = false;
  #lastFailure: RequestFailure | undefined;

  constructor({ id, invite }: Target, options: RespondOptions) {
    this.#id = id;
    this.#options = options;
    this.#invite = invite ?? { id };
  }

  async run(): Promise<Outcome> {
    const { dryRun, guard } = this.#options;
    if (this.#invite.status === undefined && (dryRun || guard !== undefined)) {
      const failure = await this.#read('all');
      if (failure !== undefined) return this.#failedBy(failure);
      const mismatch = matchFilters(this.#invite, guard ?? {});
      if (mismatch.kind !== 'match') return this.#failed({ kind: 'outside-policy', mismatch });
    }
    const decided = this.#conclude();
    if (decided !== undefined) return decided;
    return dryRun ? this.#succeeded('planned') : await this.#respond();
  }

  /** The outcome of an invite whose turn ended with the whole step. */
  stopped(stop: StopError): Outcome {
    const failure = this.#lastFailure;
    const state = this.#knownState();
    if (failure === undefined) return this.#failed({ kind: 'stop', stop, state }, true, 'not_attempted');
    // A rate limit or refused credentials explain the failure of all invites at once, a fault of one invite does not.
    const { status, isAuthError } = failure.error;
    const isOwnFault = status !== 429 && !isAuthError && stop.reason.kind !== 'cancelled';
    if (isOwnFault) return this.#failed({ kind: 'request', failure, state });
    return this.#failed({ kind: 'stop', stop, state }, true);
  }

  /** The outcome of an invite whose turn ended with a defect of this program. */
  broken(error: unknown): Outcome {
    this.#forgetStatus();
    const description = this.#options.redact(String(error instanceof Error ? error.stack : error));
    return this.#failed({ kind: 'defect', description });
  }

  async #respond(): Promise<Outcome> {
    const { client, desiredStatus } = this.#options;
    for (let attempts = 1; ; attempts++) {
      const response = await client.respond(this.#serverId, desiredStatus);
      if (response.ok) {
        this.#update(response.value);
        return this.#succeeded('changed');
      }
      const error = response.failure;
      this.#lastFailure = { error, attempts, retryExceedsDeadline: false };
      if (error.effect === 'unknown') this.#forgetStatus();
      const { again, failure } = await client.decideRetry(error, attempts);
      this.#lastFailure = failure;
      const mustReadBack =
        error.effect !== 'not-applied' || (this.#mayHaveApplied && this.#invite.status === undefined);
      const readFailure = mustReadBack ? await this.#read('rate-limit') : undefined;
      const decided = mustReadBack && readFailure === undefined ? this.#conclude() : undefined;
      if (decided !== undefined) return decided;
      if (!again) return this.#failedBy(failure, readFailure);
    }
  }

  /** Reads the invite; resolves with the reason if that fails. */
  async #read(retry: 'all' | 'rate-limit'): Promise<RequestFailure | undefined> {
    const read = await this.#options.client.get(this.#serverId, { retry });
    if (!read.ok) return read.failure;
    this.#update(read.value);
    return undefined;
  }

  /** The outcome, if the invite's status decides it. */
  #conclude(): Outcome | undefined {
    const { status } = this.#invite;
    if (status === undefined || status === 'pending') return undefined;
    if (status === this.#options.desiredStatus) return this.#succeeded(this.#mayHaveApplied ? 'changed' : 'unchanged');
    return this.#failed({ kind: 'final-status', status, failure: this.#lastFailure });
  }

  #failedBy(failure: RequestFailure, readFailure?: RequestFailure): Outcome {
    const isNotFound = failure.error.isNotFound || readFailure?.error.isNotFound === true;
    const state = isNotFound && !this.#mayHaveApplied ? 'not-found' : this.#knownState();
    return this.#failed({ kind: 'request', failure, state }, failure.error.isAuthError);
  }

  /** The id in the server's spelling, once an answer has shown it. */
  get #serverId(): string {
    return this.#invite.id ?? this.#id;
  }

  #knownState(): KnownState {
    if (this.#invite.status === 'pending') return 'pending';
    return this.#mayHaveApplied ? 'unknown' : 'unread';
  }

  /** Keeps what an answer leaves out as it was. */
  #update(invite: Invite): void {
    this.#invite = { ...this.#invite, ...invite };
  }

  #forgetStatus(): void {
    this.#mayHaveApplied = true;
    const { status: _, ...rest } = this.#invite;
    this.#invite = rest;
  }

  #succeeded(kind: 'changed' | 'unchanged' | 'planned'): Outcome {
    return { kind, id: this.#serverId, invite: this.#invite };
  }

  #failed(cause: FailureCause, causedByStop = false, kind: FailedOutcome['kind'] = 'failed'): Outcome {
    return { kind, id: this.#serverId, invite: this.#invite, cause, causedByStop };
  }
}
