import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Invite, InviteResponse } from '../../../src/cloudflare/invite.ts';
import type { ReportedOutcome } from '../../../src/problems/outcome-problem.ts';
import { buildSummary, type SummaryContent } from '../../../src/report/summary.ts';
import { toLine } from '../../../src/report/text.ts';
import { hostileText, textOf } from '../hostile-text.ts';
import { failed, PROBLEM, succeeded } from './fixture.ts';

const ID = '4f5f0c14a2a41d5063dd301b2f829f04';
const END_MS = Date.parse('2026-11-05T12:00:00Z');
const CONTENT: SummaryContent = {
  title: 'Cloudflare invites',
  outcomes: [],
  rowContext: { desiredStatus: 'accepted', endMs: END_MS },
  stop: undefined,
  remarks: [],
  ignored: [],
  policy: undefined,
};

function summaryOf(outcomes: readonly ReportedOutcome[], content: Partial<SummaryContent> = {}): string {
  return buildSummary({ ...CONTENT, outcomes, ...content });
}

/** The contents of all elements of a kind. */
function elements(html: string, name: string): readonly string[] {
  return [...html.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');
}

/** The cells of the table, row by row, without the head. */
function rowsOf(html: string): readonly (readonly string[])[] {
  return elements(html, 'tr')
    .slice(1)
    .map((row) => elements(row, 'td').map(textOf));
}

test('the summary has a row for each invite', () => {
  const invite = {
    status: 'accepted',
    organization_name: 'Acme, Inc.',
    roles: ['Administrator', 'DNS'],
    invited_by: 'boss@example.com',
    expires_on: '2026-11-08T13:14:15Z',
  };
  const html = summaryOf([succeeded('changed', ID, invite), succeeded('planned', 'b2', { status: 'pending' })]);
  expect(elements(html, 'th')).toEqual(['Outcome', 'Organization', 'Roles', 'Invited by', 'Expires', 'Invite']);
  const expires = 'in\u00A03\u00A0days, 2026\u201111\u201108\u00A013:14\u00A0UTC';
  expect(rowsOf(html)).toEqual([
    ['✅ accepted', 'Acme, Inc.', 'Administrator, DNS', 'boss@example.com', expires, `4f5f0c14…${ID}`],
    ['📝 would be accepted', '', '', '', '', 'b2b2'],
  ]);
});

test('a row shows the beginning of the id, and the whole id unfolded', () => {
  const id =
    '<details><summary><code>4f5f0c14…</code></summary><code>4f5f0c14a2a41d5063dd301b2f829f04</code></details>';
  expect(summaryOf([succeeded('changed', ID)])).toContain(`<td>${id}</td></tr>`);
});

test.each([
  ['a later date', '2026-11-05T14:00:00+00:00', 'in 2 hours, 2026‑11‑05 14:00 UTC'],
  ['an earlier date', '2026-11-02T11:00:00Z', '3 days ago, 2026‑11‑02 11:00 UTC'],
  ['the end of the run', '2026-11-05T12:00:00Z', '0 minutes ago, 2026‑11‑05 12:00 UTC'],
  ['a date in another zone', '2026-11-06T00:30:00+02:00', 'in 10 hours, 2026‑11‑05 22:30 UTC'],
  ['a date without a zone', '2026-11-08T12:00:00', 'in 3 days, 2026‑11‑08 12:00 UTC'],
  ['a date that is none', '2026-11-31T99:00:00Z', '2026-11-31T99:00:00Z'],
  ['text that JavaScript takes for a date', 'Acme 1', 'Acme 1'],
])('the row of an invite with %s as its expiry shows %j as %j', (_title, expires_on, text) => {
  const [row] = rowsOf(summaryOf([succeeded('changed', 'a', { expires_on })]));
  expect(row?.[4]?.replaceAll('\u00A0', ' ')).toBe(text);
});

test.each<[ReportedOutcome, InviteResponse, string]>([
  [succeeded('changed', 'a', { status: 'rejected' }), 'rejected', '✅ rejected'],
  [succeeded('unchanged', 'a', { status: 'accepted' }), 'accepted', '✅ already accepted'],
  [succeeded('planned'), 'accepted', '📝 would be accepted'],
  [failed(), 'accepted', '❌ failed (pending)'],
  [failed('a', { kind: 'not_attempted' }), 'accepted', '⏸️ not attempted (pending)'],
  [failed('a', { invite: {}, state: 'unknown' }), 'accepted', '❌ failed (State unknown)'],
  [failed('a', { invite: {}, state: 'unread' }), 'accepted', '❌ failed (Not changed by this step)'],
])('the row of an invite that is $kind begins with its outcome', (outcome, desiredStatus, text) => {
  const html = summaryOf([outcome], { rowContext: { desiredStatus, endMs: END_MS } });
  expect(rowsOf(html)[0]?.[0]).toBe(text);
});

test('the summary of a step without invites is its title', () => {
  expect(summaryOf([])).toBe('<h3>Cloudflare invites</h3>');
});

test('a cell is truncated to 300 characters', () => {
  const [row] = rowsOf(summaryOf([succeeded('changed', 'a', { organization_name: 'x'.repeat(5_000) })]));
  expect(row?.[1]).toBe(`${'x'.repeat(299)}…`);
});

const FAILURE_LINES = ['Acme was not accepted', 'PATCH failed.', 'Cloudflare: code 1002.', 'cf-ray: 1.'];

test.each([
  ['with', PROBLEM, [...FAILURE_LINES, 'Ask for a new one.']],
  ['without', (({ hint: _, ...problem }) => problem)(PROBLEM), FAILURE_LINES],
])('a failure %s a hint is listed with its details', (_title, problem, lines) => {
  const items = elements(summaryOf([failed('a', { problem })]), 'li');
  expect(items.map((item) => item.split('<br>').map(textOf))).toEqual([lines]);
});

test('the summary lists no failure where all went well', () => {
  expect(summaryOf([succeeded('changed'), succeeded('unchanged'), succeeded('planned')])).not.toContain('<li>');
});

test('the summary lists a stop once and first, for all invites that it affects', () => {
  const stop = { ...PROBLEM, title: 'Cloudflare refused the credentials' };
  const shared = { problem: stop, causedByStop: true };
  const own = failed('a', { problem: { ...PROBLEM, title: 'own' } });
  const outcomes = [own, failed('b', shared), failed('c', { ...shared, kind: 'not_attempted' })];
  expect(elements(summaryOf(outcomes, { stop }), 'strong').map(textOf)).toEqual([stop.title, 'own']);
});

test('a stop is listed where no invite was handled', () => {
  expect(elements(summaryOf([], { stop: PROBLEM }), 'li')).toHaveLength(1);
});

test('the summary has a paragraph for each remark', () => {
  const paragraphs = elements(summaryOf([], { remarks: ['One <b>.', 'Two.'] }), 'p');
  expect(paragraphs.map(textOf)).toEqual(['One <b>.', 'Two.']);
});

test('text from outside becomes no markup and ends no block of the summary', () => {
  const text = fc.oneof(
    hostileText,
    fc.constantFrom(
      '</code><script>alert(1)</script>',
      '<!-- ',
      '\n\n# Heading',
      '\n\n<img src=x onerror=alert(1)>',
      '"onclick="x',
      '```\n\n![x](https://evil.example)',
      '&lt;b&gt;',
    ),
  );
  const texts = fc.array(text, { maxLength: 3 });
  const fieldsOf = { status: text, organization_name: text, roles: texts, invited_by: text, expires_on: text };
  const problemOf = { title: text, message: text, details: texts, hint: text };
  fc.assert(
    fc.property(text, fc.record(fieldsOf), fc.record(problemOf), text, text, (title, fields, problem, id, remark) => {
      const outcomes = [succeeded('changed', id, fields), failed(id, { invite: fields, problem })];
      const html = summaryOf(outcomes, { title, stop: problem, remarks: [remark], ignored: [remark], policy: remark });
      const withoutOwnTags = html.replace(/<\/?(?:h3|table|tr|th|td|code|ul|li|strong|p|details|summary)>|<br>/g, '');
      expect(withoutOwnTags).not.toMatch(/[<>"']/);
      // A blank line would let Markdown begin, so each block is one line: title, table, list, remark, and two folded.
      const blocks = html.split('\n\n');
      expect(blocks.map((block) => /^<(\w+)>[^\n]*<\/\1>$/.exec(block)?.[1])).toEqual([
        'h3',
        'table',
        'ul',
        'p',
        'details',
        'details',
      ]);
      const cells = [fields.organization_name, fields.roles.join(', '), fields.invited_by, fields.expires_on];
      expect(rowsOf(html)[0]?.slice(1)).toEqual([
        ...cells.map((cell) => toLine(cell, 300)),
        toLine(id, 9) + toLine(id),
      ]);
    }),
    { numRuns: 300 },
  );
});

test('text from outside stands in code, where GitHub makes no mentions and no links', () => {
  const mention = '@octocat';
  const names = { organization_name: mention, roles: [mention], invited_by: mention };
  const fields = { ...names, expires_on: mention, status: mention };
  const problem = { title: mention, message: mention, details: [mention] };
  const html = summaryOf([failed('a', { problem }), succeeded('changed', mention, fields)], {
    remarks: [mention],
    policy: mention,
  });
  expect(html.split(mention)).toHaveLength(12);
  expect(html.replace(/<code>[^<]*<\/code>/g, '')).not.toContain(mention);
});

const MAX_BYTES = 1_048_576;
const WIDE = '😀'.repeat(100);
const WIDE_INVITE: Invite = { organization_name: WIDE, roles: [WIDE], invited_by: WIDE, status: 'pending' };

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const wideRows = (count: number) => Array.from({ length: count }, () => succeeded('changed', 'a', WIDE_INVITE));

/** How many items of a kind the summary says that it omitted. */
function omitted(html: string, what: string): number {
  return Number(new RegExp(`<p>(\\d+) more ${what}s? did not fit`).exec(html)?.[1] ?? 0);
}

test('rows that do not fit into the summary are counted', () => {
  const html = summaryOf(wideRows(2_000));
  expect(byteLength(html)).toBeLessThanOrEqual(MAX_BYTES);
  expect(byteLength(html)).toBeGreaterThan(900_000);
  expect(omitted(html, 'row')).toBeGreaterThan(0);
  expect(rowsOf(html).length + omitted(html, 'row')).toBe(2_000);
});

test('one omitted row is counted in the singular, and none is not mentioned', () => {
  const fitting = rowsOf(summaryOf(wideRows(2_000))).length;
  expect(summaryOf(wideRows(fitting + 1))).toContain('<p>1 more row did not fit into this summary.</p>');
  expect(summaryOf(wideRows(fitting))).not.toContain('did not fit');
});

test('failures come before remarks, and remarks before rows, when the summary is full', () => {
  const problem = { ...PROBLEM, message: '<'.repeat(900) };
  const outcomes = Array.from({ length: 20 }, () => failed('a', { problem }));
  const remarks = Array.from({ length: 20 }, () => 'r'.repeat(900));
  /** How many failures, remarks and rows fit. */
  const shownWithin = (maxBytes: number): readonly number[] => {
    const html = buildSummary({ ...CONTENT, outcomes, remarks }, undefined, maxBytes);
    expect(byteLength(html)).toBeLessThanOrEqual(maxBytes);
    const shown = [elements(html, 'li').length, html.split('<p><code>').length - 1, rowsOf(html).length];
    expect(['failure', 'remark', 'row'].map((what) => omitted(html, what))).toEqual(shown.map((count) => 20 - count));
    return shown;
  };
  const sizes = Array.from({ length: 120 }, (_, index) => shownWithin(2_000 + 1_000 * index));
  expect(sizes[0]).toEqual([0, 0, 0]);
  expect(sizes.at(-1)).toEqual([20, 20, 20]);
  for (const [failures = 0, notes = 0, rows = 0] of sizes) {
    // Room that no failure fits into may still hold a remark, and room that no remark fits into a few rows.
    if (failures < 20) expect(notes).toBeLessThanOrEqual(4);
    if (notes < 20) expect(rows).toBeLessThanOrEqual(10);
  }
});

test('the summary never exceeds its limit', () => {
  const outcomes = [
    ...Array.from({ length: 30 }, () => succeeded('changed')),
    ...Array.from({ length: 10 }, () => failed()),
  ];
  const content = {
    title: 't'.repeat(900),
    remarks: Array.from({ length: 20 }, () => 'r'),
    ignored: Array.from({ length: 20 }, () => 'i'),
    policy: '<'.repeat(900),
  };
  for (let maxBytes = 2_000; maxBytes < 6_000; maxBytes += 7) {
    const html = buildSummary({ ...CONTENT, outcomes, ...content }, undefined, maxBytes);
    expect(byteLength(html)).toBeLessThanOrEqual(maxBytes);
  }
});

test('the summary folds invites that are left alone, below the rest', () => {
  const html = summaryOf([], { ignored: ['Globex (x): roles does not match ("Billing").', '<b>'] });
  expect(html).toContain('<details><summary>2 pending invites left alone</summary><ul><li><code>Globex (x)');
  expect(html).toContain('<li><code>&lt;b&gt;</code></li></ul></details>');
});

test('the summary folds the policy, at its end', () => {
  const html = summaryOf([], { ignored: ['Globex'], policy: 'Policy: roles <DNS>' });
  const policy = '<details><summary>Policy</summary><code>Policy: roles &lt;DNS&gt;</code></details>';
  expect(html.split('\n\n').at(-1)).toBe(policy);
});

test('the summary of a failure without a message has no empty line', () => {
  const html = summaryOf([], { stop: { title: 'Stopped', message: '', details: ['cf-ray: 1.'] } });
  expect(html).toContain('<li><strong><code>Stopped</code></strong><br><code>cf-ray: 1.</code></li>');
});

test('invites left alone that do not fit are counted', () => {
  const line = 'x'.repeat(1_000);
  const html = summaryOf([], { ignored: Array(1_100).fill(line) });
  expect(html).toMatch(/<p>\d+ more invites did not fit into this summary\.<\/p>/);
});
