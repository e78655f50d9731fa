import type { RequestFailure, StopError } from '../cloudflare/errors.ts';
import type { Invite } from '../cloudflare/invite.ts';
import type { FilterMismatch } from './filters.ts';
import type { KnownState } from './known-state.ts';

/** Why an invite does not have the desired status. */
export type FailureCause =
  | { readonly kind: 'request'; readonly failure: RequestFailure; readonly isNotFound: boolean }
  | { readonly kind: 'stop'; readonly stop: StopError }
  /** The invite does not pass the filters; `failure` is the last attempt of this step. */
  | { readonly kind: 'outside-policy'; readonly mismatch: FilterMismatch; readonly failure: RequestFailure | undefined }
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
  readonly state: KnownState;
  /** Whether the cause stopped the whole step, and is therefore reported once instead of for each invite. */
  readonly causedByStop: boolean;
}

/** An outcome that does not make the step fail. `planned` is a dry run that would have changed the invite. */
export interface SuccessfulOutcome extends OutcomeBase {
  readonly kind: 'changed' | 'unchanged' | 'planned';
  /** Set if the last response shows the invite outside the policy, although the response before the attempt did not. */
  readonly mismatch: FilterMismatch | undefined;
  /** Whether the invite has expired by its own date. */
  readonly isExpired: boolean;
}

/** The outcome of one invite. */
export type Outcome = SuccessfulOutcome | FailedOutcome;

/** Whether `outcome` makes the step fail. */
export function isFailed<T extends Outcome>(outcome: T): outcome is Extract<T, FailedOutcome> {
  return outcome.kind === 'failed' || outcome.kind === 'not_attempted';
}
