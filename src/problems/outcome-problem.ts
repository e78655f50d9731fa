import { errorLine, type RequestFailure } from '../cloudflare/errors.ts';
import type { FailedOutcome, KnownState, SuccessfulOutcome } from '../invites/outcome.ts';
import type { StepContext } from '../invites/run-result.ts';
import { describeMismatch, inviteLabel, type Problem, verbOf } from './problem.ts';
import { requestDetails, requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

/** An outcome, with the problem that explains a failure. */
export type ReportedOutcome = SuccessfulOutcome | (FailedOutcome & { readonly problem: Problem });

/** What is known of the invite, as a sentence. */
const STATE_SENTENCES: Readonly<Record<KnownState, string | undefined>> = {
  pending: 'The invite is still pending.',
  'not-found': undefined,
  unknown: 'State unknown: the invite may or may not have been changed, and it could not be read.',
  unread: 'State unknown: the invite has not been read.',
};

/** The problem of an invite that does not have the desired status. */
export function outcomeProblem({ invite, id, cause }: FailedOutcome, context: StepContext): Problem {
  const { desiredStatus, dryRun, scheme } = context;
  const label = inviteLabel(invite, id);
  const title = `Could not ${dryRun ? 'read' : verbOf(desiredStatus)} invite ${label}`;
  switch (cause.kind) {
    case 'request':
      return withState(requestProblem(title, cause.failure, scheme), cause.state);
    case 'stop':
      return withState(stopProblem(cause.stop.reason, scheme), cause.state);
    case 'outside-policy': {
      const message = `Invite ${label} was left untouched: ${describeMismatch(cause.mismatch)}.`;
      const hint = 'With invite-id, the filters are a guard. Check the id, or change the filter.';
      return { title: `Invite ${label} is outside the policy`, message, details: [], hint };
    }
    case 'final-status':
      return finalStatusProblem(label, desiredStatus, cause.status, cause.failure);
    case 'defect': {
      const message = `State unknown: this action has a defect. ${cause.description}`;
      return { title, message, details: [], hint: 'Please report it, with this message.' };
    }
  }
}

function withState(problem: Problem, state: KnownState): Problem {
  const sentence = STATE_SENTENCES[state];
  return sentence === undefined ? problem : { ...problem, message: `${problem.message} ${sentence}` };
}

function finalStatusProblem(label: string, desiredStatus: string, status: string, failure?: RequestFailure): Problem {
  const title = `Invite ${label} cannot be ${desiredStatus}`;
  const details = failure === undefined ? [] : [`${errorLine(failure.error)}.`, ...requestDetails(failure)];
  if (status === 'expired') {
    const hint = 'Invites live for about four days. Ask the inviter for a new one.';
    return { title, message: `Invite ${label} has expired.`, details, hint };
  }
  const message = `Invite ${label} is already ${status}. An invite can be responded to once.`;
  const hint = 'If that is not what you want, ask the inviter to remove the member or to send a new invite.';
  return { title, message, details, hint };
}
