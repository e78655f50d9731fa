import { isFailed, type Outcome, type Problem } from '../invites/outcome.ts';
import type { SafeText } from './text.ts';

/** The runner refuses a summary beyond 1 MiB; the rest is left for other steps' lines and what is counted differently. */
const MAX_BYTES = 1_000_000;

/** For what surrounds the rows, failures and remarks: the head of the table and the sentences that count the rest. */
const FRAME_BYTES = 1_000;

const MAX_CELL = 300;

const OUTCOME_TEXTS: Readonly<Record<Outcome['kind'], string>> = {
  changed: '✅ changed',
  unchanged: '✅ unchanged',
  planned: '📝 planned',
  failed: '❌ failed',
  not_attempted: '⏸️ not attempted',
};

export interface SummaryContent {
  readonly title: string;
  readonly outcomes: readonly Outcome[];
  /** What stopped the whole step. */
  readonly stop: Problem | undefined;
  /** Further remarks, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What became of a run as HTML, for the job summary and the tracking issue: GitHub reads both as Markdown, in which
 * HTML blocks without blank lines are left alone, so that escaping HTML is all that foreign text needs.
 *
 * @param maxBytes what the result has in UTF-8 at the most; what does not fit is counted instead
 */
export function buildSummary(
  { title, outcomes, stop, remarks }: SummaryContent,
  safe: SafeText,
  maxBytes = MAX_BYTES,
): string {
  const failed = outcomes.filter(isFailed);
  const problems = [
    ...(stop === undefined ? [] : [stop]),
    ...failed.filter((outcome) => !outcome.causedByStop).map(({ problem }) => problem),
  ];
  const heading = `<h3>${safe.html(title)}</h3>`;
  const room = maxBytes - byteLength(heading) - FRAME_BYTES;
  const notes = takeWithin(
    remarks.map((remark) => `<p><code>${safe.html(remark)}</code></p>`),
    room / 4,
  );
  const failures = takeWithin(
    problems.map((problem) => problemItem(problem, safe)),
    // Failures matter more than rows, so they are laid out first; half of the room is theirs at the most.
    (room - byteLength(notes.html)) / 2,
  );
  const rows = takeWithin(
    outcomes.map((outcome) => outcomeRow(outcome, safe)),
    room - byteLength(notes.html) - byteLength(failures.html),
  );
  return [
    heading,
    ...(outcomes.length > 0 ? [`<table>${TABLE_HEAD}${rows.html}</table>`] : []),
    ...missing(rows.omitted, 'row'),
    ...(problems.length > 0 ? [`<ul>${failures.html}</ul>`] : []),
    ...missing(failures.omitted, 'failure'),
    ...(notes.html === '' ? [] : [notes.html]),
    ...missing(notes.omitted, 'remark'),
  ].join('\n\n');
}

const TABLE_HEAD =
  '<tr><th>Organization</th><th>Roles</th><th>Invited by</th><th>Expires</th><th>Invite</th><th>Outcome</th></tr>';

function outcomeRow({ invite, id, kind }: Outcome, safe: SafeText): string {
  const cells = [invite.organization_name, invite.roles?.join(', '), invite.invited_by, invite.expires_on, id];
  const data = cells.map((cell) => `<td>${cell ? `<code>${safe.html(cell, MAX_CELL)}</code>` : ''}</td>`).join('');
  const status = invite.status === undefined ? 'state unknown' : invite.status;
  return `<tr>${data}<td>${OUTCOME_TEXTS[kind]} (<code>${safe.html(status, MAX_CELL)}</code>)</td></tr>`;
}

/** A problem as a list item. */
export function problemItem({ title, message, details, hint }: Problem, safe: SafeText): string {
  const facts = [message, ...details].map((line) => `<br><code>${safe.html(line)}</code>`).join('');
  return `<li><strong><code>${safe.html(title)}</code></strong>${facts}${hint === undefined ? '' : `<br>${safe.html(hint)}`}</li>`;
}

function takeWithin(items: readonly string[], maxBytes: number): { html: string; omitted: number } {
  const kept: string[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += byteLength(item);
    if (bytes > maxBytes) break;
    kept.push(item);
  }
  return { html: kept.join(''), omitted: items.length - kept.length };
}

function missing(count: number, what: string): string[] {
  return count === 0 ? [] : [`<p>${count} more ${what}${count === 1 ? '' : 's'} did not fit into this summary.</p>`];
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
