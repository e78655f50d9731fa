import { errorLine, type RequestFailure } from '../cloudflare/errors.ts';
import { kindOf } from '../cloudflare/invite.ts';
import type { KnownState } from '../invites/known-state.ts';
import type { FailedOutcome, SuccessfulOutcome } from '../invites/outcome.ts';
import type { StepContext } from '../invites/run-result.ts';
import { describeMismatch, inviteLabel, inviteTitle, type Problem, verbOf } from './problem.ts';
import { requestDetails, requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

/** An outcome, with the problem that explains a failure. */
export type ReportedOutcome = SuccessfulOutcome | (FailedOutcome & { readonly problem: Problem });

/** What is known of an invite that could not be brought to the desired status. */
export const STATE_TEXTS: Readonly<Record<KnownState, string>> = {
  read: 'Pending when last read; this step has not changed it',
  unsettled: 'Pending when last read; an attempt may still take effect',
  unread: 'Not changed by this step',
  unknown: 'State unknown',
};

/** Where an inviter can send an expired invite again. Source: Cloudflare's dashboard. */
export const RESEND_INVITE = 'Members › the user › Resend invite, in the account’s dashboard.';

/** The problem of an invite that does not have the desired status. */
export function outcomeProblem(outcome: FailedOutcome, context: StepContext): Problem {
  const { invite, id, cause, state, kind } = outcome;
  const { desiredStatus, dryRun, scheme } = context;
  const name = inviteTitle(invite, id);
  const title = `Could not ${dryRun ? 'read' : verbOf(desiredStatus)} ${kindOf(invite)} ${inviteLabel(invite, id)}`;
  const withState = (problem: Problem): Problem => ({
    ...problem,
    message: `${problem.message} ${STATE_TEXTS[state]}.`,
  });
  switch (cause.kind) {
    case 'request': {
      const problem = requestProblem(title, cause.failure, scheme);
      return cause.isNotFound ? problem : withState(problem);
    }
    case 'stop': {
      const { title: reason, hint } = stopProblem(cause.stop.reason, scheme);
      const message = `${reason}.`;
      if (kind === 'not_attempted') return { title: `${name} was not attempted`, message, details: [], hint };
      return withState({ title, message, details: [], hint });
    }
    case 'outside-policy':
      return outsidePolicyProblem(outcome, describeMismatch(cause.mismatch), cause.failure);
    case 'final-status':
      return finalStatusProblem(name, desiredStatus, cause.status, cause.failure);
    case 'defect': {
      const message = `This action has a defect. ${cause.description}`;
      return withState({ title, message, details: [], hint: 'Please report it, with this message.' });
    }
  }
}

function outsidePolicyProblem({ invite, id, state }: FailedOutcome, why: string, failure?: RequestFailure): Problem {
  const title = `${inviteTitle(invite, id)} is outside the policy`;
  if (failure === undefined) {
    const message = `It was left untouched: ${why}.`;
    const hint = 'With invite-id, the filters must match too. Check the id, or change the filter.';
    return { title, message, details: [], hint };
  }
  const message = `It has changed since this step selected it, and no further attempt was made: ${why}. ${STATE_TEXTS[state]}.`;
  const hint = 'Look at it in Cloudflare’s dashboard before you respond to it.';
  return { title, message, details: describeAttempt(failure), hint };
}

function finalStatusProblem(name: string, desiredStatus: string, status: string, failure?: RequestFailure): Problem {
  const title = `${name} cannot be ${desiredStatus}`;
  const details = describeAttempt(failure);
  if (status === 'expired') {
    const hint = `Invites expire after about four days. Ask the inviter to send it again: ${RESEND_INVITE}`;
    return { title, message: 'It has expired.', details, hint };
  }
  const message = `It is already ${status}. An invitation can be responded to once.`;
  const hint = 'If that is not what you want, ask the inviter to remove the member or to send a new invite.';
  return { title, message, details, hint };
}

function describeAttempt(failure: RequestFailure | undefined): readonly string[] {
  return failure === undefined ? [] : [`${errorLine(failure.error)}.`, ...requestDetails(failure)];
}
