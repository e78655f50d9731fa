import { formatSeconds } from '../clock.ts';
import { truncate } from '../words.ts';
import type { Problem } from './problem.ts';
import { PERMISSION_HINT, TOKEN_HINT, trackerProblem } from './tracker-problem.ts';

// A file of its own, so that only runs with a tracking issue load it.

/** Longest part of GitHub's own words that a message repeats, in characters. */
const MAX_MESSAGE = 300;

const LIMIT_HINT =
  'The next run tries again. The limit counts every request with this token: in a job, those of all workflows of the repository.';
const BURST_HINT =
  'GitHub accepts no more requests with this token for a while. The next run tries again; let fewer workflows that use the token run at the same time.';

/** What GitHub says when it refuses a request. */
export interface Refusal {
  readonly status: number;
  /** GitHub's own words; empty if the response is not from GitHub. */
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
    hint: 'The organization does not allow this kind of token. Leave github-token out, or store one of a kind that it allows.',
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
    hint: 'GitHub does not accept this title or body. If its message is about the title, change report-issue; else report the message.',
  },
];

const OTHER_REFUSAL: RefusalRow = {
  hint: 'The next run of the workflow tries again. If it fails too, look at GitHub’s status page.',
};

function rowOf({ status, reason, headers }: Refusal): RefusalRow {
  const row = REFUSALS.find(
    (row) =>
      (row.statuses?.includes(status) ?? true) &&
      (row.reason?.test(reason) ?? true) &&
      (row.header === undefined || row.header[1].test(String(headers[row.header[0]]))),
  );
  return row ?? OTHER_REFUSAL;
}

/** When GitHub accepts requests again. Source: GitHub's documentation, "Rate limits for the REST API". */
function limitEnd({ 'retry-after': seconds, 'x-ratelimit-reset': reset }: Refusal['headers']): string | undefined {
  if (/^\d{1,6}$/.test(String(seconds))) {
    return `GitHub accepts requests again in ${formatSeconds(Number(seconds) * 1_000)}.`;
  }
  if (!/^\d{1,11}$/.test(String(reset))) return undefined;
  return `GitHub accepts requests again at ${new Date(Number(reset) * 1_000).toISOString().replace('.000', '')}.`;
}

/**
 * The problem of a request that GitHub refused.
 * @param message GitHub's response, for people
 */
export function refusalProblem(request: string, message: string, refusal: Refusal): Problem {
  const { hint, isRateLimit } = rowOf(refusal);
  const what = `${request} failed: HTTP ${refusal.status}, "${truncate(message, MAX_MESSAGE)}".`;
  return trackerProblem(what, hint, isRateLimit && limitEnd(refusal.headers));
}
