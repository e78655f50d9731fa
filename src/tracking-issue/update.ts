import { type Clock, withTimeLimit } from '../clock.ts';
import type { RunResult } from '../invites/run-result.ts';
import { TRACKER_PROBLEMS } from '../problems/tracker-problem.ts';
import { problemAnnotation } from '../report/annotations.ts';
import type { RunReport } from '../report/report.ts';
import type { Workflow } from '../report/workflow.ts';
import { closingComment, issueBody, MARKER, type RunLink } from './body.ts';
import { type GitHubAccess, GitHubIssues, type Issue, TrackerError } from './github.ts';
import { nextIssueState } from './state.ts';

export interface TrackingOptions extends GitHubAccess, Pick<RunLink, 'runUrl'> {
  readonly title: string;
  readonly result: RunResult;
  readonly report: RunReport;
  readonly clock: Clock;
  readonly cancelled: AbortSignal;
  readonly workflow: Pick<Workflow, 'info' | 'annotate'>;
}

/** Time for everything that is sent about the tracking issue, in milliseconds. */
const TIME_LIMIT_MS = 30_000;
/** The part of it in which to look for the issue, so that other people's issues leave time for the report. */
const SEARCH_LIMIT_MS = 15_000;
/** How many authors to ask GitHub about: copies of the issue, each by another author, must not use up the time. */
const MAX_AUTHORS = 10;

/**
 * Opens, updates or closes the tracking issue as the result of the run requires. Never throws: a failure ends in a
 * warning, since it does not affect the invites.
 */
export async function updateTrackingIssue(options: TrackingOptions): Promise<void> {
  const { result, cancelled, clock, workflow, redact } = options;
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
    const problem = error instanceof TrackerError ? error.problem : TRACKER_PROBLEMS.defect(redact(String(error)));
    workflow.annotate('warning', problemAnnotation(cancelled.aborted ? TRACKER_PROBLEMS.cancelled() : problem));
  }
}

/** Opens or updates the issue; returns a line for the log. */
async function openIssue(issues: GitHubIssues, options: TrackingOptions): Promise<string> {
  const body = issueBody(options.report, linkOf(options));
  const title = options.title.trim();
  const known = await findIssue(issues, title, options.clock);
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
  const known = await findIssue(issues, options.title.trim(), options.clock);
  if (known === undefined) return undefined;
  // Close first: an issue that cannot be closed would get a comment with each run.
  await issues.update(known.number, { state: 'closed' });
  await issues.comment(known.number, closingComment(linkOf(options)));
  return `Tracking issue #${known.number} closed: ${known.url}`;
}

const linkOf = ({ runUrl, clock }: TrackingOptions): RunLink => ({ runUrl, endMs: clock.nowMs() });

/**
 * The open tracking issue; of several, which concurrent runs can leave behind, the oldest of an app's, then the oldest
 * of a person's. Limits keep the search in other issues and copies from using up the time for the report.
 */
async function findIssue(issues: GitHubIssues, title: string, clock: Clock): Promise<Issue | undefined> {
  const endMs = clock.nowMs() + SEARCH_LIMIT_MS;
  const candidates: Issue[] = [];
  for await (const page of issues.listOpenIssues()) {
    const matching = page.filter((issue) => issue.title === title && issue.body.includes(MARKER)).toSorted(byTrust);
    const ofApp = matching.find(({ author }) => author?.isBot);
    if (ofApp !== undefined) return ofApp;
    candidates.push(...matching);
    if (clock.nowMs() >= endMs) break;
  }
  const asked = new Set<string>();
  for (const issue of candidates.toSorted(byTrust)) {
    if (asked.size >= MAX_AUTHORS || clock.nowMs() >= endMs) break;
    const login = issue.author?.login ?? '';
    if (!asked.has(login) && (await isTrusted(issue.author, issues))) return issue;
    asked.add(login);
  }
  return undefined;
}

/** People of the repository or its organization first, then the oldest first. */
function byTrust(a: Issue, b: Issue): number {
  const isOutsider = ({ author }: Issue): boolean => author?.isOutsider !== false;
  return Number(isOutsider(a)) - Number(isOutsider(b)) || a.number - b.number;
}

/**
 * Whether an issue of this author can be the tracking issue. Anybody can copy its title and marker, and the author can
 * close or rewrite it: an issue of a stranger would hide what needs a person.
 * Trust an app: its requests reach only accounts where it is installed, with the permissions that it has there.
 * Source: GitHub's documentation, "Authenticating as a GitHub App installation".
 */
async function isTrusted(author: Issue['author'], issues: GitHubIssues): Promise<boolean> {
  if (author === undefined) return false;
  if (author.isBot) return true;
  return issues.canWrite(author.login).catch((error: unknown) => {
    // A failed request about a stranger's issue must not prevent the report.
    if (author.isOutsider) return false;
    throw error;
  });
}
