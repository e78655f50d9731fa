import { formatSeconds } from '../clock.ts';
import type { Problem } from './problem.ts';

/** What to do about a token that may not write issues. */
export const PERMISSION_HINT =
  'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';
/** What to do about a token that is not valid. */
export const TOKEN_HINT =
  'github-token is not a valid token of this GitHub. Leave the input out, or store a new token.';

/** Every reason why the tracking issue could not be updated, GitHub's refusals apart. */
export const TRACKER_PROBLEMS = {
  noToken: () => trackerProblem('There is no token for GitHub: github-token is empty.', PERMISSION_HINT),
  unprintableToken: () =>
    trackerProblem('github-token holds a space, a line break or a character outside ASCII.', TOKEN_HINT),
  noRepository: () =>
    trackerProblem('GITHUB_REPOSITORY names no repository.', 'The tracking issue works in GitHub Actions only.'),
  redirected: (request: string, status: number) =>
    trackerProblem(`${request} met a redirect (HTTP ${status}), which is refused.`),
  unreachable: (request: string, reason: string) => trackerProblem(`${request} failed: ${reason}.`),
  unreadable: (what: string) => trackerProblem(`GitHub’s response does not hold ${what}.`),
  authorWithoutAccess: (number: number, login: string | undefined) =>
    trackerProblem(
      `Issue #${number} was opened, but its author${login === undefined ? '' : `, ${login},`} has no write access to the repository. No run will update it, so the next run opens another.`,
      'Leave github-token out, or give it a token of somebody with write access.',
    ),
  tooSlow: (limitMs: number) => trackerProblem(`GitHub did not accept the report within ${formatSeconds(limitMs)}.`),
  cancelled: () => trackerProblem('The job was cancelled before the report was finished.'),
  unloadable: (reason: string) => trackerProblem(`The code for it could not be loaded: ${reason}.`),
  defect: (description: string) => trackerProblem(`This action has a defect: ${description}.`, 'Report this message.'),
} as const;

/** The problem of a tracking issue that could not be updated. */
export function trackerProblem(
  message: string,
  hint = 'The next run of the workflow tries again.',
  detail?: string,
): Problem {
  const details = [...(detail === undefined ? [] : [detail]), 'The invites are not affected.'];
  return { title: 'The tracking issue could not be updated', message, details, hint };
}
