import { type Clock, withTimeLimit } from '../clock.ts';
import type { RunResult } from '../invites/run-result.ts';
import type { Problem } from '../problems/problem.ts';
import { TRACKER_PROBLEMS } from '../problems/tracker-problem.ts';
import { problemAnnotation } from '../report/annotations.ts';
import type { RunReport } from '../report/report.ts';
import type { Workflow } from '../report/workflow.ts';
import { closingComment, issueBody, MARKER, type RunLink } from './body.ts';
import { type Author, type GitHubAccess, GitHubIssues, type Issue, TrackerError } from './github.ts';
import { nextIssueState } from './state.ts';

export interface TrackingOptions extends GitHubAccess {
  /** The title of the issue. */
  readonly title: string;
  readonly result: RunResult;
  readonly report: RunReport;
  /** The page of the run; undefined outside of GitHub. */
  readonly runUrl: string | undefined;
  readonly clock: Clock;
  /** Aborts when the job is cancelled. */
  readonly cancelled: AbortSignal;
  readonly workflow: Pick<Workflow, 'info' | 'annotate'>;
}

/** Time for everything that is sent about the tracking issue, in milliseconds. */
const TIME_LIMIT_MS = 30_000;

/**
 * Makes the tracking issue say what became of the run, or closes it. Never throws: the report does not change what
 * became of the invites, so a failure ends in a warning.
 */
export async function updateTrackingIssue(options: TrackingOptions): Promise<void> {
  const { result, cancelled, clock, workflow } = options;
  const state = nextIssueState(result, cancelled.aborted);
  if (state === 'unchanged') return;
  const timeoutError = new TrackerError(TRACKER_PROBLEMS.tooSlow(TIME_LIMIT_MS));
  try {
    const line = await withTimeLimit({ clock, ms: TIME_LIMIT_MS, timeoutError, signal: cancelled }, async (signal) => {
      const issues = new GitHubIssues(options, signal);
      return state === 'open' ? openIssue(issues, options) : closeIssue(issues, options);
    });
    if (line !== undefined) workflow.info(line);
  } catch (error) {
    workflow.annotate('warning', problemAnnotation(problemOf(error, options)));
  }
}

function problemOf(error: unknown, { cancelled, redact }: TrackingOptions): Problem {
  if (cancelled.aborted) return TRACKER_PROBLEMS.cancelled();
  return error instanceof TrackerError ? error.problem : TRACKER_PROBLEMS.defect(redact(String(error)));
}

/** Opens the issue or brings it up to date; returns a line for the log. */
async function openIssue(issues: GitHubIssues, options: TrackingOptions): Promise<string> {
  const body = issueBody(options.report, linkOf(options));
  const title = options.title.trim();
  const known = await findIssue(issues, title);
  if (known !== undefined) {
    await issues.update(known.number, { body });
    return `Tracking issue #${known.number} is up to date: ${known.url}`;
  }
  const { number, url, author } = await issues.create({ title, body });
  if (!(await isTrusted(author, issues))) {
    throw new TrackerError(TRACKER_PROBLEMS.authorWithoutAccess(number, author && options.redact(author.login)));
  }
  return `Tracking issue #${number} opened: ${url}`;
}

/** Closes the issue; returns a line for the log, if there was something to close. */
async function closeIssue(issues: GitHubIssues, options: TrackingOptions): Promise<string | undefined> {
  const known = await findIssue(issues, options.title.trim());
  if (known === undefined) return undefined;
  // In this order: a comment that fails is missing once; an issue that cannot be closed would get one with each run.
  await issues.update(known.number, { state: 'closed' });
  await issues.comment(known.number, closingComment(linkOf(options)));
  return `Tracking issue #${known.number} closed: ${known.url}`;
}

function linkOf({ runUrl, clock }: TrackingOptions): RunLink {
  return { runUrl, endMs: clock.nowMs() };
}

/** The open tracking issue; of several, which runs at the same time can leave behind, the oldest. */
async function findIssue(issues: GitHubIssues, title: string): Promise<Issue | undefined> {
  const candidates: Issue[] = [];
  for await (const issue of issues.listOpenIssues()) {
    if (issue.title === title && issue.body.includes(MARKER)) candidates.push(issue);
  }
  const trusted = new Map<string, boolean>();
  for (const issue of candidates.toSorted((a, b) => a.number - b.number)) {
    const login = issue.author?.login ?? '';
    const isKnown = trusted.get(login) ?? (await isTrusted(issue.author, issues));
    trusted.set(login, isKnown);
    if (isKnown) return issue;
  }
  return undefined;
}

/**
 * Whether an issue of this author may be taken for the tracking issue. Anybody can copy its title and marker, and
 * whoever opened an issue can close it or rewrite it: a stranger's would hide what needs a person.
 *
 * An app is trusted: its requests reach only accounts where it is installed, with the permissions that it has there.
 * Source: GitHub's documentation, "Authenticating as a GitHub App installation".
 */
async function isTrusted(author: Author | undefined, issues: GitHubIssues): Promise<boolean> {
  return author !== undefined && (author.isBot || (await issues.canWrite(author.login)));
}
