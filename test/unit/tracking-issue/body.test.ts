import { expect, test } from 'vitest';
import { parseCommand } from '../../../sandbox/runner.ts';
import type { ListedInvite } from '../../../src/invites/select.ts';
import { createReport, type RunReport } from '../../../src/report/report.ts';
import { closingComment, issueBody, MARKER, type RunLink } from '../../../src/tracking-issue/body.ts';
import { textOf } from '../hostile-text.ts';
import { failed, ignoredOf, PROBLEM, searchOf, succeeded } from '../report/fixture.ts';
import { EXPIRING, handled, INVITE } from './fixture.ts';

const RUN_URL = 'https://github.com/acme/invites/actions/runs/4711';
const LINK: RunLink = { runUrl: RUN_URL, endMs: Date.parse('2026-11-23T09:00:00.123Z') };

/** The address of the first link in a piece of HTML. */
const addressIn = (html: string): string => textOf(/<a href="([^"]*)">/.exec(html)?.[1] ?? '');

test('the body of the issue shows the failures with their hints, and the run', () => {
  const report = { ...createReport(handled()), title: 'Cloudflare invites: 1 failed', outcomes: [failed()] };
  const body = issueBody(report, LINK);
  const text = textOf(body);
  for (const part of [report.title, PROBLEM.title, PROBLEM.message, ...PROBLEM.details, PROBLEM.hint]) {
    expect(text).toContain(part);
  }
  expect(text).toContain('Last run: the run of 2026-11-23T09:00:00Z.');
  expect(text).toContain(
    'Cloudflare invitations need a person. A workflow keeps this issue: each of its runs updates it, and the first complete run in which nothing needs a person closes it.',
  );
  expect(body.startsWith('<!-- cloudflare-invite-action: tracking issue -->\n')).toBe(true);
  expect(addressIn(body)).toBe(RUN_URL);
});

test('the body of the issue has the time of a run without a page', () => {
  const body = issueBody(createReport(handled()), { ...LINK, runUrl: undefined });
  expect(textOf(body)).toContain('Last run: a run of 2026-11-23T09:00:00Z.');
  expect(body).not.toContain('<a');
});

test('the body of the issue shows invites that expire soon with what to do, and neither notice nor policy', () => {
  const other = { ...INVITE, id: 'b2', organization_name: 'Other' };
  const search = { ...EXPIRING, ignored: [ignoredOf(INVITE), ignoredOf(other)] };
  const report = { ...createReport(handled({ search })), policy: 'Policy: roles DNS' };
  const text = textOf(issueBody(report, LINK));
  expect(text).toContain(`Invite Acme, Inc. (${INVITE.id}) is not selected and was left alone: expires at`);
  expect(text).toContain('. What to do: if it is wanted, add it to the filters or respond to it by its id;');
  expect(report.notices).toHaveLength(1);
  expect(text).not.toContain('1 other pending invite was left alone');
  expect(text).not.toContain(report.policy);
});

test('the comment that closes the issue names the run', () => {
  const comment = closingComment(LINK);
  expect(textOf(comment)).toBe('Nothing needs a person any more: see the run of 2026-11-23T09:00:00Z.');
  expect(addressIn(comment)).toBe(RUN_URL);
});

/** A report in which every text comes from outside. */
function hostileReport(text: string, count = 1): RunReport {
  const names = { organization_name: text, organization_id: text, roles: [text, text], invited_by: text };
  const invite: ListedInvite = { id: text, status: text, expires_on: text, ...names };
  const problem = { title: text, message: text, details: [text] };
  const invites = Array.from({ length: count }, () => invite);
  const search = searchOf({
    ignored: invites.map(ignoredOf),
    expiringSoon: invites,
    skipped: [{ reason: 'unusable-id', id: text }],
  });
  const outcomes = invites.flatMap(() => [failed(text, { invite, problem }), succeeded('changed', text, invite)]);
  return { ...createReport(handled({ search })), stop: problem, outcomes };
}

const withoutCode = (html: string): string => html.replace(/<code>[^<]*<\/code>/g, '<code></code>');

test.each([
  '@octocat and @acme/owners',
  'fixes #1, GH-2, acme/invites#3',
  '[link](https://evil.example) ![](https://evil.example/x.png) https://evil.example www.evil.example',
  '</code></td></table><script>alert(1)</script><img src=x onerror=alert(1)>',
  '<!-- --> --> <![CDATA[ ]]>',
  `${MARKER}`,
  'a\n\n# Heading\n\n- [ ] task\n\n@octocat',
  '\r\n/close\r\n@dependabot merge',
  '```\n@octocat\n```',
  '`@octocat` **bold** _it_ ~~x~~ | a | b |',
  '::error::x ##[error]x',
  '&#64;octocat &commat;octocat &lt;b&gt;',
  'a\u2028@octocat\u202e\u0000',
  'a5c3785ed8d6a35868bc169f07e40e889087fd2e :tada:',
])('text from outside has no meaning in the issue: %j', (text) => {
  const body = issueBody(hostileReport(text), LINK);
  const [marker, ...blocks] = body.split('\n\n');
  expect(marker).toBe(MARKER);
  // Every block is one line of HTML, which Markdown leaves as it is up to the next blank line.
  for (const block of blocks) expect(block).toMatch(/^<(p|h3|table|ul)>[^\n\r]*<\/\1>$/);
  // Outside of code, where GitHub looks for mentions and references, nothing depends on the stranger.
  expect(withoutCode(body)).toBe(withoutCode(issueBody(hostileReport('plain'), LINK)));
  // In the source, texts hold nothing but letters, digits, white space and character references.
  const texts = blocks.join('').replace(/<[^<>]*>/g, '');
  expect(texts.replace(/&#\d+;/g, '').replace(/[\p{L}\p{N}\p{S} …’]/gu, '')).not.toMatch(/[@#`[\]<>*_~|\\/]/);
  expect(body).not.toContain('evil.example');
  for (const line of body.split('\n')) expect(parseCommand(line)).toBeUndefined();
});

test('the issue shows text from outside as it is', () => {
  expect(textOf(issueBody(hostileReport('Acme & Söhne <b>@x</b> 😀'), LINK))).toContain('Acme & Söhne <b>@x</b> 😀');
});

test('the body of the issue has at most 65,536 characters', () => {
  const body = issueBody(hostileReport('&'.repeat(5_000), 1_000), LINK);
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body.length).toBeGreaterThan(40_000);
  const text = textOf(body);
  for (const what of ['rows', 'failures', 'remarks']) expect(text).toMatch(new RegExp(`\\d+ more ${what} did not fit`));
  expect(text).toContain('Last run:');
});
