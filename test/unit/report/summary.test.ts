import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, Problem } from '../../../src/invites/outcome.ts';
import { buildSummary, problemItem, type SummaryContent } from '../../../src/report/summary.ts';
import { createSafeText } from '../../../src/report/text.ts';

const TOKEN = 'fake-token-0123456789';
const SAFE = createSafeText([TOKEN]);

const PROBLEM: Problem = {
  title: 'Acme was not accepted',
  message: 'PATCH failed.',
  details: ['Cloudflare: code 1002.', 'cf-ray: 1.'],
  hint: 'Ask for a new one.',
};

function done(kind: 'changed' | 'unchanged' | 'planned', invite: Outcome['invite'] = {}, id = 'a1'): Outcome {
  return { kind, id, invite };
}

function failed(
  kind: 'failed' | 'not_attempted',
  changes: { problem?: Problem; causedByStop?: boolean } = {},
): Outcome {
  return { kind, id: 'f1', invite: { status: 'pending' }, problem: PROBLEM, causedByStop: false, ...changes };
}

function summaryOf(outcomes: readonly Outcome[], content: Partial<SummaryContent> = {}): string {
  return buildSummary({ title: 'Cloudflare invites', outcomes, stop: undefined, remarks: [], ...content }, SAFE);
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** What a browser shows of a piece of HTML. */
function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => HTML_ENTITIES[entity] ?? '');
}

