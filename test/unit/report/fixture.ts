import type { Invite } from '../../../src/cloudflare/invite.ts';
import type { SuccessfulOutcome } from '../../../src/invites/outcome.ts';
import type { InviteSearch } from '../../../src/invites/search.ts';
import type { IgnoredInvite, ListedInvite } from '../../../src/invites/select.ts';
import type { ReportedOutcome } from '../../../src/problems/outcome-problem.ts';
import type { Problem } from '../../../src/problems/problem.ts';

type ReportedFailure = Exclude<ReportedOutcome, SuccessfulOutcome>;

export const PROBLEM: Problem = {
  title: 'Acme was not accepted',
  message: 'PATCH failed.',
  details: ['Cloudflare: code 1002.', 'cf-ray: 1.'],
  hint: 'Ask for a new one.',
};

/** An outcome without a failure. */
export function succeeded(kind: SuccessfulOutcome['kind'], id = 'a1', invite: Invite = { id }): SuccessfulOutcome {
  return { kind, id, invite, mismatch: undefined, isExpired: false };
}

/** A failure of an invite that is still pending, changed by `changes`. */
export function failed(id = 'f1', changes: Partial<ReportedFailure> = {}): ReportedFailure {
  const cause = { kind: 'final-status', status: 'expired', failure: undefined } as const;
  const invite = { id, status: 'pending' };
  return { kind: 'failed', id, invite, cause, state: 'read', problem: PROBLEM, causedByStop: false, ...changes };
}

/** An invite that a policy on roles leaves alone. */
export function ignoredOf(invite: ListedInvite): IgnoredInvite {
  return { invite, reason: { kind: 'unmatched', filter: 'roles', value: 'Billing' } };
}

/** A search that found nothing but `changes`. */
export function searchOf(changes: Partial<InviteSearch> = {}): InviteSearch {
  const gaps = { skipped: [], skippedCount: 0, missingCount: 0 };
  return {
    kind: 'invite',
    otherList: [],
    selected: [],
    ignored: [],
    expiringSoon: [],
    alreadyDone: [],
    ...gaps,
    ...changes,
  };
}
