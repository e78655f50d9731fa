import type { RequestFailure, StopError } from '../cloudflare/errors.ts';
import type { Invite } from '../cloudflare/invite.ts';
import type { FilterMismatch } from './filters.ts';

/**
 * What is known of an invite after a failure: `pending` or `not-found` when last read; `unknown` if an attempt may have
 * changed it and it could not be read; `unread` if nothing was sent that could change it.
 */
export type KnownState = 'pending' | 'not-found' | 'unknown' | 'unread';

/** Why an invite does not have the desired status. */
export type FailureCause =
  | { readonly kind: 'request'; readonly failure: RequestFailure; readonly state: KnownState }
  | { readonly kind: 'stop'; readonly stop: StopError; readonly state: KnownState }
  /** The invite does not pass the guard. */
  | { readonly kind: 'outside-policy'; readonly mismatch: FilterMismatch }
  /** The invite has another status, which cannot change any more; `failure` is the last attempt of this step. */
  | { readonly kind: 'final-status'; readonly status: string; readonly failure: RequestFailure | undefined }
  | { readonly kind: 'defect'; readonly description: string };

interface OutcomeBase {
  readonly id: string;
  /** The invite as last seen; without a `status` if it is not known what Cloudflare has now. */
  readonly invite: Invite;
}

/** An outcome that makes the step fail. */
export interface FailedOutcome extends OutcomeBase {
  readonly kind: 'failed' | 'not_attempted';
  readonly cause: FailureCause;
  /** Whether the cause stopped the whole step, and is therefore reported once instead of for each invite. */
  readonly causedByStop: boolean;
}

/** An outcome that does not. `planned` is a dry run that would have changed the invite. */
export interface SuccessfulOutcome extends OutcomeBase {
  readonly kind: 'changed' | 'unchanged' | 'planned';
}

/** What became of one invite. */
export type Outcome = SuccessfulOutcome | FailedOutcome;

/** Whether `outcome` makes the step fail. */
export function isFailed<T extends Outcome>(outcome: T): outcome is Extract<T, FailedOutcome> {
  return outcome.kind === 'failed' || outcome.kind === 'not_attempted';
}
