import type { InvitesClient } from '../cloudflare/client.ts';
import { type RequestFailure, StopError } from '../cloudflare/errors.ts';
import type { Invite, InviteRef, InviteResponse } from '../cloudflare/invite.ts';
import type { Redact } from '../redact.ts';
import { isExpired } from './expiry.ts';
import { type FilterMismatch, type Filters, matchFilters } from './filters.ts';
import { InviteKnowledge } from './known-state.ts';
import type { FailedOutcome, FailureCause, Outcome } from './outcome.ts';

/** One selected invite. */
export interface Target extends InviteRef {
  /** The invite as it was listed; without it, only the id is known. */
  readonly invite?: Invite;
}

export interface RespondOptions {
  readonly client: Pick<InvitesClient, 'respond' | 'get' | 'decideRetry' | 'isLimited'>;
  readonly desiredStatus: InviteResponse;
  readonly dryRun: boolean;
  /** The policy that every read of an invite must pass; where there is one, an unlisted invite is read first. */
  readonly filters: Filters;
  /** Cloudflare's time, in milliseconds since the Unix epoch. */
  readonly serverNowMs: () => number;
  readonly redact: Redact;
}

/**
 * Responds to one invite and relies only on the status that the server shows: after an attempt that may have had an
 * effect, reads the invite before it sends anything else. Reads a membership before each attempt: it still exists once it
 * is accepted, and rejecting it might mean leaving the account. Never throws: a defect of this program is an outcome too,
 * so that the outcomes of other invites are not lost.
 */
export async function respondToInvite(target: Target, options: RespondOptions): Promise<Outcome> {
  const responder = new InviteResponder(target, options);
  try {
    return await responder.run();
  } catch (error) {
    return error instanceof StopError ? responder.stopped(error) : responder.crashed(error);
  }
}

class InviteResponder {
  readonly #id: string;
  readonly #options: RespondOptions;
  readonly #known: InviteKnowledge;
  readonly #isMembership: boolean;
  #lastFailure: RequestFailure | undefined;
  /** Whether the last read was refused as with wrong credentials. Many such refusals block the user. */
  #isReadRefused = false;

  constructor({ id, kind, invite }: Target, options: RespondOptions) {
    this.#id = id;
    this.#options = options;
    this.#known = new InviteKnowledge(invite ?? { id, kind });
    this.#isMembership = this.#known.fields.kind === 'membership';
  }

  async run(): Promise<Outcome> {
    const { dryRun, filters } = this.#options;
    if (this.#isMembership && this.#finalStatus === undefined) {
      const decided = await this.#readBeforeAttempt();
      if (decided !== undefined) return decided;
    } else if (this.#known.state === 'unread' && (dryRun || Object.keys(filters).length > 0)) {
      const failure = await this.#read();
      if (failure !== undefined) return this.#failedBy(failure);
    }
    const decided = this.#conclude();
    if (decided !== undefined) return decided;
    return dryRun ? this.#succeeded('planned') : await this.#respond();
  }

  /** The outcome of an invite that was not finished when the step was stopped. */
  stopped(stop: StopError): Outcome {
    const failure = this.#lastFailure;
    if (failure === undefined) return this.#failed({ kind: 'stop', stop }, true, 'not_attempted');
    // Report a cause that concerns the whole step once for all invites, and a failure of this invite as its own.
    const isOwnFault = failure.error.stopKind === undefined && stop.reason.kind !== 'cancelled';
    return isOwnFault ? this.#failedBy(failure) : this.#failed({ kind: 'stop', stop }, true);
  }

  /** The outcome of an invite that met a defect of this program. */
  crashed(error: unknown): Outcome {
    this.#known.attempted('unknown');
    const description = this.#options.redact(String(error instanceof Error ? error.stack : error));
    return this.#failed({ kind: 'defect', description });
  }

