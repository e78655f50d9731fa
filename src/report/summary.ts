import { formatDuration } from '../clock.ts';
import { formatRef, type Invite, type InviteKind, type InviteResponse } from '../cloudflare/invite.ts';
import { expiresMs } from '../invites/expiry.ts';
import { isFailed, type Outcome } from '../invites/outcome.ts';
import { type ReportedOutcome, STATE_TEXTS } from '../problems/outcome-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { countOf } from '../words.ts';
import { ignoredTitle, outcomeWords } from './log.ts';
import { type Escape, toHtml } from './text.ts';

/** The runner refuses a summary beyond 1 MiB; the rest is for lines of other steps. */
const MAX_BYTES = 1_000_000;
/** Room for the heading, the head of the table, and the sentences that count omissions. */
const FRAME_BYTES = 2_000;
/** Longest text of a cell, in characters. */
const MAX_CELL = 300;

/** Longest policy, in characters. */
const MAX_POLICY = 20_000;
/** Length of a short id, its ellipsis included, in characters. */
const SHORT_ID = 9;

const OUTCOME_SIGNS: Readonly<Record<Outcome['kind'], string>> = {
  changed: '✅',
  unchanged: '✅',
  planned: '📝',
  failed: '❌',
  not_attempted: '⏸️',
};

/** What the rows need to know of a run that handled invites. */
interface RowContext {
  readonly desiredStatus: InviteResponse;
  /** Cloudflare's time at the end of the run, in milliseconds since the Unix epoch. */
  readonly endMs: number;
}

export interface SummaryContent {
  readonly title: string;
  readonly outcomes: readonly ReportedOutcome[];
  /** Needed for rows: without it, they are empty. */
  readonly rowContext?: RowContext;
  /** Why the step fails as a whole, apart from single invites. */
  readonly stop: Problem | undefined;
  readonly remarks: readonly string[];
  /** The list that was searched, if one was. */
  readonly list?: InviteKind | undefined;
  /** A line for each pending invite that the policy leaves alone. */
  readonly ignored: readonly string[];
  /** The filters as they were understood, if there are any. */
  readonly policy: string | undefined;
}

/**
 * The result of a run as HTML, for the job summary and the tracking issue. GitHub reads both as Markdown, which leaves
 * HTML blocks without blank lines as they are, so escaping HTML is enough.
 * @param maxBytes limit of the result in UTF-8. Failures come first, then remarks, then rows, then invites left alone,
 * then the policy. Of the first four, what does not fit is counted.
 */
export function buildSummary(
  { title, outcomes, rowContext, stop, remarks, list, ignored, policy }: SummaryContent,
  escapeText: Escape = toHtml,
  maxBytes = MAX_BYTES,
): string {
  const own = outcomes.filter(isFailed).filter(({ causedByStop }) => !causedByStop);
  const problems = [...(stop === undefined ? [] : [stop]), ...own.map(({ problem }) => problem)];
  const room = maxBytes - FRAME_BYTES;
  const failures = takeWithin(room, problems, (problem) => problemItem(problem, escapeText));
  const roomLeft = room - failures.bytes;
  const notes = takeWithin(roomLeft, remarks, (remark) => `<p><code>${escapeText(remark)}</code></p>`);
  const toRow = (outcome: Outcome): string => (rowContext ? outcomeRow(outcome, rowContext, escapeText) : '');
  const rows = takeWithin(roomLeft - notes.bytes, outcomes, toRow);
  const roomForIgnored = roomLeft - notes.bytes - rows.bytes;
  const folded = takeWithin(roomForIgnored, ignored, (line) => `<li><code>${escapeText(line)}</code></li>`);
  const policies = policy === undefined ? [] : [`<code>${escapeText(policy, MAX_POLICY)}</code>`];
  const foldedPolicy = takeWithin(roomForIgnored - folded.bytes, policies, (text) => foldedBlock('Policy', text));
  return [
    `<h3>${escapeText(title, MAX_CELL)}</h3>`,
    ...(outcomes.length > 0 ? [`<table>${TABLE_HEAD}${rows.html}</table>`] : []),
    ...omittedNote(rows.omitted, 'row'),
    ...(problems.length > 0 ? [`<ul>${failures.html}</ul>`] : []),
    ...omittedNote(failures.omitted, 'failure'),
    ...(notes.html === '' ? [] : [notes.html]),
    ...omittedNote(notes.omitted, 'remark'),
    ...(ignored.length === 0 ? [] : [foldedBlock(ignoredTitle(ignored.length, list), `<ul>${folded.html}</ul>`)]),
    ...omittedNote(folded.omitted, 'invite'),
    ...(foldedPolicy.html === '' ? [] : [foldedPolicy.html]),
  ].join('\n\n');
}

function foldedBlock(title: string, html: string): string {
  return `<details><summary>${title}</summary>${html}</details>`;
}

const TABLE_HEAD =
  '<tr><th>Outcome</th><th>Organization</th><th>Roles</th><th>Invited by</th><th>Expires</th><th>Invite</th></tr>';

function outcomeRow(outcome: Outcome, { desiredStatus, endMs }: RowContext, escapeText: Escape): string {
  const { invite, id, kind } = outcome;
  const toCode = (text: string, maxLength = MAX_CELL): string => `<code>${escapeText(text, maxLength)}</code>`;
  const state = isFailed(outcome) ? ` (${toCode(invite.status ?? STATE_TEXTS[outcome.state])})` : '';
  const cells = [invite.organization_name, invite.roles?.join(', '), invite.invited_by, describeExpiry(invite, endMs)];
  const data = [
    `${OUTCOME_SIGNS[kind]} ${outcomeWords(desiredStatus)[kind]}${state}`,
    ...cells.map((cell) => (cell ? toCode(cell) : '')),
    // Folded, so that people can still copy the whole id.
    foldedBlock(toCode(id, SHORT_ID), toCode(formatRef({ id, kind: invite.kind }))),
  ];
  return `<tr>${data.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

/** The time until an invite expires, at the end of the run, and the exact date. Lines break only between the two. */
function describeExpiry(invite: Invite, nowMs: number): string | undefined {
  const { expires_on: date } = invite;
  const ms = expiresMs(invite);
  if (date === undefined || Number.isNaN(ms) || !RFC_3339.test(date)) return date;
  const distance = formatDuration(Math.abs(ms - nowMs));
  const exact = new Date(ms).toISOString().replace(/T(.{5}).*/, ' $1 UTC');
  return [ms > nowMs ? `in ${distance},` : `${distance} ago,`, exact].map(withoutBreaks).join(' ');
}

/** The beginning of a date of RFC 3339. Of other texts, `Date.parse` accepts more than people would call a date. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]/;

const withoutBreaks = (text: string): string => text.replaceAll(' ', '\u00A0').replaceAll('-', '\u2011');

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
