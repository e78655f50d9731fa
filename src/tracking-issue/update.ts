import { type Clock, formatSeconds } from '../clock.ts';
import type { InviteSearch } from '../invites/find.ts';
import { isFailed } from '../invites/outcome.ts';
import type { ListAnnotations } from '../report/list-annotations.ts';
import { buildSummary, type SummaryContent } from '../report/summary.ts';
import type { SafeText } from '../report/text.ts';
import type { Workflow } from '../report/workflow.ts';

/** The account that wrote an issue. */
export interface Author {
  readonly login: string;
  /** Whether it is a GitHub App rather than a person. */
  readonly isBot: boolean;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  /** As it was written; empty if there is none. */
  readonly body: string;
  /** Undefined for an account that is gone. */
  readonly author: Author | undefined;
  /** Where people read it. */
  readonly url: string;
}

/** The issues of one repository, wherever they are kept. Every method throws `TrackerError` for what failed. */
export interface IssueTracker {
  /** Open issues, the most recently updated first and only so many of them; no pull requests. */
  listOpenIssues(): AsyncIterable<Issue>;
  /** Whether a person may write to the repository; false for one that does not exist. */
  canWrite(login: string): Promise<boolean>;
  create(issue: { readonly title: string; readonly body: string }): Promise<Issue>;
  update(number: number, changes: { readonly body: string }): Promise<void>;
  comment(number: number, body: string): Promise<void>;
  close(number: number): Promise<void>;
}

/** Why the tracking issue could not be brought up to date. */
export class TrackerError extends Error {
  override readonly name: string = 'TrackerError';
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint = 'The next run of the workflow tries again.') {
    super(message);
    this.hint = hint;
  }
}

/** What a run came to. */
export interface Run extends Omit<SummaryContent, 'remarks'> {
  /** What was said of invites that the step did not handle. */
  readonly remarks: ListAnnotations;
  /** Whether `stop` only says that no invite matches. */
  readonly isNoMatch?: boolean;
  /** What the whole list of invites held; undefined if it was not read. */
  readonly found: InviteSearch | undefined;
  readonly dryRun: boolean;
  readonly isCancelled: boolean;
}

/** What becomes of the tracking issue: there shall be one, there shall be none, or it stays as it is. */
export type Decision = 'open' | 'close' | 'leave';

/**
 * Whether something needs a person. Only a run that looked at every invite and could answer them can tell that
 * nothing does; and who cancels a job knows that it is not done.
 */
export function decide({
  outcomes,
  stop,
  isNoMatch = false,
  found,
  dryRun,
  isCancelled,
}: Omit<Run, 'title' | 'remarks'>): Decision {
  if (isCancelled) return 'leave';
  const isStopped = stop !== undefined && !isNoMatch;
  const isExpiringSoon = found !== undefined && found.expiringSoon.length > 0;
  if (isStopped || isExpiringSoon || outcomes.some(isFailed)) return 'open';
  return found !== undefined && !dryRun && !isNoMatch ? 'close' : 'leave';
}

export interface TrackingTask {
  /** What the issue is called. */
  readonly title: string;
  readonly run: Run;
  /** Where the run can be looked at. */
  readonly runUrl: string | undefined;
  /** Reaches the repository's issues; whatever is sent there ends with `signal`. */
  readonly connect: (signal: AbortSignal) => Promise<IssueTracker>;
  readonly clock: Clock;
  /** Aborts when the job is cancelled. */
  readonly cancelled: AbortSignal;
  readonly safe: SafeText;
  readonly workflow: Pick<Workflow, 'info' | 'annotate'>;
}

/** Time for everything that is sent about the tracking issue, in milliseconds. */
const TIME_LIMIT_MS = 30_000;

/**
 * Makes the tracking issue say what the run came to, or closes it. Never throws: the invites are answered whatever
 * becomes of the report, so a failure ends in a warning.
 */
export async function updateTrackingIssue(task: TrackingTask): Promise<void> {
  const decision = decide(task.run);
  if (decision === 'leave') return;
  const { connect, workflow } = task;
  try {
    const done = await withinTimeLimit(task, async (signal) => {
      const tracker = await connect(signal);
      return decision === 'open' ? openIssue(tracker, task) : closeIssue(tracker, task);
    });
    if (done !== undefined) workflow.info(done);
  } catch (error) {
    const isKnown = error instanceof TrackerError;
    const lines = [
      isKnown ? error.message : `This action has a defect: ${error}.`,
      'What became of the invites stands.',
      `What to do: ${isKnown ? error.hint : 'Report what it says.'}`,
    ];
    workflow.annotate('warning', { title: 'The tracking issue could not be updated', lines });
  }
}

/** @returns a line for the log */
async function openIssue(tracker: IssueTracker, task: TrackingTask): Promise<string> {
  const body = issueBody(task);
  const title = issueTitle(task);
  const known = await findIssue(tracker, title);
  if (known !== undefined) {
    await tracker.update(known.number, { body });
    return `Tracking issue #${known.number} is up to date: ${known.url}`;
  }
  const { number, url, author } = await tracker.create({ title, body });
  if (!(await isTrusted(author, tracker))) {
    throw new TrackerError(
      `Issue #${number} was opened, but its author${author === undefined ? '' : `, ${author.login},`} has no write access to the repository. No run will take the issue for its own, so the next one would open another.`,
      'Leave github-token out, or give it a token of somebody with write access.',
    );
  }
  return `Tracking issue #${number} opened: ${url}`;
}

