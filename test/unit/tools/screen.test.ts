import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { StepResult } from '../../../sandbox/runner.ts';
import { Screen } from '../../../tools/screen.ts';

test('the summary of six columns fits into a terminal of 60 columns', () => {
  const head = ['Outcome', 'Organization', 'Roles', 'Invited by', 'Expires', 'Invite'];
  const cells = [
    'accepted',
    'Blue Heron Agency',
    'Cache Purge',
    'ops@blue-heron.example',
    '2026-11-29 10:49',
    'f'.repeat(32),
  ];
  const row = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`;
  const summary = `<table>${row('th', head)}${row('td', cells)}</table>`;
  const lines = new Screen((text) => text, 60, true).summary({ summary } as StepResult).split('\n');
  expect(lines.join('\n')).toContain('│');
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
});
