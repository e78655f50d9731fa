import { errorLine } from '../cloudflare/errors.ts';
import type { FilterMismatch } from '../invites/filters.ts';
import type { FailedOutcome, FailureCause, KnownState } from '../invites/outcome.ts';
import type { StepContext } from '../invites/run-result.ts';
import { inviteLabel, type Problem, verbOf } from './problem.ts';
import { requestDetails, requestProblem } from './request-problem.ts';
import { stopProblem } from './stop-problem.ts';

/** What is known of the invite, in a sentence, where there is something to say. */
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
    case 'outside-policy':
      return {
        title: `Invite ${label} is outside the policy`,
        message: `Invite ${label} was left untouched: ${describeMismatch(cause.mismatch)}.`,
        details: [],
        hint: 'With invite-id, the filters are a guard. Check the id, or change the filter.',
      };
    case 'final-status':
      return finalStatusProblem(label, desiredStatus, cause);
    case 'defect':
      return {
        title,
        message: `State unknown: this action has a defect. ${cause.description}`,
        details: [],
        hint: 'Please report it, with this message.',
      };
  }
}

function withState(problem: Problem, state: KnownState): Problem {
  const sentence = STATE_SENTENCES[state];
  return sentence === undefined ? problem : { ...problem, message: `${problem.message} ${sentence}` };
}

function describeMismatch({ kind, filter, value }: FilterMismatch): string {
  const shown = value === undefined ? 'the invite has none' : `"${value}"`;
  return `${filter} ${kind === 'excluded' ? 'excludes it' : 'does not match'} (${shown})`;
}

interface FinalStatusWords {
  readonly message: (label: string, status: string) => string;
  readonly hint: string;
}

/** What to say of a status that cannot change any more. */
const FINAL_STATUS_WORDS: ReadonlyMap<string, FinalStatusWords> = new Map([
  [
    'expired',
    {
      message: (label) => `Invite ${label} has expired.`,
      hint: 'Invites live for about four days. Ask the inviter for a new one.',
    },
  ],
]);

/** What to say of every other final status. */
const OTHER_STATUS_WORDS: FinalStatusWords = {
  message: (label, status) => `Invite ${label} is already ${status}. An invite can be responded to once.`,
  hint: 'If that is not what you want, ask the inviter to remove the member or to send a new invite.',
};

function finalStatusProblem(
  label: string,
  desiredStatus: string,
  { status, failure }: Extract<FailureCause, { readonly kind: 'final-status' }>,
): Problem {
  const words = FINAL_STATUS_WORDS.get(status) ?? OTHER_STATUS_WORDS;
  return {
    title: `Invite ${label} cannot be ${desiredStatus}`,
    message: words.message(label, status),
    details: failure === undefined ? [] : [`${errorLine(failure.error)}.`, ...requestDetails(failure)],
    hint: words.hint,
  };
}
