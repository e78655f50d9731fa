import { formatRef } from '../cloudflare/invite.ts';
import { isFailed, type Outcome } from '../invites/outcome.ts';
import { type ReportedOutcome, STATE_TEXTS } from '../problems/outcome-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { countOf } from '../words.ts';
import { ignoredTitle } from './log.ts';
import { type Escape, toHtml } from './text.ts';

/** The runner refuses a summary beyond 1 MiB; the rest is for lines of other steps. */
const MAX_BYTES = 1_000_000;
/** Room for the heading, the head of the table, and the sentences that count omissions. */
const FRAME_BYTES = 2_000;
/** Longest text of a cell, in characters. */
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
  readonly outcomes: readonly ReportedOutcome[];
  /** Why the step fails as a whole, whatever became of single invites. */
  readonly stop: Problem | undefined;
  readonly remarks: readonly string[];
  /** A line for each pending invite that the policy leaves alone. */
  readonly ignored: readonly string[];
}

/**
 * The result of a run as HTML, for the job summary and the tracking issue. GitHub reads both as Markdown, which leaves
 * HTML blocks without blank lines as they are, so escaping HTML is enough.
 * @param maxBytes limit of the result in UTF-8. Failures come first, then remarks, then rows, then invites left alone;
 * the rest is counted.
 */
export function buildSummary(
  { title, outcomes, stop, remarks, ignored }: SummaryContent,
  escapeText: Escape = toHtml,
  maxBytes = MAX_BYTES,
): string {
  const own = outcomes.filter(isFailed).filter(({ causedByStop }) => !causedByStop);
  const problems = [...(stop === undefined ? [] : [stop]), ...own.map(({ problem }) => problem)];
  const room = maxBytes - FRAME_BYTES;
  const failures = takeWithin(room, problems, (problem) => problemItem(problem, escapeText));
  const roomLeft = room - failures.bytes;
  const notes = takeWithin(roomLeft, remarks, (remark) => `<p><code>${escapeText(remark)}</code></p>`);
  const rows = takeWithin(roomLeft - notes.bytes, outcomes, (outcome) => outcomeRow(outcome, escapeText));
  const roomForIgnored = roomLeft - notes.bytes - rows.bytes;
  const folded = takeWithin(roomForIgnored, ignored, (line) => `<li><code>${escapeText(line)}</code></li>`);
  return [
    `<h3>${escapeText(title, MAX_CELL)}</h3>`,
    ...(outcomes.length > 0 ? [`<table>${TABLE_HEAD}${rows.html}</table>`] : []),
    ...omittedNote(rows.omitted, 'row'),
    ...(problems.length > 0 ? [`<ul>${failures.html}</ul>`] : []),
    ...omittedNote(failures.omitted, 'failure'),
    ...(notes.html === '' ? [] : [notes.html]),
    ...omittedNote(notes.omitted, 'remark'),
    ...(ignored.length === 0 ? [] : [foldedList(ignored.length, folded.html)]),
    ...omittedNote(folded.omitted, 'invite'),
  ].join('\n\n');
}

function foldedList(count: number, items: string): string {
  return `<details><summary>${ignoredTitle(count)}</summary><ul>${items}</ul></details>`;
}

const TABLE_HEAD =
  '<tr><th>Organization</th><th>Roles</th><th>Invited by</th><th>Expires</th><th>Invite</th><th>Outcome</th></tr>';

function outcomeRow(outcome: Outcome, escapeText: Escape): string {
  const { invite, id, kind } = outcome;
  const cells = [invite.organization_name, invite.roles?.join(', '), invite.invited_by, invite.expires_on];
  const data = [...cells, formatRef({ id, kind: invite.kind })]
    .map((cell) => `<td>${cell ? `<code>${escapeText(cell, MAX_CELL)}</code>` : ''}</td>`)
    .join('');
  const status = invite.status ?? (isFailed(outcome) ? STATE_TEXTS[outcome.state] : '');
  const shown = status && ` (<code>${escapeText(status, MAX_CELL)}</code>)`;
  return `<tr>${data}<td>${OUTCOME_TEXTS[kind]}${shown}</td></tr>`;
}

function problemItem({ title, message, details, hint }: Problem, escapeText: Escape): string {
  const facts = [message, ...details]
    .filter(Boolean)
    .map((line) => `<br><code>${escapeText(line)}</code>`)
    .join('');
  return `<li><strong><code>${escapeText(title)}</code></strong>${facts}${hint === undefined ? '' : `<br>${escapeText(hint)}`}</li>`;
}

/** The HTML of the first items that fit into `maxBytes`. */
function takeWithin<T>(maxBytes: number, items: readonly T[], toItem: (item: T) => string) {
  let html = '';
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const text = toItem(item);
    const size = Buffer.byteLength(text);
    if (bytes + size > maxBytes) return { html, bytes, omitted: items.length - index };
    html += text;
    bytes += size;
  }
  return { html, bytes, omitted: 0 };
}

function omittedNote(count: number, what: string): string[] {
  return count === 0 ? [] : [`<p>${countOf(count, `more ${what}`)} did not fit into this summary.</p>`];
}
