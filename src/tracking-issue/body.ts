import type { RunReport } from '../report/report.ts';
import { buildSummary } from '../report/summary.ts';
import { toLine } from '../report/text.ts';

/** Marks the action's issue among others of the same title. People do not see it. */
export const MARKER = '<!-- cloudflare-invite-action: tracking issue -->';
/** Longest body of an issue, in characters. Bytes are counted here, which are never fewer. Source: GitHub's refusal. */
const MAX_BODY = 65_536;
/** Room for the lines above and below the summary. */
const FRAME_BYTES = 4_000;
/** Longest text in an issue, in characters. Leaves room for about a hundred failures in a body. */
const MAX_TEXT = 500;

const INTRODUCTION =
  '<p>Cloudflare invitations need a person. A workflow keeps this issue: each of its runs updates it, and the first ' +
  'complete run in which nothing needs a person closes it.</p>';

/** A run, as an issue names it. */
export interface RunLink {
  /** The page of the run; undefined outside of GitHub. */
  readonly runUrl: string | undefined;
  /** When it ended, in milliseconds since the Unix epoch. */
  readonly endMs: number;
}

/** The body of the open issue. */
export function issueBody(report: RunReport, link: RunLink): string {
  const remarks = report.warnings.map(({ lines }) => lines.join(' '));
  const content = { ...report, remarks, ignored: [], policy: undefined };
  const summary = buildSummary(content, escapeForIssue, MAX_BODY - FRAME_BYTES);
  return [MARKER, INTRODUCTION, summary, `<p>Last run: ${linkTo(link)}.</p>`].join('\n\n');
}

/** The comment that says why the issue is closed. */
export function closingComment(link: RunLink): string {
  return `<p>Nothing needs a person any more: see ${linkTo(link)}.</p>`;
}

function linkTo({ runUrl, endMs }: RunLink): string {
  const time = new Date(endMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const run = runUrl === undefined ? 'a run' : `<a href="${escapeForIssue(runUrl)}">the run</a>`;
  return `${run} of <code>${time}</code>`;
}

/**
 * Escapes text for an issue. GitHub notifies people whom an issue mentions and links what looks like a reference, but
 * not in `<code>`, where the summary puts text from outside. Apps look for commands in the source: they do not read
 * character references as punctuation.
 */
function escapeForIssue(text: string, maxLength = MAX_TEXT): string {
  return toLine(text, maxLength).replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