/** @returns a line for the log, if there was something to close */
async function closeIssue(tracker: IssueTracker, task: TrackingTask): Promise<string | undefined> {
  const known = await findIssue(tracker, issueTitle(task));
  if (known === undefined) return undefined;
  // In this order: a comment that fails is missing once, an issue that cannot be closed would get one with each run.
  await tracker.close(known.number);
  await tracker.comment(known.number, closingComment(task));
  return `Tracking issue #${known.number} closed: ${known.url}`;
}

/** Tells the action's issue from others of the same title; people do not see it. */
const MARKER = '<!-- cloudflare-invite-action: tracking issue -->';

/** The open tracking issue; of several, which runs at the same time can leave behind, the oldest. */
async function findIssue(tracker: IssueTracker, title: string): Promise<Issue | undefined> {
  const alike: Issue[] = [];
  for await (const issue of tracker.listOpenIssues()) {
    if (issue.title === title && issue.body.includes(MARKER)) alike.push(issue);
  }
  const trusted = new Map<string, boolean>();
  for (const issue of alike.toSorted((a, b) => a.number - b.number)) {
    const login = issue.author?.login ?? '';
    const isKnown = trusted.get(login) ?? (await isTrusted(issue.author, tracker));
    trusted.set(login, isKnown);
    if (isKnown) return issue;
  }
  return undefined;
}

/**
 * Whether an issue of this author may be taken for the tracking issue. Anybody can copy its title and marker, and
 * whoever opened an issue can close it or rewrite it: a stranger's would hide what needs a person.
 *
 * An app is trusted as it is: its requests reach only accounts where it is installed, with the permissions given to
 * it there. Source: GitHub's documentation, "Authenticating as a GitHub App installation".
 */
async function isTrusted(author: Author | undefined, tracker: IssueTracker): Promise<boolean> {
  return author !== undefined && (author.isBot || (await tracker.canWrite(author.login)));
}

function issueTitle({ title, safe }: TrackingTask): string {
  return safe.redact(title).trim();
}

/** GitHub takes so many characters; bytes are counted here, which are never fewer. */
const MAX_BODY = 65_536;

/** For the lines above and below the summary. */
const FRAME_BYTES = 4_000;

const INTRODUCTION =
  '<p>Something about invitations to Cloudflare needs a person. This issue belongs to a workflow: each of its runs ' +
  'brings it up to date, and the first complete one in which nothing needs a person closes it.</p>';

function issueBody(task: TrackingTask): string {
  const safe = escapeForIssue(task.safe);
  const { run } = task;
  // A notice asks for nobody.
  const remarks = run.remarks.warnings.map(({ lines }) => lines.join(' '));
  const summary = buildSummary({ ...run, remarks }, safe, MAX_BODY - FRAME_BYTES);
  return [MARKER, INTRODUCTION, summary, `<p>Last run: ${runLink(task, safe)}.</p>`].join('\n\n');
}

function closingComment(task: TrackingTask): string {
  return `<p>Nothing needs a person any more, says ${runLink(task, escapeForIssue(task.safe))}.</p>`;
}

function runLink({ runUrl, clock }: TrackingTask, safe: SafeText): string {
  const time = new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  const run = runUrl === undefined ? 'a run' : `<a href="${safe.html(runUrl)}">the run</a>`;
  return `${run} of <code>${time}</code>`;
}

/** The longest text in an issue, in characters: no hint is longer, and a body has room for a hundred such failures. */
const MAX_TEXT = 500;

/**
 * Text for an issue, which is more than a page: it notifies who is mentioned, links what looks like a reference, and
 * apps take its source for commands. GitHub leaves text in `<code>` alone, where the summary puts what is foreign;
 * and with its punctuation as character references no text means anything in the source either.
 */
function escapeForIssue({ redact, line }: SafeText): SafeText {
  const html = (text: string, maxLength = MAX_TEXT): string =>
    line(text, maxLength).replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
  return { redact, line, html };
}

async function withinTimeLimit<T>(
  { clock, cancelled }: TrackingTask,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const finished = new AbortController();
  clock.sleep(TIME_LIMIT_MS, finished.signal).then(
    () => late.abort(new TrackerError(`GitHub did not take the report within ${formatSeconds(TIME_LIMIT_MS)}.`)),
    () => undefined,
  );
  const signal = AbortSignal.any([late.signal, cancelled]);
  // Not left to the work, which may wait for what heeds no signal, such as the code that it loads.
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason));
  try {
    return await Promise.race([work(signal), aborted]);
  } catch (error) {
    throw cancelled.aborted ? new TrackerError('The job was cancelled before the report was finished.') : error;
  } finally {
    finished.abort();
  }
}