/** The texts of all elements of a kind. */
function elements(html: string, name: string): readonly string[] {
  return [...html.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');
}

/** The cells of the table, row by row, without the head. */
function rowsOf(html: string): readonly (readonly string[])[] {
  return elements(html, 'tr')
    .slice(1)
    .map((row) => elements(row, 'td').map(textOf));
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

describe('the table', () => {
  test('has a row for each invite, under names for its columns', () => {
    const invite = {
      status: 'accepted',
      organization_name: 'Acme, Inc.',
      roles: ['Administrator', 'DNS'],
      invited_by: 'boss@example.com',
      expires_on: '2026-11-08T00:00:00Z',
    };
    const html = summaryOf([done('changed', invite, 'a1'), done('planned', { status: 'pending' }, 'b2')]);
    expect(elements(html, 'th')).toEqual(['Organization', 'Roles', 'Invited by', 'Expires', 'Invite', 'Outcome']);
    expect(rowsOf(html)).toEqual([
      ['Acme, Inc.', 'Administrator, DNS', 'boss@example.com', '2026-11-08T00:00:00Z', 'a1', '✅ changed (accepted)'],
      ['', '', '', '', 'b2', '📝 planned (pending)'],
    ]);
  });

  test.each<[Outcome, string]>([
    [done('changed', { status: 'rejected' }), '✅ changed (rejected)'],
    [done('unchanged', { status: 'accepted' }), '✅ unchanged (accepted)'],
    [failed('failed'), '❌ failed (pending)'],
    [failed('not_attempted'), '⏸️ not attempted (pending)'],
    [done('planned'), '📝 planned (state unknown)'],
  ])('tells $kind in words and with the status', (outcome, text) => {
    expect(rowsOf(summaryOf([outcome]))[0]?.at(-1)).toBe(text);
  });

  test('is left out where no invite was handled', () => {
    expect(summaryOf([])).toBe('<h3>Cloudflare invites</h3>');
  });

  test('cuts a long text of a cell', () => {
    const [row] = rowsOf(summaryOf([done('changed', { organization_name: 'x'.repeat(5_000) })]));
    expect(row?.[0]).toBe(`${'x'.repeat(299)}…`);
  });
});

describe('the failures', () => {
  test('are listed with what is known of them and with the hint', () => {
    const items = elements(summaryOf([failed('failed')]), 'li');
    expect(items.map((item) => item.split('<br>').map(textOf))).toEqual([
      ['Acme was not accepted', 'PATCH failed.', 'Cloudflare: code 1002.', 'cf-ray: 1.', 'Ask for a new one.'],
    ]);
  });

  test('have no hint where there is none', () => {
    const { hint: _, ...problem } = PROBLEM;
    expect(problemItem(problem, SAFE).split('<br>')).toHaveLength(4);
  });

  test('are left out where all went well', () => {
    expect(summaryOf([done('changed'), done('unchanged'), done('planned')])).not.toContain('<li>');
  });

  test('start with what stopped the step, which is told once for all the invites it concerns', () => {
    const stop = { ...PROBLEM, title: 'Cloudflare refused the credentials' };
    const shared = { problem: stop, causedByStop: true };
    const own = { problem: { ...PROBLEM, title: 'own' } };
    const outcomes = [failed('failed', own), failed('failed', shared), failed('not_attempted', shared)];
    const titles = elements(summaryOf(outcomes, { stop }), 'strong').map(textOf);
    expect(titles).toEqual(['Cloudflare refused the credentials', 'own']);
  });

  test('are told where no invite was handled', () => {
    expect(elements(summaryOf([], { stop: PROBLEM }), 'li')).toHaveLength(1);
  });
});

test('each remark is a paragraph', () => {
  const paragraphs = elements(summaryOf([], { remarks: ['One <b>.', 'Two.'] }), 'p');
  expect(paragraphs.map(textOf)).toEqual(['One <b>.', 'Two.']);
});

describe('foreign text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '</code><script>alert(1)</script>',
      '<!-- ',
      '\n\n# Heading',
      '\n\n<img src=x onerror=alert(1)>',
      '"onclick="x',
      '```\n\n![x](https://evil.example)',
      '&lt;b&gt;',
      `key ${TOKEN}`,
    ),
  );
  const invite = fc.record({
    status: text,
    organization_name: text,
    roles: fc.array(text, { maxLength: 3 }),
    invited_by: text,
    expires_on: text,
  });
  const problem = fc.record({ title: text, message: text, details: fc.array(text, { maxLength: 3 }), hint: text });

  test('becomes no markup, ends no block and shows no credential', () => {
    fc.assert(
      fc.property(text, invite, problem, text, text, (title, fields, trouble, id, remark) => {
        const outcomes: Outcome[] = [
          { kind: 'changed', id, invite: fields },
          { kind: 'failed', id, invite: fields, problem: trouble, causedByStop: false },
        ];
        const html = summaryOf(outcomes, { title, stop: trouble, remarks: [remark] });
        const withoutOwnTags = html.replace(/<\/?(?:h3|table|tr|th|td|code|ul|li|strong|p)>|<br>/g, '');
        expect(withoutOwnTags).not.toMatch(/[<>"']/);
        expect(html).not.toContain(TOKEN);
        // Markdown comes back to life behind a blank line, so each block is one line: title, table, list and remark.
        const blocks = html.split('\n\n');
        expect(blocks.map((block) => /^<(\w+)>[^\n]*<\/\1>$/.exec(block)?.[1])).toEqual(['h3', 'table', 'ul', 'p']);
        const cells = [fields.organization_name, fields.roles.join(', '), fields.invited_by, fields.expires_on, id];
        expect(rowsOf(html)[0]?.slice(0, 5)).toEqual(cells.map((cell) => SAFE.line(cell, 300)));
      }),
      { numRuns: 300 },
    );
  });

  test('is shown as code, in which GitHub makes no mentions and no links', () => {
    const mention = '@octocat';
    const names = { organization_name: mention, roles: [mention], invited_by: mention };
    const fields = { ...names, expires_on: mention, status: mention };
    const trouble = { title: mention, message: mention, details: [mention] };
    const html = summaryOf([failed('failed', { problem: trouble }), done('changed', fields, mention)], {
      remarks: [mention],
    });
    expect(html.split(mention)).toHaveLength(11);
    expect(html.replace(/<code>[^<]*<\/code>/g, '')).not.toContain(mention);
  });
});

describe('the size of the summary', () => {
  const MAX_BYTES = 1_048_576;
  const wide = '😀'.repeat(100);
  const wideInvite = { organization_name: wide, roles: [wide], invited_by: wide, status: 'pending' };
  const wideProblem = { ...PROBLEM, message: '<'.repeat(900), details: ['"'.repeat(900)] };

  function omitted(html: string, what: string): number {
    return Number(new RegExp(`<p>(\\d+) more ${what}s? did not fit`).exec(html)?.[1] ?? 0);
  }

  test('rows that do not fit are counted', () => {
    const html = summaryOf(Array.from({ length: 2_000 }, () => done('changed', wideInvite)));
    expect(byteLength(html)).toBeLessThanOrEqual(MAX_BYTES);
    expect(byteLength(html)).toBeGreaterThan(900_000);
    expect(omitted(html, 'row')).toBeGreaterThan(0);
    expect(rowsOf(html).length + omitted(html, 'row')).toBe(2_000);
  });

  test('failures that do not fit are counted, and leave room for rows', () => {
    const html = summaryOf(
      Array.from({ length: 2_000 }, () => ({ ...failed('failed', { problem: wideProblem }), invite: wideInvite })),
    );
    expect(byteLength(html)).toBeLessThanOrEqual(MAX_BYTES);
    const items = elements(html, 'li').length;
    expect(items).toBeGreaterThan(10);
    expect(items + omitted(html, 'failure')).toBe(2_000);
    expect(rowsOf(html).length).toBeGreaterThan(100);
    expect(rowsOf(html).length + omitted(html, 'row')).toBe(2_000);
  });

  test('is never more than is allowed, however its parts share the room', () => {
    const outcomes = [
      ...Array.from({ length: 30 }, () => done('changed')),
      ...Array.from({ length: 10 }, () => failed('failed')),
    ];
    const content = { title: 't'.repeat(900), remarks: Array.from({ length: 20 }, () => 'r') };
    for (let maxBytes = 2_000; maxBytes < 6_000; maxBytes += 7) {
      const html = buildSummary({ outcomes, stop: undefined, ...content }, SAFE, maxBytes);
      expect(byteLength(html)).toBeLessThanOrEqual(maxBytes);
    }
  });

  test('one row too many is counted in the singular, and nothing is said where all fit', () => {
    const html = summaryOf(Array.from({ length: 2_000 }, () => done('changed', wideInvite)));
    const fitting = rowsOf(html).length;
    const cut = summaryOf(Array.from({ length: fitting + 1 }, () => done('changed', wideInvite)));
    expect(cut).toContain('<p>1 more row did not fit into this summary.</p>');
    expect(summaryOf(Array.from({ length: fitting }, () => done('changed', wideInvite)))).not.toContain('did not fit');
  });
});
