import { isFailed } from '../invites/outcome.ts';
import type { RunResult } from '../invites/run-result.ts';

/**
 * The state that the tracking issue needs: `open` if something needs a person. Only a run that saw every invite and
 * could respond to them can close it. A dry run leaves it as it is: the next real run decides. Whoever cancels a job
 * knows that it is not done.
 */
export function nextIssueState(result: RunResult, isCancelled: boolean): 'open' | 'closed' | 'unchanged' {
  if (isCancelled || ('context' in result && result.context.dryRun)) return 'unchanged';
  const search = 'search' in result ? result.search : undefined;
  const isBroken = result.kind !== 'handled' && result.kind !== 'no-match';
  const hasFailed = result.kind === 'handled' && (result.stop !== undefined || result.outcomes.some(isFailed));
  if (isBroken || hasFailed || (search?.expiringSoon ?? []).length > 0) return 'open';
  const isUndecided = result.kind === 'no-match' && result.ifNoMatch === 'error';
  const isComplete = search !== undefined && search.skippedCount === 0 && search.missingCount === 0;
  return isComplete && !isUndecided ? 'closed' : 'unchanged';
}
