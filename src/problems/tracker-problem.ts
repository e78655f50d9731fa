import { formatSeconds } from '../clock.ts';
import { truncate } from '../words.ts';
import type { Problem } from './problem.ts';

/** Longest part of GitHub's own words that a message repeats. */
const MAX_MESSAGE = 300;

const PERMISSION_HINT =
  'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';
const TOKEN_HINT = 'github-token is not a valid token of this GitHub. Leave the input out, or store a new token.';

/** What to do about an HTTP status of GitHub's. */
const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: TOKEN_HINT,
  403: PERMISSION_HINT,
  404: PERMISSION_HINT,
  410: 'Issues are switched off in this repository. Switch them on, or leave report-issue out.',
};

/** Every reason why the tracking issue could not be updated. */
export const TRACKER_PROBLEMS = {
  noToken: () => problem('There is no token for GitHub: github-token is empty.', PERMISSION_HINT),
  unprintableToken: () => problem('github-token holds a space, a line break or a character outside ASCII.', TOKEN_HINT),
  noRepository: () =>
    problem('GITHUB_REPOSITORY names no repository.', 'The tracking issue works in GitHub Actions only.'),
  refused: (request: string, status: number, message: string) =>
    problem(`${request} failed: HTTP ${status}, "${truncate(message, MAX_MESSAGE)}".`, STATUS_HINTS[status]),
  redirected: (request: string, status: number) =>
    problem(`${request} met a redirect (HTTP ${status}), which is refused.`),
  unreachable: (request: string, reason: string) => problem(`${request} failed: ${reason}.`),
  unreadable: (what: string) => problem(`GitHub’s answer does not hold ${what}.`),
  authorWithoutAccess: (number: number, login: string | undefined) =>
    problem(
      `Issue #${number} was opened, but its author${login === undefined ? '' : `, ${login},`} has no write access to the repository. No run will take the issue for its own, so the next one would open another.`,
      'Leave github-token out, or give it a token of somebody with write access.',
    ),
  tooSlow: (limitMs: number) => problem(`GitHub did not take the report within ${formatSeconds(limitMs)}.`),
  cancelled: () => problem('The job was cancelled before the report was finished.'),
  unloadable: (reason: string) => problem(`The code for it could not be loaded: ${reason}.`),
  defect: (description: string) => problem(`This action has a defect: ${description}.`, 'Report what it says.'),
} as const;

function problem(message: string, hint = 'The next run of the workflow tries again.'): Problem {
  const details = ['What became of the invites stands.'];
  return { title: 'The tracking issue could not be updated', message, details, hint };
}
