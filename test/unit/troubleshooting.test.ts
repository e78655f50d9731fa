import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_RULES } from '../../src/cloudflare/error-codes.ts';

const guide = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
const [, table = ''] = guide.split('## By Cloudflare');

test('every code with a rule stands in the table of the troubleshooting guide', () => {
  const codes = ERROR_RULES.flatMap(({ code }) => code ?? []);
  expect(codes.filter((code) => !table.includes(`\`${code}\``))).toEqual([]);
});
