import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');
const licenses = readFileSync(join(dist, 'licenses.txt'), 'utf8');

/** The packages whose modules a script of the bundle contains. */
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

/** The text below each title of licenses.txt. */
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

test('the bundle contains @actions/core and ofetch', () => {
  expect(bundled).toEqual(expect.arrayContaining(['@actions/core', 'ofetch']));
});

test('licenses.txt lists exactly the packages of the bundle, with version and licence', () => {
  expect([...listed.keys()]).toEqual(bundled.map(titleOf));
});

test.each([...listed])('licenses.txt has the licence text of %s', (_title, text) => {
  expect(text).toMatch(/permission|license/i);
  expect(text).toMatch(/copyright|licensed under/i);
  expect(text.length).toBeGreaterThan(500);
});

test('licenses.txt is the same on every machine', () => {
  expect(licenses).not.toContain('\r');
  expect(licenses).not.toContain(root);
  expect(licenses).toMatch(/\S\n$/);
});