  async #respond(): Promise<Outcome> {
    const { client, desiredStatus } = this.#options;
    for (let attempts = 1; ; attempts++) {
      const response = await client.respond(this.#ref, desiredStatus);
      if (response.ok) {
        this.#known.update(response.value);
        return this.#succeeded('changed');
      }
      const error = response.failure;
      this.#lastFailure = { error, attempts, retryExceedsDeadline: false };
      this.#known.attempted(error.effect);
      const { again, failure } = await client.decideRetry(error, attempts);
      this.#lastFailure = failure;
      const isRefused = error.stopKind === 'credentials';
      const isStillUnknown = this.#known.state === 'unknown' && !this.#isReadRefused;
      const mayHaveEffect = error.effect !== 'not-applied' || isStillUnknown;
      const mustReadBack = !isRefused && mayHaveEffect && !(again && this.#isMembership);
      const readFailure = mustReadBack ? await this.#read('rate-limit') : undefined;
      const decided = this.#conclude();
      if (decided !== undefined) return decided;
      if (!again) return this.#failedBy(failure, readFailure);
      const ended = this.#isMembership ? await this.#readBeforeAttempt() : undefined;
      if (ended !== undefined) return ended;
    }
  }

  /**
   * Reads a membership, and again while a rate limit holds back all requests, so that the attempt follows the last read
   * at once. Resolves with the outcome if it is not pending, is outside the policy, or cannot be read.
   */
  async #readBeforeAttempt(): Promise<Outcome | undefined> {
    const { client, dryRun } = this.#options;
    do {
      const failure = await this.#read();
      if (failure !== undefined) return this.#failedBy(this.#lastFailure ?? failure, failure);
      const decided = this.#conclude();
      if (decided !== undefined) return decided;
    } while (client.isLimited && !dryRun);
    return undefined;
  }

  /** Reads the invite; resolves with the reason if that fails. */
  async #read(retry?: 'rate-limit'): Promise<RequestFailure | undefined> {
    const read = await this.#options.client.get(this.#ref, { retry });
    if (!read.ok) {
      this.#isReadRefused = read.failure.error.stopKind === 'credentials';
      return read.failure;
    }
    this.#known.update(read.value);
    return undefined;
  }

  /** The outcome, if what was read last decides it. */
  #conclude(): Outcome | undefined {
    const status = this.#finalStatus;
    const failure = this.#lastFailure;
    const mismatch = this.#mismatch();
    // After an attempt, its result is reported even if the invite is outside the policy by now.
    if (mismatch !== undefined && (status === undefined || failure === undefined)) {
      return this.#failed({ kind: 'outside-policy', mismatch, failure });
    }
    if (status === undefined) return undefined;
    if (status === this.#options.desiredStatus) {
      return this.#succeeded(this.#known.mayBeChanged ? 'changed' : 'unchanged');
    }
    this.#known.settle();
    return this.#failed({ kind: 'final-status', status, failure });
  }

  #mismatch(): FilterMismatch | undefined {
    const match = matchFilters(this.#known.fields, this.#options.filters);
    return match.kind === 'match' ? undefined : match;
  }

  #failedBy(failure: RequestFailure, readFailure?: RequestFailure): Outcome {
    const isMissing = failure.error.isNotFound || readFailure?.error.isNotFound === true;
    // An invite may be gone because an attempt of this step took effect.
    const isNotFound = isMissing && this.#known.state === 'unread';
    return this.#failed({ kind: 'request', failure, isNotFound }, failure.error.isAuthError);
  }

  /** A status that cannot change any more; undefined if none was read. */
  get #finalStatus(): string | undefined {
    const { status } = this.#known.fields;
    return status === 'pending' ? undefined : status;
  }

  get #ref(): InviteRef {
    return { id: this.#serverId, kind: this.#known.fields.kind };
  }

  /** The id in the server's spelling, once a response has shown it. */
  get #serverId(): string {
    return this.#known.fields.id ?? this.#id;
  }

  #succeeded(kind: 'changed' | 'unchanged' | 'planned'): Outcome {
    this.#known.settle();
    const invite = this.#known.reported;
    const hasExpired = isExpired(invite, this.#options.serverNowMs());
    return { kind, id: this.#serverId, invite, mismatch: this.#mismatch(), isExpired: hasExpired };
  }

  #failed(cause: FailureCause, causedByStop = false, kind: FailedOutcome['kind'] = 'failed'): Outcome {
    const { reported: invite, state } = this.#known;
    return { kind, id: this.#serverId, invite, cause, state, causedByStop };
  }
}
