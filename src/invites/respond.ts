import type { InvitesClient } from '../cloudflare/client.ts';
import type { Credentials } from '../cloudflare/credentials.ts';
import { ApiError, StopError } from '../cloudflare/errors.ts';
import type { Invite, InviteResponse } from '../cloudflare/invite.ts';
import { KNOWLEDGE, type KnownState, requestDetails, requestProblem, stopProblem } from '../problems/problem.ts';
import { inviteLabel, type Outcome, type Problem, verbOf } from './outcome.ts';

/** One chosen invite. */
export interface Target {
  readonly id: string;
  /** The invite as it was listed; without it, nothing but the id is known. */
  readonly invite?: Invite;
}

export interface RespondOptions {
  readonly client: Pick<InvitesClient, 'answer' | 'readBack' | 'readPatiently' | 'backOff'>;
  readonly wanted: InviteResponse;
  readonly dryRun: boolean;
  /** Why a policy forbids to answer an invite, if it does; with a guard, invites are read before they are answered. */
  readonly guard?: (invite: Invite) => string | undefined;
  readonly scheme: Credentials['scheme'];
}

/**
 * Answers one invite exactly once, and believes nothing but the invite's status on the server:
 * whenever an attempt may have had an effect, the invite is read before anything else is done about it.
 * Never throws: even a defect of this program is an outcome, so that what became of the other invites is not lost.
 */
export async function respondToInvite(target: Target, task: RespondOptions): Promise<Outcome> {
  const answering = new InviteResponder(target, task);
  try {
    return await answering.run();
  } catch (error) {
    return error instanceof StopError ? answering.stopped(error) : answering.broken(error);
  }
}

class InviteResponder {
  readonly #id: string;
  readonly #task: RespondOptions;
  /** What has been seen of the invite, newest values last; its status only while it is current. */
  #invite: Invite;
  /** Whether one of our attempts can have changed the invite, which then is not `unchanged` any more. */
  #mayHaveApplied = false;
  #lastError: ApiError | undefined;

  constructor({ id, invite }: Target, task: RespondOptions) {
    this.#id = id;
    this.#task = task;
    this.#invite = invite ?? { id };
  }

  async run(): Promise<Outcome> {
    const { dryRun, guard } = this.#task;
    const isListed = this.#invite.status !== undefined;
    const isRead = !isListed && (dryRun || guard !== undefined);
    const decided = isListed ? this.#conclude() : isRead ? await this.#readFirst() : undefined;
    if (decided !== undefined) return decided;
    return dryRun ? this.#done('planned') : await this.#answer();
  }

  /** The outcome of an invite whose turn was ended by something that ends the whole step. */
  stopped(stop: StopError): Outcome {
    const error = this.#lastError;
    if (error === undefined) return this.#notAnswered('not_attempted', this.#stopProblem(stop), true);
    // A rate limit or refused credentials explain the failure of every invite alike; a fault of this invite's own
    // attempts would be lost in that.
    const isOwn = error.status !== 429 && !error.isAuthError && stop.reason !== 'cancelled';
    const problem = isOwn ? this.#requestProblem(error, this.#knowledge()) : this.#stopProblem(stop);
    return this.#notAnswered('failed', problem, !isOwn);
  }

