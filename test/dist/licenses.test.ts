import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');
const licenses = readFileSync(join(dist, 'licenses.txt'), 'utf8');

/** The packages that a script of the bundle names as where its parts come from, sorted. */
function packagesIn(script: string): readonly string[] {
  return [...script.matchAll(/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//g)].map(([, name = '']) => name);
}

const bundled = [
  ...new Set(
    readdirSync(dist)
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => packagesIn(readFileSync(join(dist, name), 'utf8'))),
  ),
].sort();

/** What is below the name of each package in licenses.txt, its licence and its text. */
const listed = new Map(
  licenses
    .split(`\n\n${'-'.repeat(80)}\n`)
    .slice(1)
    .map((section) => {
      const [title = '', ...text] = section.split('\n');
      return [title, text.join('\n')] as const;
    }),
);

function titleOf(name: string): string {
  const { version, license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

test('the bundle holds packages, some of them merged into other modules', () => {
  expect(bundled).toEqual(expect.arrayContaining(['@actions/core', 'ofetch']));
});

test('every package in the bundle is listed with its version and licence, and no other', () => {
  expect([...listed.keys()]).toEqual(bundled.map(titleOf));
});

test.each([...listed])('%s comes with the text of its licence', (_title, text) => {
  expect(text).toMatch(/permission|license/i);
  expect(text).toMatch(/copyright|licensed under/i);
  expect(text.length).toBeGreaterThan(500);
});

test('the list is the same on every machine', () => {
  expect(licenses).not.toContain('\r');
  expect(licenses).not.toContain(root);
  expect(licenses).toMatch(/\S\n$/);
});
