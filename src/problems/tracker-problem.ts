import { formatSeconds } from '../clock.ts';
import { truncate } from '../words.ts';
import type { Problem } from './problem.ts';

/** Longest part of GitHub's own words that a message repeats. */
const MAX_MESSAGE = 300;

const PERMISSION_HINT =
  'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';
const TOKEN_HINT = 'github-token is not a valid token of this GitHub. Leave the input out, or store a new token.';
const LIMIT_HINT =
  'The next run tries again. The limit counts every request with this token: in a job, those of all workflows of the repository.';
const BURST_HINT =
  'GitHub takes no more from this token for a while. The next run tries again; let fewer workflows that use the token run at the same time.';

/** What GitHub says when it refuses a request. */
export interface Refusal {
  readonly status: number;
  /** GitHub's own words; empty where something else answered. */
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
}

interface RefusalRow {
  readonly statuses?: readonly number[];
  readonly reason?: RegExp;
  /** A header and its value. */
  readonly header?: readonly [name: string, value: RegExp];
  readonly isRateLimit?: true;
  readonly hint: string;
}

/**
 * What to do about a refusal; the first row of which every condition holds. A message says more than a header, and a
 * header more than a status: the last request that a limit allows can lack a permission as well.
 * Source: GitHub's documentation ("Troubleshooting the REST API", "Rate limits for the REST API"), and messages that
 * users have published.
 */
const REFUSALS: readonly RefusalRow[] = [
  {
    reason: /secondary rate limit|abuse detection|temporarily blocked|submitted too quickly/i,
    isRateLimit: true,
    hint: BURST_HINT,
  },
  { reason: /rate limit exceeded/i, isRateLimit: true, hint: LIMIT_HINT },
  {
    reason: /IP allow ?list/i,
    hint: 'The allow list of the organization or enterprise lacks the address of the runner. Add it, or use a runner whose address is on the list; those of GitHub-hosted runners change.',
  },
  {
    reason: /\bSAML\b|single sign-on/i,
    hint: 'Authorize the token of github-token for the single sign-on of the organization, or leave github-token out: the token of the job needs no authorization.',
  },
  {
    reason: /forbids access|access restrictions|third-party application/i,
    hint: 'The organization does not admit this kind of token. Leave github-token out, or store one of a kind that it admits.',
  },
  {
    reason: /archived/i,
    hint: 'The repository is archived, and nothing in it can be changed. Unarchive it, or leave report-issue out.',
  },
  {
    reason: /issues.*disabled/i,
    hint: 'Issues are switched off in this repository. Switch them on, or leave report-issue out.',
  },
  { reason: /\blocked\b/i, hint: 'Unlock the conversation of the issue, or close the issue.' },
  { reason: /was deleted/i, hint: 'The issue was deleted meanwhile. The next run opens a new one.' },
  {
    reason: /suspended|flagged/i,
    hint: 'GitHub has restricted the account of the token. Leave github-token out, or ask GitHub’s support.',
  },
  { reason: /not accessible by|must have|needs? .*permission|write access/i, hint: PERMISSION_HINT },
  { statuses: [403, 429], header: ['x-ratelimit-remaining', /^0$/], isRateLimit: true, hint: LIMIT_HINT },
  { statuses: [403, 429], header: ['retry-after', /\d/], isRateLimit: true, hint: BURST_HINT },
  { statuses: [429], isRateLimit: true, hint: BURST_HINT },
  { statuses: [401], hint: TOKEN_HINT },
  {
    statuses: [403],
    hint: `GitHub, or a proxy or firewall before it, refuses the request. If it is GitHub: ${PERMISSION_HINT}`,
  },
  { statuses: [404], hint: `GitHub hides what a token may not see. ${PERMISSION_HINT}` },
  {
    statuses: [400, 413, 422],
    hint: 'GitHub does not take this title or body. Change report-issue if its words speak of the title; else report what they say.',
  },
  { hint: 'The next run of the workflow tries again. If it fails too, look at GitHub’s status page.' },
];

function rowOf({ status, reason, headers }: Refusal): RefusalRow | undefined {
  return REFUSALS.find(
    (row) =>
      (row.statuses?.includes(status) ?? true) &&
      (row.reason?.test(reason) ?? true) &&
      (row.header === undefined || row.header[1].test(String(headers[row.header[0]]))),
  );
}

/** When GitHub takes requests again, as its headers say it. Source: GitHub's documentation, "Rate limits for the REST API". */
function limitEnd({ 'retry-after': seconds, 'x-ratelimit-reset': reset }: Refusal['headers']): readonly string[] {
  if (/^\d{1,6}$/.test(String(seconds)))
    return [`GitHub takes requests again in ${formatSeconds(Number(seconds) * 1_000)}.`];
  if (!/^\d{1,11}$/.test(String(reset))) return [];
  return [`GitHub takes requests again at ${new Date(Number(reset) * 1_000).toISOString().replace('.000', '')}.`];
}

/** Every reason why the tracking issue could not be updated. */
export const TRACKER_PROBLEMS = {
  noToken: () => problem('There is no token for GitHub: github-token is empty.', PERMISSION_HINT),
  unprintableToken: () => problem('github-token holds a space, a line break or a character outside ASCII.', TOKEN_HINT),
  noRepository: () =>
    problem('GITHUB_REPOSITORY names no repository.', 'The tracking issue works in GitHub Actions only.'),
  refused: (request: string, message: string, refusal: Refusal) => {
    const row = rowOf(refusal);
    const details = row?.isRateLimit ? limitEnd(refusal.headers) : [];
    return problem(
      `${request} failed: HTTP ${refusal.status}, "${truncate(message, MAX_MESSAGE)}".`,
      row?.hint,
      details,
    );
  },
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

function problem(
  message: string,
  hint = 'The next run of the workflow tries again.',
  details: readonly string[] = [],
): Problem {
  const all = [...details, 'What became of the invites stands.'];
  return { title: 'The tracking issue could not be updated', message, details: all, hint };
}
