import type { Invite, InviteResponse } from '../cloudflare/invite.ts';

export type { Invite, InviteResponse };

/** What went wrong, in parts that a report can lay out; every text may hold what Cloudflare or a stranger wrote. */
export interface Problem {
  readonly title: string;
  /** One sentence or two that a tired person understands. */
  readonly message: string;
  /** What is needed to look further: codes, messages, the `cf-ray`. */
  readonly details: readonly string[];
  /** What to do about it. */
  readonly hint?: string;
}

/** The problem in one line, without the hint. */
export function problemLine({ message, details }: Problem): string {
  return [message, ...details].join(' ');
}

interface OutcomeBase {
  readonly id: string;
  /** The invite as last seen; without a `status` if it is not known what Cloudflare has now. */
  readonly invite: Invite;
}

/** What became of one chosen invite. */
export type Outcome =
  /** `planned`: a dry run that would have answered it. */
  | (OutcomeBase & { readonly kind: 'changed' | 'unchanged' | 'planned' })
  | (OutcomeBase & {
      readonly kind: 'failed' | 'not_attempted';
      readonly problem: Problem;
      /** Whether the cause stopped the whole step and is therefore reported once, not for each invite. */
      readonly causedByStop: boolean;
    });

/** An outcome that makes the step fail. */
export type FailedOutcome = Extract<Outcome, { readonly problem: Problem }>;

/** Whether `outcome` makes the step fail. */
export function isFailed(outcome: Outcome): outcome is FailedOutcome {
  return outcome.kind === 'failed' || outcome.kind === 'not_attempted';
}

/** `Acme, Inc. (4f5f…)`, or the id alone where Cloudflare names no organization. */
export function inviteLabel(invite: Invite, id: string): string {
  return invite.organization_name ? `${invite.organization_name} (${id})` : id;
}

/** The verb of an answer. */
export function verbOf(status: InviteResponse): 'accept' | 'reject' {
  return status === 'accepted' ? 'accept' : 'reject';
}
