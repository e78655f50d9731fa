import { isFailed } from '../invites/outcome.ts';
import { outcomesOf, type RunResult, searchOf } from '../invites/run-result.ts';

/** The state that the tracking issue shall have: `unchanged` says nothing about it. */
export type IssueState = 'open' | 'closed' | 'unchanged';

/**
 * Whether something needs a person. Only a run that saw every invite and could respond to them can tell that nothing
 * does. Whoever cancels a job knows that it is not done.
 */
export function nextIssueState(result: RunResult, isCancelled: boolean): IssueState {
  if (isCancelled) return 'unchanged';
  const search = searchOf(result);
  const isExpiringSoon = search !== undefined && search.expiringSoon.length > 0;
  if (isExpiringSoon || isBroken(result) || outcomesOf(result).some(isFailed)) return 'open';
  const isUndecided = result.kind === 'no-match' && result.ifNoMatch === 'error';
  const isDryRun = 'context' in result && result.context.dryRun;
  return search !== undefined && !isDryRun && !isUndecided ? 'closed' : 'unchanged';
}

function isBroken(result: RunResult): boolean {
  return result.kind === 'handled' ? result.stop !== undefined : result.kind !== 'no-match';
}