  /** The outcome of an invite whose turn was ended by a defect of this program. */
  broken(error: unknown): Outcome {
    this.#forgetStatus();
    return this.#failed({
      title: this.#failureTitle(),
      message: `State unknown: this action has a defect. ${error instanceof Error ? error.stack : error}`,
      details: [],
      hint: 'Please report it, with this message.',
    });
  }

  async #readFirst(): Promise<Outcome | undefined> {
    const { client, guard } = this.#task;
    let invite: Invite;
    try {
      invite = await client.readPatiently(this.#id);
    } catch (error) {
      return this.#failedBy(asApiError(error), undefined);
    }
    this.#see(invite);
    const objection = guard?.(this.#invite);
    if (objection !== undefined) {
      return this.#failed({
        title: `Invite ${this.#label()} is outside the policy`,
        message: `Invite ${this.#label()} was left untouched: ${objection}.`,
        details: [],
        hint: 'With invite-id, the filters are a guard. Check the id, or change the filter.',
      });
    }
    return this.#conclude();
  }

  async #answer(): Promise<Outcome> {
    const { client, wanted } = this.#task;
    for (let attempts = 1; ; attempts++) {
      let error: ApiError;
      try {
        this.#see(await client.answer(this.#id, wanted));
        return this.#done('changed');
      } catch (thrown) {
        error = asApiError(thrown);
      }
      this.#lastError = error;
      if (error.effect === 'unclear') this.#forgetStatus();
      const isAgain = await client.backOff(error, attempts);
      let readError: ApiError | undefined;
      if (error.effect !== 'none' || (this.#mayHaveApplied && this.#invite.status === undefined)) {
        readError = await this.#readBack();
        const decided = readError === undefined ? this.#conclude() : undefined;
        if (decided !== undefined) return decided;
      }
      if (!isAgain) return this.#failedBy(error, readError);
    }
  }

  /** Learns what the server has; resolves with the reason if that fails. */
  async #readBack(): Promise<ApiError | undefined> {
    try {
      this.#see(await this.#task.client.readBack(this.#id));
      return undefined;
    } catch (error) {
      return asApiError(error);
    }
  }

  /** The outcome, if the invite's status on the server decides it. */
  #conclude(): Outcome | undefined {
    const { status } = this.#invite;
    if (status === 'pending') return undefined;
    if (status === this.#task.wanted) return this.#done(this.#mayHaveApplied ? 'changed' : 'unchanged');
    const isExpired = status === 'expired';
    const error = this.#lastError;
    return this.#failed({
      title: `Invite ${this.#label()} cannot be ${this.#task.wanted}`,
      message: isExpired
        ? `Invite ${this.#label()} has expired.`
        : `Invite ${this.#label()} is already ${status}. An invite can be answered once.`,
      details: error === undefined ? [] : [`${error.message}.`, ...requestDetails(error)],
      hint: isExpired
        ? 'Invites live for about four days. Ask the inviter for a new one.'
        : 'If that is not what you want, ask the inviter to remove the member or to send a new invite.',
    });
  }

  #failedBy(error: ApiError, readError: ApiError | undefined): Outcome {
    const isNotFound = error.isNotFound || readError?.isNotFound === true;
    const knowledge = isNotFound && !this.#mayHaveApplied ? 'missing' : this.#knowledge();
    const problem = this.#requestProblem(error, knowledge);
    return this.#notAnswered('failed', problem, error.isAuthError);
  }

  #knowledge(): KnownState {
    if (this.#invite.status === 'pending') return 'pending';
    return this.#mayHaveApplied ? 'unclear' : 'unread';
  }

  #requestProblem(error: ApiError, knowledge: KnownState): Problem {
    return requestProblem(this.#failureTitle(), error, this.#task.scheme, knowledge);
  }

  #stopProblem(stop: StopError): Problem {
    const problem = stopProblem(stop, this.#task.scheme);
    const state = KNOWLEDGE[this.#knowledge()];
    return state === undefined ? problem : { ...problem, message: `${problem.message} ${state}` };
  }

  #failureTitle(): string {
    const { dryRun, wanted } = this.#task;
    return `Could not ${dryRun ? 'read' : verbOf(wanted)} invite ${this.#label()}`;
  }

  #label(): string {
    return inviteLabel(this.#invite, this.#id);
  }

  #see(invite: Invite): void {
    // An answer may leave out what a listing has shown before.
    this.#invite = { ...this.#invite, ...invite };
  }

  #forgetStatus(): void {
    this.#mayHaveApplied = true;
    const { status: _, ...rest } = this.#invite;
    this.#invite = rest;
  }

  #done(kind: 'changed' | 'unchanged' | 'planned'): Outcome {
    return { kind, id: this.#id, invite: this.#invite };
  }

  #failed(problem: Problem): Outcome {
    return this.#notAnswered('failed', problem, false);
  }

  #notAnswered(kind: 'failed' | 'not_attempted', problem: Problem, causedByStop: boolean): Outcome {
    return { kind, id: this.#id, invite: this.#invite, problem, causedByStop };
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}
